"""Answers that are no pages: a line for a probe, markup for a provider."""

from __future__ import annotations

from http import HTTPStatus

from flask import Response


def plain(words: str, status: int = HTTPStatus.OK) -> Response:
    """Answer with one line."""
    return Response(f"{words}\n", status, mimetype="text/plain")


def twiml(markup: str) -> Response:
    """Answer a telephone provider with what its call or text goes on with."""
    return Response(markup, HTTPStatus.OK, mimetype="text/xml")
