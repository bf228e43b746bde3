"""Request bodies, read under limits on size, nesting, strings and lists, then checked against a model."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request

from chassis import headers, problems
from chassis.problems import Problem

Model = TypeVar("Model", bound=BaseModel)

INVALID = "The request is invalid"

STRING = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.DOTALL)
"""A string, also one that never ends: the search goes over a body once, whatever it holds."""

BRACKET = re.compile(rb"[\[\]{}]")


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a body may be: bytes in all, levels of nesting, characters per string, items per list or object."""

    size: int = 1_048_576
    depth: int = 32
    string: int = 65_536
    items: int = 10_000


async def read(request: Request, limits: Limits) -> bytes:
    """The whole body. Raises Problem 413 as soon as it is seen to be too large."""
    if "body" in request.scope:
        return already_read(request, limits)
    announced = headers.first(request.scope, b"content-length") or "0"
    if announced.isdigit() and int(announced) > limits.size:
        raise too_large(limits)
    found, more = bytearray(), True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        found += message.get("body", b"")
        more = message.get("more_body", False)
        if len(found) > limits.size:
            raise too_large(limits)
    return bytes(found)


def already_read(request: Request, limits: Limits) -> bytes:
    """The body of a request that has come by the fast path. Raises Problem 413 if it is too large."""
    body: bytearray = request.scope["body"]
    if len(body) > limits.size:
        raise too_large(limits)
    return bytes(body)


def too_large(limits: Limits) -> Problem:
    """The refusal of a body over the limit."""
    return Problem("too-large", 413, f"the body is larger than {limits.size} bytes")


def parse_json(body: bytes, limits: Limits) -> Any:
    """Read JSON strictly. Raises Problem 422 that says what is wrong and where."""
    check_depth(body, limits)
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise invalid("", f"the body is not JSON: {error}", line=error.lineno) from None
    # A shorter body has no room for a string or a list over its limit.
    if len(body) > min(limits.string, limits.items):
        check_values(value, limits)
    return value


def check_depth(body: bytes, limits: Limits) -> None:
    """Raises Problem 422 for nesting that is too deep, without descending into it."""
    if body.count(b"[") + body.count(b"{") <= limits.depth:
        return
    depth = 0
    for bracket in BRACKET.finditer(STRING.sub(b"", body)):
        depth += 1 if bracket.group() in b"[{" else -1
        if depth > limits.depth:
            raise invalid("", f"the body is nested deeper than {limits.depth} levels")


class _OverLimit(Exception):
    """Something is too large; its path is collected on the way out, innermost part first."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.path: list[str] = []


def check_values(value: Any, limits: Limits) -> None:
    """Raises Problem 422 that names the first string, list or object over its limit."""
    try:
        _walk(value, limits)
    except _OverLimit as over:
        raise invalid("".join(reversed(over.path)).lstrip("."), str(over)) from None


def _walk(value: Any, limits: Limits) -> None:
    if isinstance(value, str):
        if len(value) > limits.string:
            raise _OverLimit(f"expected at most {limits.string} characters, got {len(value)}")
        return
    if not isinstance(value, list | dict):
        return
    if len(value) > limits.items:
        raise _OverLimit(f"expected at most {limits.items} items, got {len(value)}")
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        try:
            _walk(item, limits)
            if isinstance(key, str):
                _walk(key, limits)
        except _OverLimit as over:
            over.path.append(f".{key[:100]}" if isinstance(key, str) else f"[{key}]")
            raise


def invalid(field: str, message: str, line: int | None = None) -> Problem:
    """The refusal of a malformed body, naming the field."""
    detail = f"{field}: {message}" if field else message
    return Problem("invalid-request", 422, detail, INVALID, errors=[{"field": field, "message": message, "line": line}])


def validate(model: type[Model], value: Any) -> Model:
    """Check a value against a model. Raises Problem 422 with one entry per field."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        errors = [_field_error(found["loc"], found["msg"]) for found in error.errors(include_url=False)]
        detail = "; ".join(
            f"{entry['field']}: {entry['message']}" if entry["field"] else entry["message"] for entry in errors
        )
        raise Problem("invalid-request", 422, detail, INVALID, errors=errors) from None


def _field_error(location: tuple[int | str, ...], message: str) -> dict[str, Any]:
    field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")
    return {"field": field, "message": problems.plain(message), "line": None}


def media_type_of(request: Request) -> str:
    """What the body is said to be, without parameters; empty if nothing is said."""
    return (headers.first(request.scope, b"content-type") or "").partition(";")[0].strip().lower()


def require_json(request: Request) -> None:
    """Raises Problem 415 for a body of another kind: what a web form can send is never taken for JSON."""
    kind = media_type_of(request)
    if kind and kind != "application/json" and not kind.endswith("+json"):
        raise Problem("unsupported-media-type", 415, f"expected application/json, got {kind[:100]}")


def body_of(model: type[Model], limits: Limits) -> Callable[[Request], Awaitable[Model]]:
    """A FastAPI dependency that reads, limits and checks a JSON body."""

    async def dependency(request: Request) -> Model:
        require_json(request)
        return validate(model, parse_json(await read(request, limits), limits))

    return dependency


def on_fast_path(model: type[Model], limits: Limits, request: Request) -> Model:
    """The same for a request that has come by the fast path, without waiting. Raises Problem."""
    require_json(request)
    return validate(model, parse_json(already_read(request, limits), limits))


def documented(model: type[BaseModel]) -> dict[str, Any]:
    """What OpenAPI shall say about a body that ``body_of`` reads."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
