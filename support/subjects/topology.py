"""The named processes and stores of a system in one scenario: broken by name, brought back, and scaled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from support.base.outcomes import Broken, NotMet, NotVerified
from support.base.waiting import until
from support.deployments import TopologyDeployment
from support.deployments.named_process import NamedProcess, ProcessGroup
from support.deployments.stores.base import ChangesCredentials, Fillable, LimitsConnections, Store
from support.faults import Fault, Killed, Paused, Stopped
from support.faults.stores import CredentialsChanged, FullStore, NoConnectionsLeft, StoreProxy, slow_store
from support.world.core import World

SLOW = 2.0
"""Seconds by which each answer of a slow store comes late."""

P = TypeVar("P")
Target = NamedProcess | ProcessGroup

PROCESS_FAULTS: dict[str, Callable[[Target, str, float], Fault]] = {
    "has died": lambda target, what, settle: Killed(target, f"{what} killed", lambda: target.well, settle),
    "is frozen": lambda target, what, settle: Paused(target, f"{what} frozen", lambda: target.well, settle),
    "is stopped": lambda target, what, settle: Stopped(target, f"{what} stopped", lambda: target.well, settle),
}
"""What can happen to a process or region, in the words of Gherkin → the fault."""


@dataclass(slots=True)
class InjectedByName:
    """The faults of the scenario by the part that they were injected into, such as ``store queue``."""

    faults: dict[str, list[Fault]] = field(default_factory=dict)


def break_process(world: World, name: str, fault: str) -> None:
    """Inject a fault into a named process, all its replicas; healed at the end of the scenario at the latest."""
    target = process(world, name)
    _inject(world, f"process {name}", PROCESS_FAULTS[fault](target, f"the process {name}", _settle(world)))


def break_region(world: World, region: str, fault: str) -> None:
    """Inject a fault into all processes of a region at once."""
    declared = sorted({each.region for each in world.system.processes.values() if each.region})
    if region not in declared:
        there = ", ".join(declared) or "none"
        raise NotVerified(f"{world.system.path} declares no process with region {region!r}; there are: {there}")
    target = _topology(world).of_region(region)
    _inject(world, f"region {region}", PROCESS_FAULTS[fault](target, f"the region {region}", _settle(world)))


def break_store(world: World, name: str, fault: str) -> None:
    """Inject a fault into a store; healed at the end of the scenario at the latest."""
    _inject(world, f"store {name}", STORE_FAULTS[fault](world, name))


def bring_back(world: World, part: str) -> None:
    """Heal what was done to a part, such as ``store queue``. Raises Broken if nothing was."""
    injected = world.part(InjectedByName).faults.pop(part, [])
    if not injected:
        raise Broken(f"nothing has happened to the {part} that could be undone")
    for fault in reversed(injected):
        fault.heal()


def scale(world: World, name: str, count: int) -> None:
    """Have so many of a process running; the others are stopped, the missing ones started."""
    target = process(world, name)
    world.lease.dirty = True
    target.scale(count)


def restart(world: World, name: str) -> None:
    """Stop a named process and start it again, at the same ports."""
    target = process(world, name)
    world.lease.dirty = True
    target.restart()


def process(world: World, name: str) -> NamedProcess:
    """A named process. Raises NotVerified where the definition or the deployment has none of that name."""
    world.system.named_process(name)
    return _topology(world).processes[name]


def store(world: World, name: str) -> Store:
    """A store. Raises NotVerified where the definition or the deployment has none of that name."""
    world.system.store(name)
    return _topology(world).stores[name]


def log_with(world: World, name: str, text: str) -> str:
    """What a process has logged in this scenario, once the text is in it. Raises NotMet if it does not log it."""
    process(world, name)
    topology, since = _topology(world), world.log_start
    what = f"the process {name} to log {text!r}"
    until(lambda: text in topology.logs_of(name, since), _settle(world), what, failing=NotMet)
    return topology.logs_of(name, since)


def readiness(world: World, name: str) -> list[str]:
    """What each wanted replica of a process says of itself, once all are ready. Raises NotMet if they do not get so."""
    target = process(world, name)
    until(lambda: target.well, _settle(world), f"the process {name} to be ready", failing=NotMet)
    return ["ready" if replica.running and replica.probe().ready else "not ready" for replica in target.replicas]


def _inject(world: World, part: str, fault: Fault) -> None:
    world.lease.dirty = True
    world.part(InjectedByName).faults.setdefault(part, []).append(fault)
    world.faults.append(fault)
    world.on_close(fault.heal)
    fault.inject()


def _killed(world: World, name: str) -> Fault:
    found = store(world, name)
    return Killed(found, f"the store {name} ({found.kind}) killed", lambda: found.probe().ok, _settle(world))


def _without_connections(world: World, name: str) -> Fault:
    limited = _power(world, name, LimitsConnections)  # type: ignore[type-abstract]
    return NoConnectionsLeft(limited, settle=_settle(world))


def _with_other_credentials(world: World, name: str) -> Fault:
    changed = _power(world, name, ChangesCredentials)  # type: ignore[type-abstract]
    return CredentialsChanged(changed, settle=_settle(world))


def _full(world: World, name: str) -> Fault:
    if world.system.store(name).kind == "postgresql" and world.system.store(name).disk is None:
        raise NotVerified(f"{world.system.path} does not declare stores.{name}.disk, a size that can be filled up")
    return FullStore(_power(world, name, Fillable), settle=_settle(world))  # type: ignore[type-abstract]


def _power(world: World, name: str, kind: type[P]) -> P:
    found = store(world, name)
    if not isinstance(found, kind):
        raise NotVerified(f"this needs a store that is {kind.__name__}; {found.title} is not")
    return found


def _slow(world: World, name: str) -> Fault:
    store(world, name)
    relay = _topology(world).relays.get(name)
    if not isinstance(relay, StoreProxy):
        raise NotVerified(f"{world.system.path} does not declare stores.{name}.proxy, by which it could be slowed down")
    return slow_store(relay, SLOW, _settle(world))


def _topology(world: World) -> TopologyDeployment:
    if not isinstance(world.deployment, TopologyDeployment):
        raise NotVerified(
            f"this is about processes and stores by name, which a {world.deployment.kind} deployment of "
            f"{world.system.says} does not have; {world.system.path} declares them under processes and stores"
        )
    return world.deployment


def _settle(world: World) -> float:
    return world.settings.timeouts.settle


STORE_FAULTS: dict[str, Callable[[World, str], Fault]] = {
    "has died": _killed,
    "refuses connections": _without_connections,
    "is full": _full,
    "is slow": _slow,
    "has other credentials": _with_other_credentials,
}
"""What can happen to a store, in the words of Gherkin → how the fault is made."""
