"""Errors as the OpenAI API has them: ``{"error": {"message", "type", "param", "code"}}``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.responses import Response

INVALID = "invalid_request_error"
CHALLENGE = 'Bearer realm="gateway"'


@dataclass(eq=False)
class ApiError(Exception):
    """A request that is not answered as asked."""

    status: int
    message: str
    kind: str = INVALID
    code: str | None = None
    param: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message


def document(error: ApiError) -> dict[str, Any]:
    """The error object."""
    return {"error": {"message": error.message, "type": error.kind, "param": error.param, "code": error.code}}


def respond(error: ApiError) -> Response:
    """The answer that carries an error."""
    body = orjson.dumps(document(error))
    return Response(body, error.status, headers=error.headers, media_type="application/json")


def event(error: ApiError) -> bytes:
    """The event that tells of an error in a stream that has begun."""
    return b"data: " + orjson.dumps(document(error)) + b"\n\n"


def unauthenticated(message: str, *, presented: bool) -> ApiError:
    """401 with a challenge (RFC 9110, 11.6.1; RFC 6750, 3)."""
    challenge = f'{CHALLENGE}, error="invalid_token"' if presented else CHALLENGE
    return ApiError(401, message, "authentication_error", "invalid_api_key", headers={"WWW-Authenticate": challenge})


def no_such_model(model: str) -> ApiError:
    """404 for a model that is not configured."""
    return ApiError(404, f"The model {model[:128]!r} does not exist", INVALID, "model_not_found", "model")


def model_closed(model: str) -> ApiError:
    """403 for a model that the caller's key does not open."""
    return ApiError(
        403, f"This key does not open the model {model[:128]!r}", "permission_error", "model_not_allowed", "model"
    )


def rate_limited(seconds: int) -> ApiError:
    """429 for a caller who has asked too often."""
    message = f"Rate limit reached; try again in {seconds} s"
    return ApiError(429, message, "rate_limit_error", "rate_limit_exceeded", headers={"Retry-After": str(seconds)})


def over_budget() -> ApiError:
    """429 for a caller whose budget has no room for the request."""
    return ApiError(
        429, "The budget of this key has no room for the request", "insufficient_quota", "insufficient_quota"
    )


def timed_out() -> ApiError:
    """504 when the time over all attempts is up."""
    return ApiError(504, "No upstream answered in time", "timeout_error", "upstream_timeout")


def upstreams_failed() -> ApiError:
    """502 when every attempt has failed."""
    return ApiError(502, "No upstream could answer the request", "upstream_error", "upstream_failed")


def upstreams_resting(seconds: int) -> ApiError:
    """503 when every upstream rests."""
    message = "All upstreams of this model are resting after failures"
    return ApiError(503, message, "upstream_error", "upstreams_resting", headers={"Retry-After": str(seconds)})


def upstreams_busy(seconds: int) -> ApiError:
    """429 when the upstreams want to be left alone for longer than the request may take."""
    message = f"The upstreams of this model are at their limit; try again in {seconds} s"
    return ApiError(429, message, "rate_limit_error", "upstream_rate_limited", headers={"Retry-After": str(seconds)})


def stream_broken() -> ApiError:
    """What a caller is told when the upstream's stream ends before it is complete."""
    return ApiError(502, "The upstream ended the stream before it was complete", "upstream_error", "stream_broken")


def stream_silent() -> ApiError:
    """What a caller is told when the upstream's stream falls silent."""
    return ApiError(504, "The upstream's stream fell silent", "timeout_error", "stream_timeout")


def internal() -> ApiError:
    """What a caller is told of an error of ours."""
    return ApiError(500, "An internal error; its request id is in the log", "server_error", "internal_error")
