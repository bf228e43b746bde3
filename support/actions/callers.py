"""The callers that Gherkin speaks of, by how they identify themselves, and what they may try to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from support.checks.basis import enough
from support.http import Exchange
from support.http.paths import check
from support.interfaces import contracts
from support.interfaces.requests import request
from support.interfaces.shapes import Object, read
from support.outcomes import Broken, NotMet, NotVerified, UsageError
from support.systems import System
from support.waiting import let_pass
from support.world import World

KNOWN = "user"
"""The identity whose token is bent to make the tokens of callers who must not get in."""

SMALL = " who writes the scheme in small letters"

IDENTITIES = {
    "an admin": "admin",
    "a user": "user",
    "a service": "service",
    "an admin who writes the scheme in small letters": "admin",
    "a user who writes the scheme in small letters": "user",
    "a service who writes the scheme in small letters": "service",
}
"""Caller → the identity whose token it shows as it is; all others show what is made from that of a user."""

OUTCOMES = ("unauthenticated", "forbidden", "rate-limited")
"""Refusals that are about the caller; any 2xx answer is "allowed"."""
ALLOWED = "allowed"

LONGEST_WAIT = 60
"""Seconds that a caller may be told to wait; limits in scenarios are per minute at most, so that none waits longer."""

TRIED = "tried-chat"
"""The service that callers try to register."""

FOUND = "local-chat"
"""The service that callers try to replace and remove; the scenario registers it beforehand."""

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


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who calls: the words for it, what it sends to identify itself, and the tokens that it shows."""

    says: str
    headers: tuple[tuple[str, str], ...]
    shown: tuple[str, ...]
    query: str = ""


def caller(says: str, system: System) -> Caller:
    """The caller that Gherkin means. Raises Broken for one that nothing is known of."""
    if says not in {*IDENTITIES, *SHAPES}:
        raise Broken(f"nothing is known of {says!r}; there are: {', '.join([*IDENTITIES, *SHAPES])}")
    token = system.token(IDENTITIES.get(says, KNOWN))
    if says in IDENTITIES:
        scheme = "bearer" if says.endswith(SMALL) else "Bearer"
        return Caller(says, (("Authorization", f"{scheme} {token}"),), (token,))
    if says.endswith("in capital letters") and token.upper() == token:
        raise NotVerified(f"the token of {KNOWN!r} has no small letters: this needs a token that has some")
    values = SHAPES[says](token)
    query = f"?token={token}" if says.endswith("in the address") else ""
    shown = [part for value in values for part in value.split() if len(part) > len("Bearer")]
    if query:
        shown.append(token)
    return Caller(says, tuple(("Authorization", value) for value in values), tuple(shown), query)


def attempt(world: World, says: str, action: str) -> Exchange:
    """Have a caller try an action, such as ``register a service`` or ``ask for "chat"``."""
    method, endpoint, options = _request(action)
    path = endpoint.format(services=world.endpoint("services"), route=world.endpoint("route"))
    return call(world, says, method, path, **options)


def call(world: World, says: str, method: str, path: str, **options: Any) -> Exchange:
    """Have a caller call an address."""
    who = caller(says, world.system)
    world.caller = who
    headers = [*who.headers, *options.pop("headers", [])]
    world.exchanges.append(world.http.request(method, path + who.query, headers=headers, **options))
    return world.exchange


def call_every_route(world: World, says: str) -> None:
    """Have a caller call each route that the API description lists under the API's own prefix.

    Those that only the system's definition names are called too: a description that leaves one out hides nothing.
    """
    described = read(world.http.get(world.endpoint("openapi")).json(), dict[str, Object], "paths")
    prefix = world.endpoint("services").rsplit("/", 1)[0] + "/"
    hidden = {path: ["get"] for path in world.system.endpoints.values() if path not in described}
    for path, methods in {**described, **hidden}.items():
        for method in [each for each in methods if each in METHODS] if path.startswith(prefix) else ():
            call(world, says, method.upper(), _sendable(re.sub(r"{[^}]*}", FOUND, path)))


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
    declared = world.system.refusals
    fitting = [name for name in OUTCOMES if name in declared and declared[name].status == exchange.status]
    return fitting[0] if fitting else f"status {exchange.status} {exchange.error or ''}".strip()


def outcomes(world: World, exchanges: Iterable[Exchange], expected: str) -> list[str]:
    """What became of calls. Raises NotVerified if the definition does not declare how the expected refusal shows."""
    if expected != ALLOWED:
        world.system.refusal(expected)
    return [outcome(world, exchange) for exchange in exchanges]


def echoed(world: World) -> list[str]:
    """The tokens of the last caller that stand in what it was answered. There must be both, token and answer."""
    lines = [*(f"{name}: {value}" for name, value in world.exchange.headers.items()), world.exchange.text]
    answer = enough("\n".join(lines).strip(), "words in the answer")
    return [token for token in enough(_last_caller(world).shown, "tokens that the caller showed") if token in answer]


def wait_as_told(world: World) -> None:
    """Wait for as long as the last answer says. Raises NotMet if it does not say so in whole seconds, or too many."""
    told = world.exchange.headers.get("Retry-After", "")
    if not re.fullmatch(r"[0-9]{1,9}", told):
        raise NotMet(f"expected the answer to say in Retry-After how many seconds to wait, but it said {told!r}")
    if int(told) > LONGEST_WAIT:
        raise NotMet(f"expected to be told to wait for at most {LONGEST_WAIT} s, but the answer said {told} s")
    let_pass(int(told), "the caller was told to wait so long")


def repeat_last(world: World) -> Exchange:
    """Have the last caller list the services again."""
    return attempt(world, _last_caller(world).says, "list the services")


def _last_caller(world: World) -> Caller:
    if world.caller is None:
        raise Broken("nobody has called yet")
    return world.caller


def _request(action: str) -> tuple[str, str, dict[str, Any]]:
    as_yaml = {"headers": [("Content-Type", "application/yaml")]}
    match action.split('"'):
        case ["list the services"]:
            return "GET", "{services}", {}
        case ["register a service"]:
            return "POST", "{services}", {"content": _contract(TRIED, "1.0.0"), **as_yaml}
        case ["replace a service"]:
            return "PUT", f"{{services}}/{FOUND}", {"content": _contract(FOUND, "2.0.0"), **as_yaml}
        case ["remove a service"]:
            return "DELETE", f"{{services}}/{FOUND}", {}
        case ["ask for ", wanted, ""]:
            return "POST", "{route}", {"json": request(wanted)}
        case _:
            raise Broken(f"nothing is known of trying to {action}")


def _contract(service_id: str, version: str) -> str:
    return contracts.text(contracts.contract({"service": service_id, "version": version}))
