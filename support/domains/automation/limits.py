"""The rate limit as callers meet it: how many passed, in which windows, from which address, and what is told."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from support.base.outcomes import NotVerified
from support.checks import shapes
from support.checks.basis import enough
from support.domains.automation import api
from support.http import Exchange, HttpClient
from support.world.core import World

WORDS = "Rate limit exceeded. Try again later."
"""What a refusal says, to the letter (the source, hardening feature 3)."""
PAUSE = 0.02
"""Seconds between two requests of a caller who asks without a pause."""
REFUSED = 429


@dataclass(slots=True)
class Asked:
    """The requests of a scenario that a limit was to hold, in order."""

    answers: list[Exchange] = field(default_factory=list)

    @property
    def passed(self) -> list[Exchange]:
        """Those that were let through."""
        return [answer for answer in enough(self.answers, "requests that a limit was to hold") if answer.ok]


def wrong_in_refusal(answer: Exchange) -> list[str]:
    """What the last refusal lacks of the body that callers know: ``detail`` and ``retry_after``."""
    told = shapes.read(answer.json(), shapes.Object)
    wrong = [] if told.get("detail") == WORDS else [f"detail: {told.get('detail')!r}"]
    seconds = told.get("retry_after")
    if not isinstance(seconds, int) or isinstance(seconds, bool) or str(seconds) != answer.headers.get("Retry-After"):
        wrong.append(f"retry_after: {seconds!r}, and Retry-After: {answer.headers.get('Retry-After')!r}")
    return wrong


def list_for(world: World, seconds: float) -> None:
    """Have a user list the leads again and again for so long."""
    ends = time.monotonic() + seconds
    answers = world.part(Asked).answers
    while time.monotonic() < ends:
        answers.append(api.call(world, api.USER, "GET", "leads"))


def list_apart(world: World, count: int, at_once: bool = False) -> None:
    """Have a user list the leads so often, each time over a connection of its own."""
    path, token = world.endpoint("leads"), world.system.token(api.USER)

    def send(client: HttpClient, _: int) -> Exchange:
        return client.get(path, token=token)

    world.part(Asked).answers.extend(api.apart(world, count, send, at_once))


def ask_from(world: World, address: str, count: int) -> Exchange:
    """Have somebody at a loopback address ask for leads without a pass, so often; the last answer is the step's.

    Raises NotVerified where a port is published by the container engine, which calls from one address for everybody.
    """
    if world.deployment.kind == "container":
        raise NotVerified("the container engine passes on every caller of this machine from one address")
    client = api.ClientAt(
        address, world.deployment.url, lambda seen: world.sent.append(str(seen)), world.settings.timeouts.http
    )
    world.on_close(client.close)
    world.exchanges.extend(client.get(world.endpoint("leads")) for _ in range(count))
    return world.exchange


def ask_as_if_from_elsewhere(world: World, count: int) -> None:
    """Have somebody ask for leads without a pass, each time saying that it came from another address."""
    for number in range(count):
        claimed = {"X-Forwarded-For": f"203.0.113.{number + 1}", "X-Real-IP": f"203.0.113.{number + 1}"}
        api.act(world, None, "GET", "leads", headers=claimed)


def most_within(answers: Sequence[Exchange], seconds: float) -> int:
    """The most requests that passed in any window of this length.

    A request was served between its start and its end. Only those that were begun after the window opened and had ended
    when it closed are counted, so that what a caller cannot tell counts for the system.
    """
    times = sorted(
        (answer.started, answer.started + answer.duration) for answer in enough(answers, "requests that passed")
    )
    return max(sum(1 for other, end in times if other >= start and end <= start + seconds) for start, _ in times)
