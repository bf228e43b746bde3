"""Web pages in a real browser that register services with CAIO."""

from __future__ import annotations

import json

from support.browsers import Call
from support.domains.caio import contracts
from support.subjects import browser
from support.world.core import World


def register(world: World, origin: str, service: str, identity: str) -> None:
    """Have a page register a service with a user's token, for which its browser asks permission first."""
    headers = {"Authorization": f"Bearer {world.system.token(identity)}", "Content-Type": "application/json"}
    browser.visit(world, origin, Call("POST", _services(world), headers, _contract(service)))


def register_as_text(world: World, origin: str, service: str) -> None:
    """Have a page register a service under a type that needs no permission (https://fetch.spec.whatwg.org/#no-cors)."""
    browser.visit(world, origin, Call("POST", _services(world), {"Content-Type": "text/plain"}, _contract(service)))


def _services(world: World) -> str:
    return world.http.base_url + world.endpoint("services")


def _contract(service: str) -> str:
    return json.dumps(contracts.contract({"service": service}))
