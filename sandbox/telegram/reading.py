"""From an HTTP request to `Parameters`, whatever the client chose: query, JSON, form or multipart."""

import json

from aiohttp import web

from sandbox.telegram.errors import bad_request
from sandbox.telegram.parameters import Json, Parameters, Upload


async def parameters_of(request: web.Request) -> Parameters:
    """The parameters of a call; the body wins over the query. 400 for a body that is not what it says it is."""
    raw: dict[str, Json] = dict(request.query)
    uploads: dict[str, Upload] = {}
    if request.method == "POST" and request.can_read_body:
        if request.content_type == "application/json":
            raw.update(_object(await request.text()))
        else:
            for name, value in (await request.post()).items():
                if isinstance(value, web.FileField):
                    uploads[name] = Upload(value.filename, value.content_type, value.file.read())
                else:
                    raw[name] = value
    return Parameters(raw, uploads)


def _object(text: str) -> dict[str, Json]:
    try:
        value = json.loads(text)
    except ValueError:
        raise bad_request("can't parse request body JSON object") from None
    if not isinstance(value, dict):
        raise bad_request("request body must be a JSON object")
    return value
