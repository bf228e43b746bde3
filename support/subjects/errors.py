"""Requests with a mistake in them, made from declared ones, and whether a refusal explains itself."""

from __future__ import annotations

from support.base import documents
from support.base.outcomes import NotVerified
from support.base.requests import Request
from support.http import Exchange
from support.subjects import auth
from support.world.core import World


def with_field(world: World, caller: str, action: str, field: str, value: str) -> Exchange:
    """Have a caller try an action by a request of which one field of the JSON body is changed or missing."""
    request = world.system.request(action)
    if not isinstance(request.body, dict):
        raise NotVerified(f"{world.system.path} does not declare requests.{action}.body, which this needs")
    body = documents.changed(request.body, field, value)
    return auth.send(world, caller, action, request.model_copy(update={"body": body}))


def first_half(world: World, caller: str, action: str) -> Exchange:
    """Have a caller try an action by a request whose body is cut off in the middle."""
    request = world.system.request(action)
    content = _content(world, action, request)
    return auth.send(world, caller, action, _with_text(request, content[: len(content) // 2]))


def padded(world: World, caller: str, action: str, size: int) -> Exchange:
    """Have a caller try an action by a request whose body is filled up with spaces to a number of bytes."""
    request = world.system.request(action)
    return auth.send(world, caller, action, _with_text(request, _content(world, action, request).ljust(size)))


def unexplained(world: World) -> list[str]:
    """What the last answer lacks of an explanation: its message and, where it is declared, its kind.

    Raises NotMet if it is no JSON, and NotVerified if the definition does not say where the message stands.
    """
    said = world.exchange.json()
    paths = [world.system.error("message")]
    if "kind" in world.system.errors:
        paths.append(world.system.errors["kind"])
    return [path for path in paths if not str(documents.read(said, path) or "").strip()]


def _content(world: World, action: str, request: Request) -> str:
    if request.content is None:
        raise NotVerified(f"{world.system.path} does not declare requests.{action}.body, which this needs")
    return request.content


def _with_text(request: Request, text: str) -> Request:
    return request.model_copy(update={"body": None, "text": text, "headers": request.all_headers})
