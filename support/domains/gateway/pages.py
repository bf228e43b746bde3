"""Web pages that call the gateway from a browser: permission asked for, and calls made."""

from __future__ import annotations

from support.checks import cors_headers
from support.domains.gateway import asking
from support.domains.gateway.keys import shown
from support.subjects.cors import CrossOrigin
from support.world.core import World


def ask_permission(world: World, origin: str) -> None:
    """Send what a browser sends before a page asks for a model, with a key and JSON
    (https://fetch.spec.whatwg.org/#cors-preflight-fetch)."""
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    world.part(CrossOrigin).origin = origin
    world.exchanges.append(world.http.request("OPTIONS", asking.CHAT, headers=headers))


def list_models(world: World, origin: str, key: str = "a good key") -> None:
    """Send what a browser sends when a page lists the models with a key."""
    known = shown(world, key) if asking.CALLER in world.system.identities else asking.headers_of(world, "plain")
    world.part(CrossOrigin).origin = origin
    world.exchanges.append(world.http.get(asking.MODELS, headers={**known, "Origin": origin}))


def outcome(world: World) -> str:
    """Whether the browser goes on to the call that the page asked permission for: "permitted", or "not permitted"."""
    answer, origin = world.exchange, world.part(CrossOrigin).origin
    admitted = [
        cors_headers.admits_preflight(answer.status, answer.headers, origin, "POST", header)
        for header in ("authorization", "content-type")
    ]
    return "permitted" if all(admitted) else "not permitted"
