"""What befalls containers: those of AI services, in the words that Gherkin has for it, and the system's own."""

from __future__ import annotations

import base64
import io
import tarfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from support.actions import containers
from support.checks.basis import enough
from support.checks.matchers import Described
from support.deployments.containers.container import ContainerState
from support.deployments.readiness import look, ready_path
from support.faults import (
    ClockShift,
    Disconnected,
    Disturbed,
    Fault,
    FullDisk,
    Killed,
    MemoryLimit,
    Paused,
    Readdressed,
    Restarted,
    Stopped,
)
from support.faults.clock import lend
from support.faults.disorders import Disorder, cut_off, late, losing, refused, swallowed, thin
from support.faults.resources import FILLER
from support.interfaces import Answer, contracts
from support.memory import last
from support.outcomes import Broken, NotMet
from support.services import COMPANION
from support.world import World

CLOCK = "clock"
"""Folder, beside the data of a container, in which it is told how far its clock is off."""
MOST_ASKED = 500
"""Requests of which a full disk must have refused one: each takes some of the room left in files written earlier."""
_OUT_OF_MEMORY_WITHIN = 10.0


def ended_for_memory() -> Described[ContainerState]:
    """A container that the engine ended because it might not have more memory."""
    return Described(
        "a container that was ended for want of memory, by the engine's word", lambda state: state.out_of_memory, str
    )


def _disturbed(disorder: Callable[[int], Disorder]) -> Callable[[World, str], Fault]:
    def fault(world: World, name: str) -> Fault:
        target = world.services.container(name)
        return Disturbed(target, disorder(target.entry.port), name, lambda: world.services.well(name))

    return fault


def _done_to_it(kind: type[Killed | Paused | Stopped | Restarted], how: str) -> Callable[[World, str], Fault]:
    return lambda world, name: kind(world.services.container(name), f"{name} {how}", lambda: world.services.well(name))


def _at_its_cable(kind: type[Disconnected], how: str) -> Callable[[World, str], Fault]:
    def fault(world: World, name: str) -> Fault:
        target = world.services.container(name)
        return kind(target, target.host.network, [name], f"{name} {how}", lambda: world.services.well(name))

    return fault


MISHAPS: dict[str, Callable[[World, str], Fault]] = {
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
"""What may befall the container of a service → the fault that brings it about."""


def start(world: World, rows: Iterable[Mapping[str, str]], *, probed: bool = False) -> None:
    """Have the system running in a container, and each service in another."""
    world.start(contained=True)
    add_services(world, rows, probed=probed)


def add_services(world: World, rows: Iterable[Mapping[str, str]], *, probed: bool = False) -> None:
    """Have each service of a table running in a container, and known to the system."""
    for row in rows:
        world.register(world.services.start_contained(row, probed=probed)).result()


def start_on_small_disk(world: World, megabytes: int) -> None:
    """Have the system running in a container of its own whose data lies on a disk of this size."""
    world.contain().disk = megabytes
    containers.container(world).start()
    world.meet()


def start_with_movable_clock(world: World, rest: float | None = None) -> None:
    """Have the system running in a container of its own whose clock can be moved.

    ``rest`` is for how many seconds it leaves a service alone that has failed repeatedly.
    """
    deployment = world.contain(environment={} if rest is None else {"CAIO_CIRCUIT_OPEN_SECONDS": f"{rest:g}"})
    lend(deployment, deployment.folder / CLOCK)
    deployment.start()
    world.meet()


def befall(world: World, service: str, mishap: str) -> None:
    """Have it befall the container of a service, until that is well again or the scenario ends."""
    world.services.befall(service, MISHAPS[mishap](world, service))


def cut_off_from_services(world: World) -> None:
    """Have nothing get through from the system's container to any service's."""
    companion = world.system.companion(COMPANION).container
    if companion is None:
        raise Broken(f"{world.system.path} does not say how its services run as containers")
    cut = cut_off(companion.port)
    _inflict(world, Disturbed(containers.container(world), cut, world.system.says, lambda: _well(world)))


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
    """Heal what befell the system last."""
    last(world.faults, "nothing has befallen the system that could be made good").heal()


def exhaust_memory(world: World) -> None:
    """Have a program in the system's container take all memory, until the kernel ends one of its processes."""
    world.lease.dirty = True
    what = f"memory of {world.system.says} used up"
    limit = MemoryLimit(containers.container(world), what=what, steady=lambda: _well(world))
    _inflict(world, limit)
    world.exit_code = limit.exhaust(_OUT_OF_MEMORY_WITHIN)
    world.states.append(containers.container(world).state)


def register_until_refused(world: World) -> None:
    """Register services until one is not accepted; that answer is the last one, and the others are remembered."""
    for number in range(MOST_ASKED):
        service = f"service-{number:04d}"
        if not world.heard(world.register(contracts.contract({"service": service}))).accepted:
            return
        world.acknowledged.add(service)
    raise NotMet(f"expected a registration to be refused; {MOST_ASKED} were accepted, on a full disk")


def ask_until_refused(world: World, capability: str) -> None:
    """Ask for decisions until one is not given; that answer is the last one."""
    for seed in range(MOST_ASKED):
        if not world.ask(capability, seed=seed).accepted:
            return
    raise NotMet(f"expected a decision to be refused; {MOST_ASKED} were given, on a full disk")


def slowest(answers: Sequence[Answer]) -> float:
    """The longest time that anybody waited, in seconds. Raises NothingToJudge if nobody did."""
    return max(answer.duration for answer in enough(answers, "answers"))


def unclear(answers: Sequence[Answer]) -> list[str]:
    """Those answers that are neither a result nor say what went wrong."""
    return [
        str(answer) for answer in enough(answers, "answers") if answer.refusal is not None and not answer.refusal.detail
    ]


def _inflict(world: World, fault: Fault) -> None:
    world.faults.append(fault)
    world.on_close(fault.heal)
    fault.inject()


def _well(world: World) -> bool:
    return look(world.deployment.url, ready_path(world.system), world.deployment.authority).ready
