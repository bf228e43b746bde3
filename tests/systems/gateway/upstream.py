"""A model server that speaks the OpenAI API and answers each chat with its last message: upstream.py PORT NAME."""

from __future__ import annotations

import sys
import uuid

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

STATUS = "status:"
"""A last message that begins so is answered with that HTTP status in place of a chat."""


def application(name: str) -> Starlette:
    """The ASGI application; ``system_fingerprint`` and the header x-served-by tell its name."""
    served_by = {"x-served-by": name}

    async def chat(request: Request) -> JSONResponse:
        body = await request.json()
        said = str(body["messages"][-1]["content"])
        if said.startswith(STATUS):
            status = int(said.removeprefix(STATUS))
            error = {"message": f"asked for {status}", "type": "invalid_request_error", "param": None, "code": None}
            return JSONResponse({"error": error}, status, served_by)
        words = len(said.split())
        answer = {
            "id": f"chatcmpl-{uuid.uuid4().hex}",
            "object": "chat.completion",
            "created": 0,
            "model": body["model"],
            "system_fingerprint": name,
            "choices": [{"index": 0, "message": {"role": "assistant", "content": said}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": words, "completion_tokens": words, "total_tokens": 2 * words},
        }
        return JSONResponse(answer, headers=served_by)

    async def models(_: Request) -> JSONResponse:
        return JSONResponse({"object": "list", "data": [{"id": "small", "object": "model"}]}, headers=served_by)

    async def health(_: Request) -> JSONResponse:
        return JSONResponse({"status": "ok", "name": name}, headers=served_by)

    return Starlette(
        routes=[
            Route("/v1/chat/completions", chat, methods=["POST"]),
            Route("/v1/models", models),
            Route("/health", health),
        ]
    )


if __name__ == "__main__":
    uvicorn.run(application(sys.argv[2]), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
