"""``python -m backends.openai --port 9000 --name a``: a model server that speaks the OpenAI API.

What it answers follows from its name and the prompt (see ``openai_answers.py``). With ``--key`` only requests that carry
it as a bearer token are answered under ``/v1``. The paths that sglang's routers ask their workers for are served too.
"""

from __future__ import annotations

import argparse
import asyncio
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from backends import openai_answers as answers
from backends import serving
from backends.service import Unusable, read_body

EVENT_STREAM = "text/event-stream"


@dataclass(frozen=True, slots=True)
class ModelServer:
    """One running service: its name, the key that callers must show (none: everybody is served), and its models."""

    name: str
    key: str | None = None
    models: tuple[str, ...] = ()

    def admits(self, request: Request) -> bool:
        """Whether the caller has shown the key."""
        if self.key is None:
            return True
        shown = request.headers.get("authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(shown.encode(), self.key.encode())


def failure(status: int, message: str, kind: str, code: str | None = None) -> Response:
    """An error as the OpenAI API has it."""
    return answered({"error": {"message": message, "type": kind, "param": None, "code": code}}, status)


def answered(value: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(orjson.dumps(value), status, media_type="application/json")


Handler = Callable[[Request], Awaitable[Response]]
Work = Callable[[ModelServer, dict[str, Any]], Awaitable[Response]]


def guarded(server: ModelServer, handle: Handler) -> Handler:
    """Refuse whoever shows no key, or the wrong one."""

    async def handled(request: Request) -> Response:
        if not server.admits(request):
            return failure(401, "Incorrect API key provided", "invalid_request_error", "invalid_api_key")
        return await handle(request)

    return handled


def posted(server: ModelServer, path: str, work: Work) -> Route:
    """A path that takes a JSON object."""

    async def handle(request: Request) -> Response:
        try:
            return await work(server, await read_body(request))
        except Unusable as problem:
            return failure(400, str(problem), "invalid_request_error")

    return Route(path, guarded(server, handle), methods=["POST"])


async def chat(server: ModelServer, body: dict[str, Any]) -> Response:
    """Answer a conversation, whole or token by token."""
    return await complete(server, answers.chat_task(server.name, body), answers.CHAT)


async def text(server: ModelServer, body: dict[str, Any]) -> Response:
    """Complete a text, whole or token by token."""
    return await complete(server, answers.text_task(server.name, body), answers.TEXT)


async def complete(server: ModelServer, task: answers.Task, shape: answers.Shape) -> Response:
    """Give the answer at the pace that the prompt asks for."""
    await asyncio.sleep(task.wait)
    if task.stream:
        return StreamingResponse(events(task, shape), media_type=EVENT_STREAM, headers={"Cache-Control": "no-cache"})
    await asyncio.sleep(task.pace * len(task.tokens))
    return answered(shape.whole(task))


async def events(task: answers.Task, shape: answers.Shape) -> AsyncIterator[bytes]:
    """The events of a stream, each when it is due."""
    for number, chunk in enumerate(shape.chunks(task)):
        if number and task.pace:
            await asyncio.sleep(task.pace)
        yield b"data: " + orjson.dumps(chunk) + b"\n\n"
    yield b"data: [DONE]\n\n"


async def embed(server: ModelServer, body: dict[str, Any]) -> Response:
    """One vector for each input, in their order."""
    return answered(answers.embeddings(server.name, body))


def told(value: Callable[[], Any]) -> Handler:
    """Answer with what does not depend on the request."""

    async def handle(_request: Request) -> Response:
        return answered(value())

    return handle


def create_app(server: ModelServer) -> Starlette:
    """The service."""
    models = server.models or (f"model-of-{server.name}",)
    listed = {"object": "list", "data": [answers.model(each, server.name) for each in models]}
    about = {
        "model_path": models[0],
        "tokenizer_path": models[0],
        "is_generation": True,
        "served_model_name": models[0],
    }
    return Starlette(
        routes=[
            posted(server, "/v1/chat/completions", chat),
            posted(server, "/v1/completions", text),
            posted(server, "/v1/embeddings", embed),
            Route("/v1/models", guarded(server, told(lambda: listed))),
            Route("/health", told(lambda: {"status": "healthy", "name": server.name})),
            Route("/health_generate", told(lambda: {"status": "healthy", "name": server.name})),
            Route("/get_model_info", told(lambda: about)),
            Route("/model_info", told(lambda: about)),
            Route("/get_server_info", told(lambda: {**about, "version": "1.0.0", "max_running_requests": 256})),
            Route("/server_info", told(lambda: {**about, "version": "1.0.0", "max_running_requests": 256})),
        ]
    )


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="backends.openai", description="Run one model server.")
    parser.add_argument("--name", required=True, help="name that answers carry, in their text and fingerprint")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, required=True, help="port to listen on")
    parser.add_argument("--key", help="key that callers must show; without it everybody is served")
    parser.add_argument("--model", action="append", default=[], help="model that is listed (model-of-NAME)")
    given = parser.parse_args()
    serving.run(create_app(ModelServer(given.name, given.key, tuple(given.model))), given.host, given.port)


if __name__ == "__main__":
    main()
