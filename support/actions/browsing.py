"""Web pages in a real browser that call the system under test, and what their scripts are given."""

from __future__ import annotations

import json

from support.browsers import Call, Sight
from support.checks.matchers import Described
from support.interfaces import contracts
from support.world import World


def read_services(world: World, origin: str) -> None:
    """Have a page read the services, without a header for which its browser would ask permission first."""
    _visit(world, origin, Call("GET", _services(world)))


def register(world: World, origin: str, service: str, identity: str) -> None:
    """Have a page register a service with a user's token, for which its browser asks permission first."""
    headers = {"Authorization": f"Bearer {world.system.token(identity)}", "Content-Type": "application/json"}
    _visit(world, origin, Call("POST", _services(world), headers, _contract(service)))


def register_as_text(world: World, origin: str, service: str) -> None:
    """Have a page register a service under a type that needs no permission (https://fetch.spec.whatwg.org/#no-cors)."""
    _visit(world, origin, Call("POST", _services(world), {"Content-Type": "text/plain"}, _contract(service)))


def given_success() -> Described[Sight]:
    """A page whose script was given an answer that tells of success."""
    return Described(
        "a page whose script was given an answer with success (status 2xx)",
        lambda sight: sight.given and (sight.status or 0) // 100 == 2,
        told,
    )


def kept_out() -> Described[Sight]:
    """A page that the browser kept the answer from because of its origin."""
    return Described(
        "a page from which the browser withheld the answer, with its origin as the reason on the console",
        lambda sight: sight.withheld,
        told,
    )


def told(sight: Sight) -> str:
    """The page, and what its script was given, for a message."""
    given = f"{sight.status} {sight.body[:200]}" if sight.given else f"{sight.error}; console: {list(sight.console)}"
    return f"it was a page of {sight.origin} whose script was given: {given}; call and picture are attached"


def _visit(world: World, origin: str, call: Call) -> None:
    sight = world.pages.visit(origin, call)
    world.sights.append(sight)
    world.show(f"{call.method} by a page of {origin}", sight.describe())
    world.evidence.picture(f"the page of {origin}", sight.picture)


def _services(world: World) -> str:
    return world.over_http.client.base_url + world.endpoint("services")


def _contract(service: str) -> str:
    return json.dumps(contracts.contract({"service": service}))
