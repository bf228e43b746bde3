"""Has the gateway running for a scenario, at rest: no upstream still rests because of what an earlier scenario did."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from support.base.outcomes import WaitedInVain
from support.base.waiting import let_pass, until
from support.domains.gateway import asking
from support.domains.gateway.asking import Register
from support.domains.gateway.capabilities import FAILURES, NOTICED, REST
from support.world.core import World
from support.world.parts import Met
from support.world.upstreams import Upstreams

PROBED = ("plain", "guarded", "shared")
"""Routes of which each must be answered before a scenario begins."""

_disturbed: WeakKeyDictionary[object, tuple[float, bool]] = WeakKeyDictionary()
"""Deployment → when the last fault of a scenario with it ended, and whether its upstreams may rest because of it."""


@dataclass(slots=True)
class Aftermath:
    """Remembers the faults of a scenario for whoever uses the same gateway after it."""

    world: World
    met: list[object] = field(default_factory=list)

    @classmethod
    def of(cls, world: World) -> Aftermath:
        """Made by ``world.part``."""
        return cls(world)

    def meet(self, met: Met) -> None:
        """Know a gateway that the scenario uses."""
        self.met.append(met.deployment)

    def tidy_up(self) -> list[str]:
        """Note that the gateways of the scenario have seen faults, if they have."""
        if self.world.faults:
            rests = len(self.world.part(Register).asked) >= FAILURES
            _disturbed.update({deployment: (time.monotonic(), rests) for deployment in self.met})
        return []


def start(world: World, profile: str = "default", *, own: bool = False) -> None:
    """Have the gateway running in a profile, and wait until it serves its models as if nothing had happened before.

    One that does not come to rest is thrown away, and a new one started.
    """
    world.part(Aftermath)
    world.start(profile, own=own)
    disturbed = _disturbed.pop(world.deployment, None)
    if disturbed is not None and not _comes_to_rest(world, *disturbed):
        world.lease.dirty = True
        world.start(profile, own=True)
    for upstream in world.part(Upstreams).all():
        upstream.clear()


def _comes_to_rest(world: World, since: float, rests: bool) -> bool:
    if rests:
        left = since + REST - time.monotonic()
        let_pass(max(0.0, left), "upstreams rest after the failures of an earlier scenario")
    try:
        until(lambda: _serves(world), NOTICED, "the gateway to serve its models again", poll=0.1)
    except WaitedInVain:
        return False
    return True


def _serves(world: World) -> bool:
    """Whether each model is answered, and the first of its upstreams is in use."""
    for name in PROBED:
        if (route := world.system.routes.get(name)) is None:
            continue
        needed = set(route.upstreams if name == "shared" and "sharing" in world.system.capabilities else ())
        first = {route.upstreams[0]} if "model-routes" in world.system.capabilities and name != "shared" else set()
        seen = {_speaker(world, name) for _ in range(2 * len(needed) or 1)}
        if "" in seen or not needed | first <= seen:
            return False
    return True


def _speaker(world: World, name: str) -> str:
    question = asking.question_for(world, name)
    answer = world.http.post(asking.CHAT, json=question.body, headers=asking.headers_of(world, name), timeout=5.0)
    return asking.Asked(question, name, asking.CALLER, answer).speaker
