"""What a container is to be, in the suite's own terms; the engine turns it into a real one."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Mount:
    """A file or folder of this machine as the container sees it."""

    source: Path
    target: str
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """How the engine asks a container for its health: the command, and its times in seconds."""

    test: list[str]
    interval: float = 30.0
    timeout: float = 30.0
    retries: int = 3
    start_period: float = 0.0


@dataclass(slots=True)
class ContainerSpec:
    """One container: its image and command, its rights and limits, and where it is reached.

    ``ports`` maps a port of the container to one of this machine; it is published on the loopback address alone.
    ``memory`` is in bytes and holds for memory and swap together; ``cpus`` counts processors; ``stop_grace`` is in
    seconds. ``network`` is a network's name, or ``container:<id>`` for the network of another container.
    """

    image: str
    command: list[str] | None = None
    entrypoint: list[str] | None = None
    environment: dict[str, str] = field(default_factory=dict)
    user: str | None = None
    read_only: bool = False
    init: bool = False
    cap_drop: list[str] = field(default_factory=list)
    cap_add: list[str] = field(default_factory=list)
    security_opt: list[str] = field(default_factory=list)
    tmpfs: dict[str, str] = field(default_factory=dict)
    mounts: list[Mount] = field(default_factory=list)
    ports: dict[int, int] = field(default_factory=dict)
    network: str | None = None
    aliases: list[str] = field(default_factory=list)
    memory: int | None = None
    cpus: float | None = None
    pids: int | None = None
    health: HealthCheck | None = None
    stop_signal: str | None = None
    stop_grace: float | None = None
    working_dir: str | None = None
    labels: dict[str, str] = field(default_factory=dict)
