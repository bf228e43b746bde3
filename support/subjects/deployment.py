"""The system under test within a scenario: tried starts, stop, kill and restart, and its files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from support.base.outcomes import DeploymentFailed, NotVerified
from support.checks.basis import enough
from support.checks.matchers import Described
from support.deployments import HasData, Killable, Restartable, Stoppable, require_capability
from support.world.core import World

SPACE = "(space)"
"""How a table shows a value that is a single space."""


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


@dataclass(slots=True)
class StartAttempt:
    """What became of the last start that might fail; None before there was one."""

    result: Start | None = None


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


def stop(world: World) -> None:
    """Ask the system to end, and give it its grace period."""
    world.lease.dirty = True
    require_capability(world.deployment, Stoppable).stop()  # type: ignore[type-abstract]


def kill(world: World) -> None:
    """Kill its process without warning."""
    world.lease.dirty = True
    require_capability(world.deployment, Killable).kill()  # type: ignore[type-abstract]


def restart(world: World) -> None:
    """Start it again at the same address with the same data."""
    require_capability(world.deployment, Restartable).restart()  # type: ignore[type-abstract]


def files(world: World) -> dict[str, Path]:
    """The files that the system's definition names. Raises NotVerified where they cannot be reached."""
    if not isinstance(world.deployment, HasData):
        raise NotVerified(f"the files of {world.system.says} cannot be reached in a {world.deployment.kind} deployment")
    return world.deployment.files
