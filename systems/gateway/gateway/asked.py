"""What a caller asks: the body read and checked as far as the gateway needs it; all else is the upstream's to judge."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from starlette.requests import Request

from gateway.calling import PASSED_ON, Outgoing
from gateway.errors import INVALID, ApiError


@dataclass(frozen=True, slots=True)
class Operation:
    """One kind of request: its path, the field that must be there, and the list that an answer holds."""

    path: str
    needs: str
    gives: str
    streams: bool = True


OPERATIONS = (
    Operation("/v1/chat/completions", "messages", "choices"),
    Operation("/v1/completions", "prompt", "choices"),
    Operation("/v1/embeddings", "input", "data", streams=False),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a model."""

    operation: Operation
    model: str
    body: dict[str, Any]

    @property
    def stream(self) -> bool:
        """Whether the answer is to come as a stream."""
        return self.body.get("stream") is True

    @property
    def read_estimate(self) -> int:
        """About how many tokens it is, by its words: the gateway does not know the tokenizer of a model."""
        return sum(len(text.split()) for text in texts(self.body.get(self.operation.needs)))

    @property
    def most_made(self) -> int | None:
        """How many tokens the answer may have; None if the caller does not say, 0 where none are made."""
        if not self.operation.streams:
            return 0
        given = self.body.get("max_completion_tokens", self.body.get("max_tokens"))
        if not isinstance(given, int) or isinstance(given, bool):
            return None
        times = self.body.get("n", 1)
        return given * (times if isinstance(times, int) and times > 0 else 1)


def parse(operation: Operation, body: bytes) -> Asked:
    """Read a body. Raises ApiError (400)."""
    try:
        value = json.loads(body, parse_constant=no_number)
    except (ValueError, RecursionError):
        raise ApiError(400, "The body is not JSON") from None
    if not isinstance(value, dict):
        raise ApiError(400, "The body must be a JSON object")
    model = value.get("model")
    if not isinstance(model, str) or not model:
        raise ApiError(400, "model: expected the name of a model", param="model")
    check(operation, value)
    return Asked(operation, model, value)


def check(operation: Operation, value: Mapping[str, Any]) -> None:
    """Raises ApiError (400) for fields that no upstream could make sense of."""
    needed = value.get(operation.needs)
    if operation.needs == "messages" and not (isinstance(needed, list) and needed and all(map(is_object, needed))):
        raise ApiError(400, "messages: expected a list of at least one message", INVALID, param="messages")
    if not isinstance(needed, str | list) or not needed:
        raise ApiError(400, f"{operation.needs}: expected a text or a list", INVALID, param=operation.needs)
    if value.get("stream") is not None and not isinstance(value["stream"], bool):
        raise ApiError(400, "stream: expected true or false", INVALID, param="stream")
    if value.get("stream") and not operation.streams:
        raise ApiError(400, "stream: there are no streams of this", INVALID, param="stream")


def is_object(value: object) -> bool:
    """Whether a value is a JSON object."""
    return isinstance(value, dict)


def no_number(text: str) -> NoReturn:
    """Refuse NaN and Infinity, which are not JSON."""
    raise ValueError(text)


def texts(value: object) -> list[str]:
    """Every text in what a caller asks."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for each in value for text in texts(each)]
    if isinstance(value, dict):
        return [text for name in ("content", "text") for text in texts(value.get(name))]
    return []


def outgoing(asked: Asked, request: Request) -> Outgoing:
    """What goes to an upstream: the body, the request's id, and the few headers that are passed on."""
    kept = tuple((name, value) for name, value in request.headers.raw if name in PASSED_ON)
    request_id = str(request.scope.get("request_id", ""))
    return Outgoing(asked.operation.path, asked.body, (*kept, (b"x-request-id", request_id.encode())))
