"""What happens to the queue behind the orchestrator's back: jobs delivered twice, lost, or put there by others."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

from support.base.outcomes import Broken, NotVerified
from support.base.waiting import until
from support.deployments import TopologyDeployment
from support.faults import Fault, Killed, Paused
from support.subjects import topology
from support.world.core import World

STORE = "queue"
WORKER = "worker"
NAMESPACE, QUEUES = "automation", ("workflows", "deliveries")
"""How dramatiq's broker names what it keeps: ``automation:workflows`` has ids, ``automation:workflows.msgs`` bodies."""
FOREIGN = (b"this is no job", b'{"queue_name": "workflows"}', b"[]")


@dataclass(slots=True)
class Doubled:
    """The jobs that were delivered a second time."""

    count: int = 0


def empty(world: World) -> None:
    """Have Redis forget everything that it holds. Raises Broken if no job waits in it."""
    world.lease.dirty = True
    client = _client(world)
    waiting = client.llen(f"{NAMESPACE}:{QUEUES[0]}")
    client.flushall()
    if not waiting:
        raise Broken("no job was waiting in the queue when it was emptied, so nothing could be lost")
    world.noticed("Redis has forgotten everything")


def double(world: World) -> None:
    """Put every job that is in the queue, or is being done, there a second time. Raises Broken if there is none."""
    world.lease.dirty = True
    client = _client(world)

    def doubled() -> int:
        count = 0
        for queue in QUEUES:
            for body in client.hgetall(f"{NAMESPACE}:{queue}.msgs").values():
                _put(client, queue, {**json.loads(body)})
                count += 1
        return count

    world.part(Doubled).count = until(doubled, world.settings.timeouts.settle, "jobs in the queue to deliver twice")


def put_foreign(world: World) -> None:
    """Put entries into the queue that are no jobs, before all others."""
    world.lease.dirty = True
    client = _client(world)
    for entry in FOREIGN:
        _put_raw(client, QUEUES[0], uuid.uuid4().hex, entry)


def break_one(world: World, fault: str) -> None:
    """Kill or freeze one of several workers; the others go on. Healed at the end of the scenario at the latest."""
    target = topology.process(world, WORKER)
    if target.count < 2:
        raise Broken(f"there are {target.count} workers, and this needs another one that goes on")
    victim = target.replicas[0]
    kinds: dict[str, type[Killed] | type[Paused]] = {"has died": Killed, "is frozen": Paused}
    made: Fault = kinds[fault](victim, f"one worker {fault}")
    world.lease.dirty = True
    world.part(topology.InjectedByName).faults.setdefault("process one worker", []).append(made)
    world.faults.append(made)
    world.on_close(made.heal)
    made.inject()


def _put(client: Any, queue: str, message: dict[str, Any]) -> None:
    new = uuid.uuid4().hex
    options = {**message.get("options", {}), "redis_message_id": new}
    _put_raw(client, queue, new, json.dumps({**message, "options": options}).encode())


def _put_raw(client: Any, queue: str, name: str, entry: bytes) -> None:
    client.hset(f"{NAMESPACE}:{queue}.msgs", name, entry)
    client.lpush(f"{NAMESPACE}:{queue}", name)


def _client(world: World) -> Any:
    import redis

    if not isinstance(world.deployment, TopologyDeployment):
        raise NotVerified(f"the queue of a {world.deployment.kind} deployment cannot be reached")
    made = redis.Redis.from_url(topology.store(world, STORE).url, socket_timeout=5)
    world.on_close(made.close)
    return made
