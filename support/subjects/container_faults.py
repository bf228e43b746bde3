"""Faults of containers: those of AI services, in the words that Gherkin has for it, and the system's own."""

from __future__ import annotations

import base64
import io
import tarfile
from collections.abc import Callable
from pathlib import Path

from support.base.outcomes import Broken
from support.checks.matchers import Described
from support.deployments.containers.container import ContainerState
from support.deployments.readiness import probe, ready_path
from support.faults import (
    ClockShift,
    Disconnected,
    Fault,
    FullDisk,
    Killed,
    MemoryLimit,
    NetworkImpaired,
    Paused,
    Readdressed,
    Restarted,
    Stopped,
)
from support.faults.impairments import NetworkImpairment, cut_off, late, losing, refused, swallowed, thin
from support.faults.resources import FILLER
from support.subjects import containers
from support.subjects.containers import ContainerSeen
from support.world.core import World, last

CLOCK = "clock"
"""Folder, beside the data of a container, in which it is told how far its clock is off."""
_OUT_OF_MEMORY_WITHIN = 10.0


def ended_for_memory() -> Described[ContainerState]:
    """A container that the engine ended because it might not have more memory."""
    return Described(
        "a container that was ended for want of memory, by the engine's word", lambda state: state.out_of_memory, str
    )


def _disturbed(impairment: Callable[[int], NetworkImpairment]) -> Callable[[World, str], Fault]:
    def fault(world: World, name: str) -> Fault:
        target = world.companions.container(name)
        return NetworkImpaired(target, impairment(target.entry.port), name, lambda: world.companions.well(name))

    return fault


def _done_to_it(kind: type[Killed | Paused | Stopped | Restarted], how: str) -> Callable[[World, str], Fault]:
    return lambda world, name: kind(
        world.companions.container(name), f"{name} {how}", lambda: world.companions.well(name)
    )


def _at_its_cable(kind: type[Disconnected], how: str) -> Callable[[World, str], Fault]:
    def fault(world: World, name: str) -> Fault:
        target = world.companions.container(name)
        return kind(target, target.host.network, [name], f"{name} {how}", lambda: world.companions.well(name))

    return fault


CONTAINER_FAULTS: dict[str, Callable[[World, str], Fault]] = {
    "is killed": _done_to_it(Killed, "killed"),
    "is frozen": _done_to_it(Paused, "frozen"),
    "is stopped": _done_to_it(Stopped, "stopped"),
    "is restarted": _done_to_it(Restarted, "restarted"),
    "is disconnected from the network": _at_its_cable(Disconnected, "disconnected from the network"),
    "is given another address": _at_its_cable(Readdressed, "given another address"),
    "refuses connections": _disturbed(refused),
    "is sent everything and gets nothing": _disturbed(swallowed),
    "gets everything too late": _disturbed(lambda port: late(port, 2.5, 0.2)),
    "loses a third of all packets": _disturbed(lambda port: losing(port, 0.33)),
    "answers over a very thin line": _disturbed(lambda _: thin(0.5)),
}
"""Words of Gherkin → the fault of a service's container that they stand for."""


def start_on_small_disk(world: World, megabytes: int) -> None:
    """Have the system running in a container of its own whose data lies on a disk of this size."""
    world.contain().disk = megabytes
    containers.container(world).start()
    world.meet()


def inject(world: World, service: str, fault: str) -> None:
    """Inject a fault into the container of a service, until it is healed or the scenario ends."""
    world.companions.inject(service, CONTAINER_FAULTS[fault](world, service))


def cut_off_from_services(world: World) -> None:
    """Have nothing get through from the system's container to any service's."""
    companion = world.system.companion(world.companions.only_kind()).container
    if companion is None:
        raise Broken(f"{world.system.path} does not say how its services run as containers")
    cut = cut_off(companion.port)
    _inflict(world, NetworkImpaired(containers.container(world), cut, world.system.says, lambda: _well(world)))


def move_clock(world: World, seconds: int) -> None:
    """Have the clock of the system's container jump."""
    target, way = containers.container(world), "forward" if seconds > 0 else "back"
    what = f"clock of {world.system.says} {abs(seconds)} s {way}"
    _inflict(world, ClockShift(target, target.folder / CLOCK, seconds, what, lambda: _well(world)))


def fill_disk(world: World) -> None:
    """Leave no byte of room on the disk of the system's container."""
    target = containers.container(world)
    _inflict(world, FullDisk(target, target.entry.data, f"disk of {world.system.says} full"))


def take_over(world: World) -> None:
    """Have another instance running, in a container of its own, on a copy of all that the first one has on its disk."""
    first = containers.container(world)
    ran = first.run(["sh", "-c", f"tar -C {first.entry.data} --exclude {FILLER} -cf - . | base64 -w0"])
    if ran.exit_code != 0:
        raise Broken(f"what is on the disk of {first.container.name} could not be read: {ran.output[-300:]}")
    second = world.contain()
    with tarfile.open(fileobj=io.BytesIO(base64.b64decode(ran.output))) as tar:
        _put_files(tar, second.data)
    second.start()
    world.meet()


def _put_files(tar: tarfile.TarFile, folder: Path) -> None:
    """Write the files of an archive into a folder, and none beside it. (Python 3.11.2 cannot filter as it extracts.)"""
    for member in tar.getmembers():
        path = (folder / member.name).resolve()
        if member.isfile() and path.is_relative_to(folder) and (content := tar.extractfile(member)):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.read())
            path.chmod(member.mode)


def make_good(world: World) -> None:
    """Heal the last injected fault."""
    last(world.faults, "no fault was injected that could be healed").heal()


def exhaust_memory(world: World) -> None:
    """Have a program in the system's container take all memory, until the kernel ends one of its processes."""
    world.lease.dirty = True
    what = f"memory of {world.system.says} used up"
    limit = MemoryLimit(containers.container(world), what=what, steady=lambda: _well(world))
    _inflict(world, limit)
    world.part(ContainerSeen).exit_code = limit.exhaust(_OUT_OF_MEMORY_WITHIN)
    world.part(ContainerSeen).states.append(containers.container(world).state)


def _inflict(world: World, fault: Fault) -> None:
    world.faults.append(fault)
    world.on_close(fault.heal)
    fault.inject()


def _well(world: World) -> bool:
    return probe(world.deployment.url, ready_path(world.system), world.deployment.authority).ready
