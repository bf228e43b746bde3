"""What routes share: bodies under limits, pages, idempotency keys, times, and answers."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import orjson
from chassis import bodies, headers
from chassis.bodies import Limits
from chassis.problems import Problem
from fastapi import Query
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

Model = TypeVar("Model", bound=BaseModel)

LARGEST_PAGE = 500
FARTHEST_PAGE = 1_000_000

Page = Annotated[int, Query(ge=1, le=FARTHEST_PAGE)]
PageSize = Annotated[int, Query(ge=1, le=LARGEST_PAGE)]
Filter = Annotated[str | None, Query(max_length=320)]

LONGEST_KEY = 200


def body_of(model: type[Model], limits: Limits) -> Callable[[Request], Awaitable[Model]]:
    """A dependency that reads, limits and checks a JSON body."""
    return bodies.body_of(model, limits)


def documented(model: type[BaseModel]) -> dict[str, Any]:
    """What OpenAPI says of such a body, self-contained."""
    schema = model.model_json_schema()
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": flat(schema)}}}}


def flat(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema with its definitions in place of the references to them."""
    known = schema.pop("$defs", {})

    def put(value: Any) -> Any:
        if isinstance(value, dict):
            if "$ref" in value:
                return put(known[value["$ref"].rpartition("/")[2]])
            return {key: put(each) for key, each in value.items()}
        return [put(each) for each in value] if isinstance(value, list) else value

    found: dict[str, Any] = put(schema)
    return found


def answer(value: Any, status: int = 200, extra: Mapping[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(orjson.dumps(value), status, headers=dict(extra or {}), media_type="application/json")


def page_of(items: list[Any], total: int, page: int, size: int) -> dict[str, Any]:
    """A page of a list."""
    return {"items": items, "total": total, "page": page, "page_size": size, "pages": -(-total // size)}


def at(seconds: float | None) -> str | None:
    """A time as ISO 8601 in UTC."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def idempotency_key(request: Request) -> str | None:
    """The key of a request that is to have one effect, however often it is sent. Raises Problem 422."""
    key = headers.first(request.scope, b"idempotency-key")
    if key is not None and not (0 < len(key) <= LONGEST_KEY and key.isprintable()):
        raise bodies.invalid("Idempotency-Key", f"expected 1 to {LONGEST_KEY} printable characters")
    return key


def digest_of(model: BaseModel) -> str:
    """Tells requests with different bodies apart."""
    told = orjson.dumps(model.model_dump(mode="json", exclude_unset=True), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(told).hexdigest()


def not_found(message: str) -> Problem:
    """The answer for what is not there, or not for this caller."""
    return Problem("not-found", 404, message)
