"""Explainers and their queue: killed and frozen one by one; messages copied, lost and falsified behind their back."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from support.base.outcomes import Broken, NotVerified
from support.base.waiting import let_pass, until
from support.deployments import TopologyDeployment
from support.deployments.named_process import NamedProcess
from support.domains.sidecar import api, traces
from support.domains.sidecar.traces import Trace, Traces
from support.faults import Fault, Killed, Paused
from support.subjects import topology
from support.world.core import World

STORE, PROCESS = "queue", "explainer"
MESSAGES, IDS = ".msgs", ""
"""How dramatiq's broker names what it keeps: a list of ids for each queue, and a hash of bodies with this ending."""
FAULTS: dict[str, type[Killed] | type[Paused]] = {"killed": Killed, "frozen": Paused}
LEASE = 4.0
"""Seconds after which the job of an explainer that gives no sign of life has been taken over."""


@dataclass(slots=True)
class Jobs:
    """Messages of the queue that were copied (queue, body), and the fault of the one explainer that was broken."""

    copied: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    fault: Fault | None = None


def break_one(world: World, how: str) -> None:
    """Kill or freeze the explainer that has begun with a trace; the others go on."""
    group = topology.process(world, PROCESS)
    if group.count < 2:
        raise Broken(f"there are {group.count} explainers, and this needs another one that goes on")
    victim = group.replicas[_busy(world, group)]
    made: Fault = FAULTS[how](victim, f"one explainer {how}")
    world.lease.dirty = True
    world.faults.append(made)
    world.on_close(made.heal)
    world.part(Jobs).fault = made
    made.inject()


def group(world: World) -> NamedProcess:
    """All explainers."""
    return topology.process(world, PROCESS)


def wait_out(world: World) -> None:
    """Let the time pass after which another explainer has taken over what the broken one held."""
    let_pass(LEASE, "the lease of an explainer that gives no sign of life runs out")


def heal_one(world: World) -> None:
    """Have the explainer that was broken go on."""
    if (fault := world.part(Jobs).fault) is None:
        raise Broken("no explainer has been broken")
    fault.heal()


def _busy(world: World, group: NamedProcess) -> int:
    """Which of the explainers is busy, by its own metrics; the first if none says so."""
    for number, replica in enumerate(group.replicas):
        told = world.client_for(replica.url).get(world.endpoint("metrics"))
        lines = [line for line in told.text.splitlines() if line.startswith("explainer_jobs_running")]
        if lines and float(lines[0].rsplit(" ", 1)[1]) > 0:
            return number
    return 0


def client(world: World) -> Any:
    """A client of the queue. Raises NotVerified where it cannot be reached."""
    import redis

    if not isinstance(world.deployment, TopologyDeployment):
        raise NotVerified(f"the queue of a {world.deployment.kind} deployment cannot be reached")
    made = redis.Redis.from_url(topology.store(world, STORE).url, socket_timeout=5)
    world.on_close(made.close)
    return made


def messages(found: Any) -> list[tuple[str, dict[str, Any]]]:
    """The messages in the queue, and the name of the queue that each is in."""
    hashes = [key.decode() for key in found.scan_iter(f"*{MESSAGES}")]
    return [(key.removesuffix(MESSAGES), json.loads(body)) for key in hashes for body in found.hgetall(key).values()]


def copy(world: World) -> None:
    """Keep a copy of every job that is in the queue. Raises Broken if there is none."""
    found = client(world)
    world.part(Jobs).copied = until(lambda: messages(found), world.settings.timeouts.settle, "jobs in the queue")


def deliver_again(world: World) -> None:
    """Put the copied jobs into the queue once more."""
    world.lease.dirty = True
    found = client(world)
    for queue, message in world.part(Jobs).copied:
        _put(found, queue, message)


def lose(world: World) -> None:
    """Have Redis forget everything. Raises Broken if no job was in it."""
    world.lease.dirty = True
    found = client(world)
    until(lambda: messages(found), world.settings.timeouts.settle, "jobs in the queue to lose")
    found.flushall()
    world.noticed("Redis has forgotten everything")


def falsify(world: World, tenant: str) -> None:
    """Have every job in the queue name another tenant wherever it names one."""
    world.lease.dirty = True
    found = client(world)
    own = tenant_of(world, world.part(Traces).last)
    jobs = until(lambda: messages(found), world.settings.timeouts.settle, "jobs in the queue to falsify")
    for queue, message in jobs:
        falsified = json.loads(json.dumps(message).replace(own, tenant))
        kwargs = {**falsified.get("kwargs", {})}
        body = {**falsified, "kwargs": kwargs}
        found.hset(f"{queue}{MESSAGES}", body["options"]["redis_message_id"], json.dumps(body).encode())


def tenant_of(world: World, trace: Trace) -> str:
    """The tenant of a trace, by its own word."""
    return str(api.done(traces.ask(world, trace)).get("tenant"))


def _put(found: Any, queue: str, message: dict[str, Any]) -> None:
    new = uuid.uuid4().hex
    options = {**message.get("options", {}), "redis_message_id": new}
    found.hset(f"{queue}{MESSAGES}", new, json.dumps({**message, "options": options}).encode())
    found.lpush(queue, new)
