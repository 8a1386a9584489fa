"""The OpenAPI document (3.1), made of the table of routes and of the shapes that check what comes in and goes out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from pydantic.json_schema import models_json_schema

from web.api.door import IDEMPOTENCY_KEY, JSON, ROOT
from web.api.problems import KINDS, MEDIA, ProblemDocument
from web.api.shapes import Nothing

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.json_schema import JsonSchemaMode

    from web.api.door import Route

Json = dict[str, Any]
Named = Mapping[Any, Json]
"""Where each shape stands, by the shape and whether it comes in or goes out."""
REF: Final = "#/components/schemas/{model}"
ABOUT: Final = (
    "What the pages of Panah show and take, for programs. A token is made on the page My account, with a code of the "
    "app; it never does more than its account may do at that moment. Every reading of a case is logged. Instants are "
    "UTC. Whatever goes wrong is a problem document that says what to do."
)


@cache
def document(routes: tuple[Route, ...]) -> str:
    """Return the document as JSON; made once a process."""
    return json.dumps(as_data(routes), ensure_ascii=False)


def as_data(routes: tuple[Route, ...]) -> Json:
    """Return the document as plain values."""
    wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(ProblemDocument, "serialization"): None}
    for route in routes:
        wanted[route.gives, "serialization"] = None
        for taken in (route.body, route.query, route.place):
            if taken is not None and taken is not Nothing:
                wanted[taken, "validation"] = None
    named, definitions = models_json_schema(list(wanted), ref_template=REF)
    schemas: Json = definitions.get("$defs", {})
    paths: Json = {}
    for route in routes:
        paths.setdefault(ROOT + route.path, {})[route.method.lower()] = _operation(route, named, schemas)
    taken_only = _only_as_parameters(routes, named)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Panah",
            "version": "1",
            "description": ABOUT,
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "paths": paths,
        "components": {
            "schemas": {name: schema for name, schema in sorted(schemas.items()) if name not in taken_only},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _operation(route: Route, named: Named, schemas: Json) -> Json:
    said: Json = {
        "operationId": route.name,
        "summary": route.summary,
        "description": _for_whom(route),
        "parameters": [*_parameters(route, named, schemas)],
        "responses": {
            str(int(route.status)): {
                "description": route.gives.__doc__ or route.summary,
                "content": {JSON: {"schema": named[route.gives, "serialization"]}},
            },
            **_problems(route, named),
        },
    }
    if route.body is not None:
        said["requestBody"] = {
            "required": True,
            "description": f"At most {route.largest} bytes.",
            "content": {JSON: {"schema": named[route.body, "validation"]}},
        }
    return said


def _for_whom(route: Route) -> str:
    scope = "Any token." if route.scope is None else f"A token with the scope `{route.scope}`."
    return scope if route.ability is None else f"{scope} A role with the ability `{route.ability}`."


def _parameters(route: Route, named: Named, schemas: Json) -> list[Json]:
    found: list[Json] = []
    for where, shape in (("path", route.place), ("query", route.query)):
        if shape is Nothing:
            continue
        name = named[shape, "validation"]["$ref"].rpartition("/")[2]
        required = schemas[name].get("required", [])
        for field, schema in schemas[name]["properties"].items():
            found.append({"name": field, "in": where, "required": field in required, "schema": schema})
    if route.body is not None:
        pattern = {"type": "string", "pattern": f"^{IDEMPOTENCY_KEY.pattern}$"}
        found.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": True,
                "schema": pattern,
                "description": "Of your own choice, another for each wish: with the same one the same is answered.",
            }
        )
    return found


def _problems(route: Route, named: Named) -> Json:
    """Each status with everything it can mean."""
    found: dict[str, list[str]] = {}
    for name in route.problems:
        found.setdefault(str(int(KINDS[name].status)), []).append(f"`{name}`: {KINDS[name].title}.")
    schema = named[ProblemDocument, "serialization"]
    return {
        status: {"description": " ".join(meanings), "content": {MEDIA: {"schema": schema}}}
        for status, meanings in sorted(found.items())
    }


def _only_as_parameters(routes: tuple[Route, ...], named: Named) -> frozenset[str]:
    """Shapes whose fields stand as parameters, and that nothing refers to."""
    shapes = {shape for route in routes for shape in (route.place, route.query) if shape is not Nothing}
    return frozenset(re.sub(r".*/", "", named[shape, "validation"]["$ref"]) for shape in shapes)
