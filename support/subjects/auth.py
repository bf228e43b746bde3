"""The callers that Gherkin speaks of, by how they identify themselves, and what they may try to do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from support.base import documents
from support.base.outcomes import Broken, NotMet, NotVerified, UsageError
from support.base.requests import Request
from support.base.systems import System
from support.checks.basis import enough
from support.checks.shapes import Object, read
from support.http import Exchange
from support.http.paths import check
from support.subjects import requests
from support.world.core import World
from support.world.vocabulary import Phrases

KNOWN = "user"
"""The identity whose token is bent to make the tokens of callers who must not get in."""

OUTCOMES = ("unauthenticated", "forbidden", "rate-limited")
"""Refusals that are about the caller; any 2xx answer is "allowed"."""
ALLOWED = "allowed"


A_NAME = "a-name"
"""What stands in an address of the API description where a name belongs; nobody has to have that name."""

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
"""What stands for a method in the paths of an API description (OpenAPI 3.1, 4.8.9)."""

SHAPES: dict[str, Callable[[str], list[str]]] = {
    "a caller without a token": lambda token: [],
    "a caller with an empty token": lambda token: ["Bearer "],
    "a caller with an unknown token": lambda token: [f"Bearer {token[::-1]}"],
    "a caller with all but the last letter of a token": lambda token: [f"Bearer {token[:-1]}"],
    "a caller with a token and one letter more": lambda token: [f"Bearer {token}x"],
    "a caller with a token in capital letters": lambda token: [f"Bearer {token.upper()}"],
    "a caller with a token and its role": lambda token: [f"Bearer {token}:user"],
    "a caller with only the scheme": lambda token: ["Bearer"],
    "a caller with a token under another scheme": lambda token: [f"Basic {token}"],
    "a caller with a token but no scheme": lambda token: [token],
    "a caller with two tokens": lambda token: [f"Bearer {token}", f"Bearer {token[::-1]}"],
    "a caller with a token of 5000 letters": lambda token: ["Bearer " + "a" * 5000],
    "a caller with a token in the address": lambda token: [],
}
"""Caller → values of the Authorization header, made from a known token."""


CALLER = r"an? (?:{identities}|caller)(?: (?:who|with|without)(?: [a-z0-9]+)+?)?"
"""How Gherkin names a caller: by an identity of the system, or by how it identifies itself."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who calls: the words for it, what it sends to identify itself, and the tokens that it shows."""

    says: str
    headers: tuple[tuple[str, str], ...]
    shown: tuple[str, ...]
    query: str = ""


@dataclass(slots=True)
class Callers:
    """Who called last, and what they tried by name; None before anybody did."""

    last: Caller | None = None
    action: str | None = None


def phrases(identities: Collection[str]) -> Phrases:
    """The callers that Gherkin knows, and the pattern that they follow, where the systems have these identities."""
    known = [f"an {name}" if name[0] in "aeiou" else f"a {name}" for name in identities]
    return Phrases([*known, *SHAPES], CALLER.format(identities="|".join(map(re.escape, identities)) or "caller"))


def caller(says: str, system: System) -> Caller:
    """The caller that Gherkin means. Raises Broken for one that nothing is known of."""
    if known := re.fullmatch(r"an? ([a-z0-9_-]+)( who writes the scheme in small letters)?", says):
        token = system.token(known[1])
        return Caller(says, (("Authorization", f"{'bearer' if known[2] else 'Bearer'} {token}"),), (token,))
    if says not in SHAPES:
        raise Broken(f"nothing is known of {says!r}; there are: {', '.join(system.identities)}, {', '.join(SHAPES)}")
    token = system.token(KNOWN)
    if says.endswith("in capital letters") and token.upper() == token:
        raise NotVerified(f"the token of {KNOWN!r} has no small letters: this needs a token that has some")
    values = SHAPES[says](token)
    query = f"?token={token}" if says.endswith("in the address") else ""
    shown = [part for value in values for part in value.split() if len(part) > len("Bearer")]
    if query:
        shown.append(token)
    return Caller(says, tuple(("Authorization", value) for value in values), tuple(shown), query)


def attempt(world: World, says: str, action: str) -> Exchange:
    """Have a caller try an action: one of the ``requests`` of the system's definition."""
    return send(world, says, action, world.system.request(action))


def send(world: World, says: str, action: str, request: Request) -> Exchange:
    """Have a caller try an action by a request, which may be a changed one."""

    def by(method: str, path: str, headers: list[tuple[str, str]], content: str | None) -> Exchange:
        return call(world, says, method, path, headers=headers, content=content)

    exchange = requests.send(world, action, request, by)
    world.part(Callers).action = action
    return exchange


def call(world: World, says: str, method: str, path: str, **options: Any) -> Exchange:
    """Have a caller call an address."""
    who = caller(says, world.system)
    world.part(Callers).last = who
    headers = [*who.headers, *options.pop("headers", [])]
    world.exchanges.append(world.http.request(method, path + who.query, headers=headers, **options))
    return world.exchange


def call_every_route(world: World, says: str) -> None:
    """Have a caller call each route that the API description lists under the API's own prefix.

    Those that only the system's definition names are called too: a description that leaves one out hides nothing.
    """
    described = read(world.http.get(world.endpoint("openapi")).json(), dict[str, Object], "paths")
    prefix = world.endpoint("protected").rsplit("/", 1)[0] + "/"
    hidden = {path: ["get"] for path in world.system.endpoints.values() if path not in described}
    for path, methods in {**described, **hidden}.items():
        for method in [each for each in methods if each in METHODS] if path.startswith(prefix) else ():
            call(world, says, method.upper(), _sendable(re.sub(r"{[^}]*}", A_NAME, path)))


def _sendable(path: str) -> str:
    """A route of the system's own description. Raises NotMet for one that would be sent as another path."""
    try:
        check(path)
    except UsageError as error:
        raise NotMet(f"expected routes in the API description that can be called, but {error}") from error
    return path


def outcome(world: World, exchange: Exchange) -> str:
    """What became of a call, in the words of Gherkin; an answer that none of them fits is told as its status."""
    if exchange.ok:
        return ALLOWED
    fitting = [name for name in OUTCOMES if name in world.system.refusals and shows(world, exchange, name)]
    return fitting[0] if fitting else f"status {exchange.status} {exchange.error or ''}".strip()


def outcomes(world: World, exchanges: Iterable[Exchange], expected: str) -> list[str]:
    """What became of calls. Raises NotVerified if the definition does not declare how the expected refusal shows."""
    if expected != ALLOWED:
        world.system.refusal(expected)

    def became(exchange: Exchange) -> str:
        return expected if expected != ALLOWED and shows(world, exchange, expected) else outcome(world, exchange)

    return [became(exchange) for exchange in exchanges]


def shows(world: World, exchange: Exchange, refusal: str) -> bool:
    """Whether an answer is a refusal as the definition declares it: by status, words and kind."""
    declared = world.system.refusals[refusal]
    if exchange.status != declared.status or declared.says.lower() not in exchange.text.lower():
        return False
    return not declared.kind or documents.read(_read(exchange), world.system.errors["kind"]) == declared.kind


def _read(exchange: Exchange) -> Any:
    try:
        return json.loads(exchange.body)
    except ValueError:
        return None


def echoed(world: World) -> list[str]:
    """The tokens of the last caller that stand in what it was answered. There must be both, token and answer."""
    lines = [*(f"{name}: {value}" for name, value in world.exchange.headers.items()), world.exchange.text]
    answer = enough("\n".join(lines).strip(), "words in the answer")
    return [token for token in enough(last_caller(world).shown, "tokens that the caller showed") if token in answer]


def last_caller(world: World) -> Caller:
    """Who called last. Raises Broken before anybody did."""
    caller = world.part(Callers).last
    if caller is None:
        raise Broken("nobody has called yet")
    return caller
