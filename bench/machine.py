"""With what the figures were measured: cores, versions, and how busy the machine was with other things."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from support.acceptance import snapshot

GIGABYTE = 2**30


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine and the moment. Load is that of the last minute, before anything was measured."""

    taken: str
    revision: str | None
    os: str
    processor: str | None
    cores: int
    memory_gb: float | None
    tools: dict[str, str]
    load: float

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Machine:
        """The machine that stands so in a file of results."""
        return cls(**found)

    @property
    def equipment(self) -> str:
        """What it is made of, and with which tools."""
        memory = f", {self.memory_gb:.0f} GB" if self.memory_gb else ""
        tools = ", ".join(f"{name} {version}" for name, version in self.tools.items())
        return f"{self.cores} cores ({self.processor or 'processor unknown'}){memory}, {self.os}; {tools}"

    @property
    def moment(self) -> str:
        """How busy it was."""
        note = " (busy with other work: times are longer than on a quiet machine)" if self.busy else ""
        return f"load before the measurement {self.load:.2f}{note}"

    @property
    def busy(self) -> bool:
        """Whether something else had the better part of a core, so that times are longer than they need be."""
        return self.load >= 1.0

    def as_json(self) -> dict[str, Any]:
        """The machine for the files of results."""
        return asdict(self)

    def __str__(self) -> str:
        return f"{self.equipment}; {self.moment}"


def look() -> Machine:
    """The machine as it is now; call it before measuring."""
    seen = snapshot.take()
    memory = seen.machine.memory
    return Machine(
        taken=datetime.now(UTC).isoformat(timespec="seconds"),
        revision=seen.revision,
        os=seen.machine.os.partition(", kernel ")[0],
        processor=seen.machine.processor,
        cores=seen.machine.cores,
        memory_gb=round(memory / GIGABYTE, 1) if memory else None,
        tools=seen.tools,
        load=os.getloadavg()[0],
    )
