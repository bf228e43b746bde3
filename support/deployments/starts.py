"""What a run has started: how often, how many different set-ups, and how fast they were ready."""

from __future__ import annotations

import json
import statistics
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.base import clock


@dataclass(frozen=True, slots=True)
class Start:
    """One start: of what, when (seconds since the epoch), and how many seconds it took until ready."""

    kind: str
    profile: str
    environment: tuple[tuple[str, str | None], ...]
    at: float
    seconds: float


@dataclass(slots=True)
class StartRecord:
    """The starts of one pool, and what became of the deployments."""

    servers: list[Start] = field(default_factory=list)
    reused: int = 0
    dirtied: int = 0
    evicted: int = 0
    died: int = 0
    failed: int = 0
    own: int = 0
    """Deployments that a scenario had for itself and started by itself; they are not among ``servers``."""
    images: dict[str, str] = field(default_factory=dict)
    """The images that containers were made of: name → digest."""
    closed: bool = False

    def started(self, key: tuple[str, str, tuple[tuple[str, str | None], ...]], seconds: float) -> None:
        """A deployment was started and became ready after ``seconds``."""
        self.servers.append(Start(*key, at=clock.now(), seconds=seconds))

    @property
    def distinct(self) -> int:
        """Different set-ups among those started."""
        return len({(start.kind, start.profile, start.environment) for start in self.servers})

    def summary(self) -> dict[str, Any]:
        """The record as it is written down. Values of settings are left out: they may be secret."""
        times = [start.seconds for start in self.servers if start.kind == "process"]
        return {
            "starts": len(self.servers),
            "distinct": self.distinct,
            "reused": self.reused,
            "dirtied": self.dirtied,
            "evicted": self.evicted,
            "died": self.died,
            "failed": self.failed,
            "own": self.own,
            "images": self.images,
            "ready_median": statistics.median(times) if times else None,
            "servers": [
                {
                    "kind": start.kind,
                    "profile": start.profile,
                    "settings": [name for name, _ in start.environment],
                    "at": start.at,
                    "seconds": start.seconds,
                }
                for start in self.servers
            ],
        }

    def write(self, path: Path) -> None:
        """Write the record as JSON, and count as closed."""
        self.closed = True
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.summary(), indent=2), encoding="utf-8")
