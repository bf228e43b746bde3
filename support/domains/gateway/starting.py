"""Starts the gateway wrongly configured, or before its upstreams, and stops it while it works."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from support.base.outcomes import Broken, NotVerified, WaitedInVain
from support.base.waiting import let_pass, until
from support.checks.matchers import Described
from support.deployments import Preparable, Stoppable, TopologyDeployment
from support.deployments.base import require_capability
from support.domains.gateway import asking, faults, running
from support.domains.gateway.asking import Asked
from support.domains.gateway.questions import Question
from support.subjects.deployment import Start, StartAttempt
from support.world.core import World
from support.world.upstreams import Upstreams

BEGUN_WITHIN = 3.0
"""Seconds within which an upstream must have been called for what is to be in flight."""
UNDER_WAY = 0.4
"""Seconds for which an answer is under way before the gateway is told to stop."""
KILLED = (-9, 137)
"""Exit codes of a process that was killed (SIGKILL)."""
GRACE = 15.0
"""Seconds in which a gateway that was told to stop may finish what is in flight."""


@dataclass(slots=True)
class Stopped:
    """How the gateway ended that was told to stop: its exit code, None if it had to be killed."""

    told: bool = False
    exit_code: int | None = None
    running: bool = True


def try_profile(world: World, profile: str) -> Start:
    """Start the gateway in a profile that it must refuse, and see whether it ends by itself or serves.

    Raises WaitedInVain if it does neither, which says nothing of whether it would have refused.
    """
    deployment = world.begin(profile)
    deployment.launch()
    installed = world.system.installation
    longest = None if installed is None else installed.start_timeout
    patience = max(world.settings.timeouts.start, longest or 0.0)
    until(lambda: _settled(world, deployment), patience, "the gateway to end or to serve", 0.1)
    code = deployment.exit_within(0)
    world.part(StartAttempt).result = start = Start(code is None, code, deployment.logs())
    return start


def _settled(world: World, deployment: Preparable) -> bool:
    """Whether the gateway has ended, or answers a caller."""
    if deployment.exit_within(0) is not None:
        return True
    client = world.client_for(deployment.url)
    answered = client.get(asking.MODELS, headers=asking.headers_of(world, ""), timeout=2.0).status is not None
    client.close()
    return answered


def naming(name: str) -> Described[str]:
    """A log that names something, in whichever case and with whichever dashes."""
    sought = re.compile("(?i)(?<![a-z0-9])" + re.sub(r"\\?[-_]", "[-_]", re.escape(name)) + "(?![a-z0-9])")
    found = lambda log: sought.search(log) is not None  # noqa: E731
    return Described(f"a log that names {name}", found, lambda log: f"it wrote:\n{log.strip() or '(nothing)'}")


def start_before_upstreams(world: World) -> None:
    """Have a gateway of the scenario's own started while all of its upstreams are dead; it need not be ready."""
    began = time.monotonic()
    running.start(world, own=True)
    usual = time.monotonic() - began
    deployment = world.deployment
    if not isinstance(deployment, TopologyDeployment):
        raise NotVerified(f"this needs a gateway that the suite starts itself; a {deployment.kind} deployment is not")
    deployment.stop()
    for upstream in world.part(Upstreams).all():
        faults.inject(world, [upstream.name], "is dead")
    deployment.launch()
    with suppress(WaitedInVain):  # some listen only once an upstream is there
        until(lambda: _settled(world, deployment), 2 * usual + BEGUN_WITHIN, "the gateway to answer", 0.1)
    let_pass(1.0, "the gateway finds that its upstreams are dead")


def stop_under_way(world: World, name: str, *, stream: bool) -> None:
    """Tell the gateway to stop while it answers a caller, and wait for both."""
    world.lease.dirty = True
    model = asking.route(world, name).model
    question = Question(model, tokens=24, pace=0.08, stream=stream) if stream else Question(model, wait=1.2)
    ask: Callable[[], Asked] = lambda: _send(world, name, question)  # noqa: E731
    asking_thread = threading.Thread(target=ask)
    asking_thread.start()
    begun = lambda: bool(asking.calls_of(asking.calls(world), question))  # noqa: E731
    until(begun, BEGUN_WITHIN, "an upstream to be called")
    let_pass(UNDER_WAY, "an answer is under way when the gateway is told to stop")
    stoppable = require_capability(world.deployment, Stoppable)  # type: ignore[type-abstract]
    part = world.part(Stopped)
    part.told, part.exit_code = True, stoppable.stop(GRACE)
    part.running = world.deployment.running
    asking_thread.join(asking.PATIENCE)
    if asking_thread.is_alive():
        raise Broken("the caller still waits for its answer although the gateway has ended")


def ended_by_itself() -> Described[int | None]:
    """An exit code of a process that ended when it was told to, and was not killed: none of SIGKILL."""
    return Described("the code of a process that ended by itself", lambda code: code not in (None, *KILLED), repr)


def _send(world: World, name: str, question: Question) -> Asked:
    send = asking.ask_stream if question.stream else asking.ask
    return send(world, name, question)
