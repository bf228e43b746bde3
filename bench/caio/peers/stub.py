"""The backend behind everybody: a bare ASGI app that answers any POST with one chat completion, and counts them.

It runs in an environment of its own and imports nothing, so that it costs as little as a backend can.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

SAID = "Your order is on its way."
COMPLETION = {
    "id": "chatcmpl-stub",
    "object": "chat.completion",
    "created": 1700000000,
    "model": "stub",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": SAID}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 9, "completion_tokens": 7, "total_tokens": 16},
}
MODELS = {"object": "list", "data": [{"id": "stub", "object": "model", "created": 1700000000, "owned_by": "stub"}]}
ANSWER = json.dumps(COMPLETION).encode()

counted = {"calls": 0}


async def app(
    scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
) -> None:
    """POST: the completion. GET /calls: how many there were. GET of anything else: healthy, with one model."""
    if scope["type"] != "http":
        raise NotImplementedError(scope["type"])
    while (await receive()).get("more_body"):
        pass
    if scope["method"] == "POST":
        counted["calls"] += 1
        body = ANSWER
    else:
        body = json.dumps(counted if scope["path"] == "/calls" else MODELS).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
