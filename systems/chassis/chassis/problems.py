"""Errors as problem details (RFC 9457), each with the id of its request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from chassis import logs

MEDIA_TYPE = "application/problem+json"

SLUGS = {404: "not-found", 405: "method-not-allowed"}
"""Names of the problems that the routing of URLs itself reports."""


@dataclass(eq=False)
class Problem(Exception):
    """A request that cannot be answered as asked: a short name, a status, and a sentence for the caller."""

    slug: str
    status: int
    detail: str
    title: str = ""
    errors: list[dict[str, Any]] = field(default_factory=list)
    extras: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.detail


def document(problem: Problem, namespace: str, instance: str, request_id: str | None) -> dict[str, Any]:
    """The problem as RFC 9457 writes it, with ``errors`` (field, message, line) and extras such as ``candidates``."""
    return {
        "type": f"urn:{namespace}:problem:{problem.slug}",
        "title": problem.title or HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        "instance": instance,
        "request_id": request_id,
        "errors": problem.errors,
        **problem.extras,
    }


def respond(problem: Problem, namespace: str, instance: str, request_id: str | None) -> Response:
    """The answer that carries a problem."""
    body = orjson.dumps(document(problem, namespace, instance, request_id), default=str)
    return Response(body, problem.status, headers=problem.headers, media_type=MEDIA_TYPE)


def install(app: FastAPI, namespace: str) -> None:
    """Answer every refused, failed or unknown request of the app with a problem document."""

    def answer(request: Request, problem: Problem) -> Response:
        return respond(problem, namespace, request.url.path, request.scope.get("request_id"))

    async def on_problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return answer(request, error)

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return answer(request, from_http(error.status_code, str(error.detail), error.headers))

    async def on_bug(request: Request, error: Exception) -> Response:
        response = answer(request, bug())
        response.headers["X-Request-ID"] = str(request.scope.get("request_id", logs.request_id.get()))
        return response

    async def on_parameters(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return answer(request, parameter_errors(error.errors()))

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(RequestValidationError, on_parameters)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(Exception, on_bug)


def bug() -> Problem:
    """What a caller is told of an error of ours."""
    return Problem("internal-error", 500, "an internal error; its request id is in the log")


def parameter_errors(found: Sequence[Any]) -> Problem:
    """The refusal of URL parameters that FastAPI found wrong."""
    errors = [{"field": str(error["loc"][-1]), "message": plain(str(error["msg"])), "line": None} for error in found]
    detail = "; ".join(f"{error['field']}: {error['message']}" for error in errors)
    return Problem("invalid-request", 422, detail, "The request is invalid", errors=errors)


def plain(message: str) -> str:
    """A finding of pydantic in the words of the other messages."""
    lowered = message[:1].lower() + message[1:]
    return lowered.replace("input should be", "expected").replace("dictionary", "object")


def from_http(status: int, detail: str, headers: Mapping[str, str] | None) -> Problem:
    """The problem that stands for an error of the framework."""
    slug = SLUGS.get(status, HTTPStatus(status).phrase.lower().replace(" ", "-"))
    return Problem(slug, status, detail, headers=dict(headers or {}))
