"""Web pages that call the system under test: what their browser sends, and what it makes of the answer."""

from __future__ import annotations

from dataclasses import dataclass

from support.checks import cors_headers
from support.checks.basis import enough
from support.checks.matchers import Described
from support.http import Exchange
from support.world.core import World


@dataclass(slots=True)
class CrossOrigin:
    """The origin of the page that called last."""

    origin: str = ""


METHOD, HEADER = "GET", "authorization"
"""The method and the header, by which the user's token travels, that pages ask permission for."""


def preflight(world: World, origin: str) -> None:
    """Send what a browser sends before a call with a token (https://fetch.spec.whatwg.org/#cors-preflight-fetch)."""
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": METHOD,
        "Access-Control-Request-Headers": HEADER,
    }
    world.part(CrossOrigin).origin = origin
    world.exchanges.append(world.http.request("OPTIONS", world.endpoint("protected"), headers=headers))


def attempt(world: World, origin: str, action: str) -> None:
    """Send what a browser sends for a call that it makes without asking: one of the system's ``requests``."""
    request = world.system.request(action)
    path = world.endpoint(request.endpoint) + request.below
    world.part(CrossOrigin).origin = origin
    world.exchanges.append(world.http.request(request.method, path, headers={"Origin": origin}))


def outcome(world: World) -> str:
    """What the browser does with the page: "allowed in" to the answer or to the call it asked for, or "kept out"."""
    return "allowed in" if _allowed(world) else "kept out"


def _allowed(world: World) -> bool:
    exchange = world.exchange
    if exchange.method == "OPTIONS":
        return cors_headers.admits_preflight(
            exchange.status, exchange.headers, world.part(CrossOrigin).origin, METHOD, HEADER
        )
    return cors_headers.admits(exchange.headers, world.part(CrossOrigin).origin)


def answered_with_success() -> Described[Exchange]:
    """An exchange that a 2xx answer came of."""
    return Described("an answer with success (status 2xx)", lambda exchange: exchange.ok, _exchanged)


def _exchanged(exchange: Exchange) -> str:
    return f"it was {exchange}; the whole exchange is attached to the step that asked"


def told(world: World) -> str:
    """The page and what it was told, for a message."""
    said = world.exchange.headers.get(cors_headers.ORIGIN)
    page = f"a page from {world.part(CrossOrigin).origin}"
    answer = f"{page}, answered {world.exchange.status} with {cors_headers.ORIGIN}: {said or '(none)'}"
    return f"{answer}; the whole exchange is attached to the step that asked"


def varies_by(world: World) -> set[str]:
    """The request headers by which caches are told that the answer differs, in small letters."""
    return cors_headers.varies_by(world.exchange.headers)


def open_to_every_page(world: World) -> list[str]:
    """The answer, and the one to a preflight, as far as they let every page of the web call as the signed-in user."""
    answers = [world.exchange]
    preflight(world, world.part(CrossOrigin).origin)
    both = [*answers, world.exchange]
    for each in both:
        enough(each.headers, f"headers, as no answer came: {each}")
    return [f"{each}: {dict(each.headers)}" for each in both if cors_headers.wildcard_with_credentials(each.headers)]
