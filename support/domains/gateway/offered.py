"""Tries whether the gateway has what its definition says that it offers, or does not, as far as a caller can see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from support.base.outcomes import Broken
from support.checks import cors_headers
from support.domains.gateway import asking, requests
from support.domains.gateway.capabilities import ALLOWED_ORIGIN
from support.domains.gateway.questions import Question
from support.domains.gateway.reading import field, parsed
from support.http import Exchange
from support.world.core import World


@dataclass(slots=True)
class Tried:
    """What was tried last: the capability, whether the gateway was seen to have it, and the exchange that shows it."""

    capability: str = ""
    seen: bool = False
    exchange: Exchange | None = None


def try_capability(world: World, words: str) -> None:
    """Try what these words of Gherkin stand for."""
    capability, probe = PROBES[words]
    exchange, seen = probe(world)
    world.exchanges.append(exchange)
    part = world.part(Tried)
    part.capability, part.seen, part.exchange = capability, seen, exchange


def disagreement(world: World) -> list[str]:
    """How what was seen differs from what is declared; nothing if it does not. Raises Broken before it was tried."""
    tried = world.part(Tried)
    if tried.exchange is None:
        raise Broken("nothing has been tried yet")
    declared = tried.capability in world.system.offers(world.settings.deployment)
    if declared == tried.seen:
        return []
    said = "is declared to be offered" if declared else "is declared not to be offered"
    return [f"{tried.capability} {said}, and {'was' if tried.seen else 'was not'} seen\n{tried.exchange.describe()}"]


def _keys(world: World) -> tuple[Exchange, bool]:
    question = asking.question_for(world, "plain")
    answer = world.http.post(asking.CHAT, json=question.body, headers=asking.headers_of(world, "plain", None))
    return answer, not answer.ok


def _pages(world: World) -> tuple[Exchange, bool]:
    headers = {**asking.headers_of(world, "plain"), "Origin": ALLOWED_ORIGIN}
    answer = world.http.post(asking.CHAT, json=asking.question_for(world, "plain").body, headers=headers)
    return answer, cors_headers.admits(answer.headers, ALLOWED_ORIGIN)


def _models(world: World) -> tuple[Exchange, bool]:
    asked = asking.ask(world, "plain", Question("gpt-that-nobody-has-configured"))
    return asked.exchange, not asked.exchange.ok


def _list(world: World) -> tuple[Exchange, bool]:
    answer = world.http.get(asking.MODELS, headers=asking.headers_of(world, "plain"))
    data = field(parsed(answer.body), "data")
    listed = {field(each, "id") for each in data} if isinstance(data, list) else set()
    return answer, answer.ok and {route.model for route in world.system.routes.values()} <= listed


def _embeddings(world: World) -> tuple[Exchange, bool]:
    found = [name for name, route in world.system.routes.items() if route.embeddings]
    name = found[0] if found else "plain"
    body = {"model": asking.route(world, name).model, "input": requests.INPUTS["one text in a list"]}
    answer = world.http.post(asking.EMBEDDINGS, json=body, headers=asking.headers_of(world, name))
    return answer, answer.ok and field(parsed(answer.body), "data", 0, "embedding") is not None


def _metrics(world: World) -> tuple[Exchange, bool]:
    path = world.system.endpoints.get("metrics", "/metrics")
    answer = world.http.get(path, headers=asking.headers_of(world, "plain"))
    if answer.status in (301, 302, 307, 308):
        answer = world.http.get(f"{path}/", headers=asking.headers_of(world, "plain"))
    return answer, answer.ok and "# TYPE" in answer.text


def _ids(world: World) -> tuple[Exchange, bool]:
    given = uuid4().hex
    added = {world.system.logs.get("header", "X-Request-ID"): given}
    asked = asking.ask(world, "plain", asking.question_for(world, "plain"), added=added)
    return asked.exchange, any(given in value for value in asked.exchange.headers.values())


PROBES: dict[str, tuple[str, Callable[[World], tuple[Exchange, bool]]]] = {
    "keys of callers": ("keys", _keys),
    "pages of a listed origin": ("cors", _pages),
    "models of its own": ("model-routes", _models),
    "a list of models": ("model-list", _list),
    "embeddings": ("embeddings", _embeddings),
    "metrics": ("metrics", _metrics),
    "ids of requests": ("request-id", _ids),
}
"""Words of Gherkin → the capability, and how it is tried: an exchange, and whether it shows the capability."""
