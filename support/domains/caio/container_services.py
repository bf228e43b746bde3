"""CAIO in a container with its AI services in containers, and what callers do until it refuses."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence

from support.base.outcomes import NotMet
from support.base.waiting import until
from support.checks.basis import enough
from support.domains.caio import contracts, dispatching
from support.domains.caio.answer import Answer
from support.domains.caio.session import caio
from support.faults.clock import lend
from support.subjects import container_faults, containers
from support.world.core import World

MOST_ASKED = 500
"""Requests of which a full disk must have refused one: each takes some of the room left in files written earlier."""


def start(world: World, rows: Iterable[Mapping[str, str]], *, probed: bool = False) -> None:
    """Have the system running in a container, and each service in another."""
    world.start(contained=True)
    add_services(world, rows, probed=probed)


def add_services(world: World, rows: Iterable[Mapping[str, str]], *, probed: bool = False) -> None:
    """Have each service of a table running in a container, and known to the system."""
    for row in rows:
        caio(world).register(caio(world).contained_service(row, probed=probed)).result()


def start_with_movable_clock(world: World, rest: float | None = None) -> None:
    """Have the system running in a container of its own whose clock can be moved.

    ``rest`` is for how many seconds it leaves a service alone that has failed repeatedly.
    """
    deployment = world.contain(environment={} if rest is None else {"CAIO_CIRCUIT_OPEN_SECONDS": f"{rest:g}"})
    lend(deployment, deployment.folder / container_faults.CLOCK)
    deployment.start()
    world.meet()


def register_until_refused(world: World) -> None:
    """Register services until one is not accepted; that answer is the last one, and the others are remembered."""
    for number in range(MOST_ASKED):
        service = f"service-{number:04d}"
        if not caio(world).heard(caio(world).register(contracts.contract({"service": service}))).accepted:
            return
        caio(world).acknowledged.add(service)
    raise NotMet(f"expected a registration to be refused; {MOST_ASKED} were accepted, on a full disk")


def ask_until_refused(world: World, capability: str) -> None:
    """Ask for decisions until one is not given; that answer is the last one."""
    for seed in range(MOST_ASKED):
        if not caio(world).ask(capability, seed=seed).accepted:
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


def start_before_services(world: World, rows: Sequence[Mapping[str, str]]) -> None:
    """Have the system running in a container, and AI services on this machine that it can reach."""
    containers.start(world)
    world.companions.serve_containers()
    for row in rows:
        caio(world).register(caio(world).real_service(row)).result()


def stop_in_flight(world: World, capability: str, text: str) -> containers.Ending:
    """Tell the container to stop while a user waits for an answer that a service is at work on."""
    asking = threading.Thread(target=dispatching.send, args=(world, capability, text))
    asking.start()
    until(world.companions.any_called, world.settings.timeouts.settle, "the service to be called")
    ending = containers.stop(world)
    asking.join()
    return ending
