"""The life of the system under test within a scenario: tried starts, stop, kill and restart, contract files."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.checks.basis import enough
from support.checks.matchers import Described
from support.deployments import HasData, Killable, Restartable, Stoppable, power
from support.interfaces import contracts
from support.interfaces.shapes import Component, Object, read
from support.outcomes import DeploymentFailed, NotVerified
from support.world import World

SPACE = "(space)"
"""How a table shows a value that is a single space."""

REGISTRATIONS_BEFORE = 25
"""Registrations that are acknowledged before a disaster befalls the system in the middle of the next ones."""

_MOST_REGISTRATIONS = 2000


@dataclass(frozen=True, slots=True)
class Start:
    """What became of a start that might fail: whether it got ready, its exit code if it ended, and all it wrote."""

    ready: bool
    exit_code: int | None
    log: str

    def told(self) -> str:
        """What it wrote, for a message."""
        return f"it wrote:\n{self.log.strip() or '(nothing)'}"

    def __str__(self) -> str:
        how = "it became ready" if self.ready else f"it was not ready (exit code {self.exit_code})"
        return f"{how}; {self.told()}"


def ready() -> Described[Start]:
    """A start after which the system is ready."""
    return Described("a start after which it is ready", lambda start: start.ready, str)


def settings_of(table: Iterable[Mapping[str, str]]) -> dict[str, str | None]:
    """A table ``setting | value`` as environment variables."""
    return {row["setting"]: row["value"].replace(SPACE, " ") for row in enough(list(table), "settings")}


def try_start(world: World, settings: Mapping[str, str | None]) -> Start:
    """Start the system with settings that it may refuse, and wait until it is ready or has ended."""
    deployment = world.begin(environment=settings)
    try:
        deployment.start()
    except DeploymentFailed:
        return Start(False, deployment.exit_code, deployment.logs())
    world.meet()
    return Start(True, None, deployment.logs())


def start_on_files(world: World, documents: Iterable[contracts.Document], kept: float = 1) -> None:
    """Start a system of the scenario's own that reads contracts from a folder and policies from a file.

    ``kept`` is for how many seconds it may keep what it has read.
    """
    deployment = world.begin("file-configured", {"CAIO_CONTRACT_CACHE_TTL": f"{kept:g}"})
    deployment.files["policies"].write_text("[]\n", encoding="utf-8")
    for document in documents:
        write_contract(deployment.files["contracts"], document)
        world.contracts[document["service_id"]] = document
    deployment.start()
    world.meet()


def stop(world: World) -> None:
    """Ask the system to end, and give it its grace period."""
    world.lease.dirty = True
    power(world.deployment, Stoppable).stop()  # type: ignore[type-abstract]


def kill(world: World) -> None:
    """Kill its process without warning."""
    world.lease.dirty = True
    power(world.deployment, Killable).kill()  # type: ignore[type-abstract]


def restart(world: World) -> None:
    """Start it again at the same address with the same data."""
    power(world.deployment, Restartable).restart()  # type: ignore[type-abstract]


def register_during(world: World, disaster: Callable[[World], None]) -> None:
    """Register services one after the other while a disaster befalls the system, until one is not accepted.

    The answers are remembered, and the ids that were acknowledged.
    """
    befalling = threading.Thread(target=disaster, args=(world,))
    for number in range(_MOST_REGISTRATIONS):
        if number == REGISTRATIONS_BEFORE:
            befalling.start()
        service = f"service-{number:04d}"
        world.meanwhile.append(world.register(contracts.contract({"service": service})))
        if not world.meanwhile[-1].accepted:
            break
        world.acknowledged.add(service)
    befalling.join()


def health(world: World) -> dict[str, Any]:
    """What the health check says: status and components. An answer that is no JSON object is not met."""
    return read(world.http.get(world.endpoint("health")).json(), Object)


def status_of(world: World, endpoint: str) -> int | None:
    """The HTTP status of one of the system's endpoints."""
    return world.http.get(world.endpoint(endpoint)).status


def version_of(world: World, service_id: str) -> str | None:
    """The version of a service that the registry holds; None if it holds none."""
    answer = world.orchestrator.service(service_id)
    return answer.read(str, "version") if answer.accepted else None


def files(world: World) -> dict[str, Path]:
    """The files that the system's definition names. Raises NotVerified where they cannot be reached."""
    if not isinstance(world.deployment, HasData):
        raise NotVerified(f"the files of {world.system.says} cannot be reached in a {world.deployment.kind} deployment")
    return world.deployment.files


def write_contract(folder: Path, document: contracts.Document) -> None:
    """Write a contract file as a careful editor does: whole, or not at all."""
    target = folder / f"{document['service_id']}.yaml"
    draft = target.with_suffix(".draft")
    draft.write_text(contracts.text(document), encoding="utf-8")
    draft.replace(target)


def failed_components(world: World, health: Mapping[str, Any] | None = None) -> list[str]:
    """The components that a health check, the one remembered unless another is given, calls anything but healthy."""
    health = world.health if health is None else health
    return [name for name, told in components(health).items() if told.status != world.system.healthy]


def components(health: Mapping[str, Any]) -> Mapping[str, Component]:
    """What a health check says of each component; empty if it tells of none."""
    return read(health, dict[str, Component], "components") if health.get("components") else {}
