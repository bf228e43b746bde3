"""What every route of the API shares: JSON answers, and the core's refusals as problem documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import orjson
from chassis import problems
from chassis.problems import Problem
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from caio.dispatch.answers import DispatchFailed
from caio.errors import CaioError

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "request_id", "errors"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:caio:problem:no-matching-services"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "request_id": {"type": ["string", "null"]},
        "errors": {"type": "array", "items": {"type": "object"}},
        "candidates": {"type": "array", "items": {"type": "object"}},
        "attempts": {"type": "array", "items": {"type": "object"}},
    },
}


def refusals(*statuses: int | str) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI shall say about refusals with these statuses: each is a problem document."""
    says, content = (
        "Refused or failed; a problem document (RFC 9457)",
        {problems.MEDIA_TYPE: {"schema": PROBLEM_SCHEMA}},
    )
    return {status: {"description": says, "content": content} for status in statuses}


PROBLEM_RESPONSES = refusals("default", 503)
"""Of all routes. A status of the server's own that the document does not name is a bug: 503 is a store that fails."""


class Json(Response):
    """An answer of JSON that stands already, without the search for what other answers need."""

    def __init__(self, body: bytes) -> None:
        self.status_code = 200
        self.background = None
        self.body = body
        self.raw_headers = [(b"content-length", b"%d" % len(body)), (b"content-type", b"application/json")]


def json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer in JSON; ``orjson.Fragment`` parts are taken over as they are."""
    return Response(orjson.dumps(value), status, headers=headers, media_type="application/json")


def problem_of(error: CaioError) -> Problem:
    """The problem document of a refusal of the core."""
    extras: dict[str, Any] = {"candidates": [candidate.to_dict() for candidate in error.candidates]}
    if isinstance(error, DispatchFailed):
        extras["attempts"] = [asdict(attempt) for attempt in error.attempts]
    return Problem(
        error.problem,
        error.status,
        error.detail,
        title=error.title,
        errors=[field.to_dict() for field in error.errors],
        extras=extras,
    )


def install(app: FastAPI) -> None:
    """Answer every refusal of the core with its problem document."""

    async def on_refusal(request: Request, error: Exception) -> Response:
        assert isinstance(error, CaioError)
        return problems.respond(problem_of(error), "caio", request.url.path, request.scope.get("request_id"))

    app.add_exception_handler(CaioError, on_refusal)
