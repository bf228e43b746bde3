"""Web pages in a real browser that call the system under test, and what their scripts are given."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from support.browsers import BrowserResult, Call
from support.checks.matchers import Described
from support.world.core import World, last


@dataclass(slots=True)
class BrowserPages:
    """What pages in a real browser were given, in order."""

    results: list[BrowserResult] = field(default_factory=list)

    @property
    def last(self) -> BrowserResult:
        """What the last page was given. Raises Broken before there was one."""
        return last(self.results, "no page has been opened in a browser yet")


def attempt(world: World, origin: str, action: str, identity: str | None = None) -> None:
    """Have a page try an action: one of the ``requests`` of the system's definition, with a user's token if given.

    With a token, or a body that is not plain text, the page's browser asks for permission first.
    """
    request = world.system.request(action)
    headers = dict(request.headers)
    body = request.text
    if request.body is not None:
        body = json.dumps(request.body)
        headers.setdefault("Content-Type", "application/json")
    if identity is not None:
        headers["Authorization"] = f"Bearer {world.system.token(identity)}"
    url = world.http.base_url + world.endpoint(request.endpoint) + request.below
    visit(world, origin, Call(request.method, url, headers, body) if headers or body else Call(request.method, url))


def given_success() -> Described[BrowserResult]:
    """A page whose script was given an answer that tells of success."""
    return Described(
        "a page whose script was given an answer with success (status 2xx)",
        lambda result: result.given and (result.status or 0) // 100 == 2,
        told,
    )


def kept_out() -> Described[BrowserResult]:
    """A page that the browser kept the answer from because of its origin."""
    return Described(
        "a page from which the browser withheld the answer, with its origin as the reason on the console",
        lambda result: result.withheld,
        told,
    )


def told(result: BrowserResult) -> str:
    """The page, and what its script was given, for a message."""
    given = (
        f"{result.status} {result.body[:200]}" if result.given else f"{result.error}; console: {list(result.console)}"
    )
    return f"it was a page of {result.origin} whose script was given: {given}; call and picture are attached"


def visit(world: World, origin: str, call: Call) -> None:
    """Open a page of an origin in a browser and have its script make a call."""
    result = world.pages.visit(origin, call)
    world.part(BrowserPages).results.append(result)
    world.show(f"{call.method} by a page of {origin}", result.describe())
    world.evidence.picture(f"the page of {origin}", result.picture)
