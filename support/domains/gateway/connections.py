"""Watches whom the gateway's processes are connected to, by the operating system's word."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from support.base.outcomes import NotVerified
from support.base.waiting import let_pass
from support.checks.basis import enough
from support.deployments import TopologyDeployment, isolation, processes
from support.deployments.server import ServerProcess
from support.world.core import World
from support.world.upstreams import Upstreams

EVERY = 0.02
"""Seconds between two looks."""
LEAST, TIMES = 5, 5
"""Looks that are needed to judge, and how often the work is done at most until there have been so many."""


@dataclass(slots=True)
class Connections:
    """Whom the gateway was connected to, and the ports that it listens on itself."""

    called: set[tuple[str, int]] = field(default_factory=set)
    own: set[int] = field(default_factory=set)
    looks: int = 0


def watch(world: World, work: Callable[[], object]) -> None:
    """Look at the connections of all processes of the gateway while something is done."""
    pids, over = _pids(world), threading.Event()
    part = world.part(Connections)

    def look() -> None:
        while not over.is_set():
            for pid in pids:
                part.called |= processes.called(pid)
                part.own |= {int(each.rpartition(":")[2]) for each in processes.listening(pid)}
            part.looks += 1
            let_pass(EVERY, "the next look at the connections is due")

    looking = threading.Thread(target=look)
    looking.start()
    try:
        for _ in range(TIMES):
            work()
            if part.looks >= LEAST:
                break
    finally:
        over.set()
        looking.join()


def others(world: World) -> list[str]:
    """Whom the gateway was connected to besides upstreams and itself, or tried to call: where the run is in a network
    namespace of its own, also before this scenario. Raises NothingToJudge if to no upstream.
    """
    part = world.part(Connections)
    upstreams = {_address(upstream.url) for upstream in world.part(Upstreams).all()}
    enough(range(part.looks), "looks at the connections", LEAST)
    enough(part.called & upstreams, f"connections to upstreams among {sorted(part.called)}")
    stores = {urlsplit(store.url).port for store in _topology(world).stores.values()}
    known = {port for port in (*part.own, *stores) if port is not None}
    outside = isolation.outside()
    beyond = outside.calls() if outside else []
    return [f"{host}:{port}" for host, port in sorted(part.called - upstreams) if port not in known] + beyond


def _address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or 80


def _pids(world: World) -> list[int]:
    replicas = [each for process in _topology(world).processes.values() for each in process.replicas]
    return [each.pid for each in replicas if isinstance(each, ServerProcess) and each.pid is not None]


def _topology(world: World) -> TopologyDeployment:
    if not isinstance(world.deployment, TopologyDeployment):
        raise NotVerified(f"this needs a gateway that the suite starts itself; {world.deployment.kind} is not")
    return world.deployment
