"""The HTTP service around the models: chat, summaries, embeddings and notes, with health and metrics."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backends import chatter, embedder, summariser

LONGEST_BODY = 1_048_576
"""Bytes of a request that are read."""

MOST_SENTENCES = 100


class Unusable(Exception):
    """The request does not have the expected shape. The message names the field."""


@dataclass(slots=True)
class Backend:
    """One running service: its name, its notes, its counters."""

    name: str
    notes: list[str] = field(default_factory=list)
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    requests: Counter = field(init=False)

    def __post_init__(self) -> None:
        self.requests = Counter("backend_requests", "Requests answered", ("path", "status"), registry=self.registry)

    async def chat(self, body: dict[str, Any]) -> dict[str, Any]:
        """Reply to a message."""
        return {"reply": chatter.reply(text_of(body, "message")), "served_by": self.name}

    async def summarise(self, body: dict[str, Any]) -> dict[str, Any]:
        """Sum a text up in a number of its own sentences."""
        count = body.get("sentences", 1)
        if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= MOST_SENTENCES:
            raise Unusable(f"sentences: expected a whole number from 1 to {MOST_SENTENCES}")
        return {"summary": summariser.summarise(text_of(body, "text"), count), "served_by": self.name}

    async def embed(self, body: dict[str, Any]) -> dict[str, Any]:
        """Turn a text into a vector."""
        return {"vector": embedder.embed(text_of(body, "text")), "served_by": self.name}

    async def add_note(self, body: dict[str, Any]) -> dict[str, Any]:
        """Keep a note; calling twice keeps two."""
        self.notes.append(text_of(body, "text"))
        return {"count": len(self.notes), "served_by": self.name}

    def answer(self, path: str, status: int, value: Any) -> Response:
        """Count and send one answer."""
        self.requests.labels(path, str(status)).inc()
        return Response(orjson.dumps(value), status, media_type="application/json")


def text_of(body: dict[str, Any], name: str) -> str:
    """A text field of a request. Raises Unusable."""
    value = body.get(name)
    if not isinstance(value, str):
        raise Unusable(f"{name}: expected a text")
    return value


async def read_body(request: Request) -> dict[str, Any]:
    """The JSON object that was sent. Raises Unusable."""
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > LONGEST_BODY:
            raise Unusable(f"expected at most {LONGEST_BODY} bytes")
    try:
        body = orjson.loads(received)
    except orjson.JSONDecodeError as error:
        raise Unusable(f"expected JSON: {error}") from None
    if not isinstance(body, dict):
        raise Unusable("expected a JSON object")
    return body


def create_app(name: str) -> Starlette:
    """A service under this name."""
    backend = Backend(name)

    def posted(path: str, work: Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]) -> Route:
        async def handle(request: Request) -> Response:
            try:
                return backend.answer(path, 200, await work(await read_body(request)))
            except Unusable as problem:
                return backend.answer(path, 422, {"detail": str(problem)})

        return Route(path, handle, methods=["POST"])

    async def health(_request: Request) -> Response:
        return backend.answer("/health", 200, {"status": "healthy", "name": name})

    async def notes(_request: Request) -> Response:
        return backend.answer("/notes", 200, {"notes": backend.notes, "served_by": name})

    async def metrics(_request: Request) -> Response:
        return Response(generate_latest(backend.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return Starlette(
        routes=[
            posted("/chat", backend.chat),
            posted("/summarise", backend.summarise),
            posted("/embed", backend.embed),
            Route("/notes", notes, methods=["GET"]),
            posted("/notes", backend.add_note),
            Route("/health", health),
            Route("/metrics", metrics),
        ]
    )
