"""Faults that an operator injects by a file, read anew each time; without the file nothing fails."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Faults:
    """What is switched on: ``hold_seconds`` that each job takes longer, ``slow_store_seconds`` each store access."""

    fail_attribution: bool = False
    hold_seconds: float = 0.0
    slow_store_seconds: float = 0.0


NONE = Faults()


class ChaosControl:
    """The control file; what cannot be read switches nothing on."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def faults(self) -> Faults:
        """What is switched on now."""
        if self._path is None:
            return NONE
        try:
            value = orjson.loads(self._path.read_bytes())
        except (OSError, orjson.JSONDecodeError):
            return NONE
        return read(value) if isinstance(value, dict) else NONE

    def slow_store(self) -> None:
        """Wait as long as the store is to be slow."""
        seconds = self.faults().slow_store_seconds
        if seconds:
            time.sleep(seconds)


def read(value: dict[str, Any]) -> Faults:
    """The faults of a control file; names may be written with ``-`` or ``_``."""
    named = {str(key).replace("_", "-"): each for key, each in value.items()}
    return Faults(
        fail_attribution=named.get("fail-attribution") is True,
        hold_seconds=_seconds(named.get("hold-seconds")),
        slow_store_seconds=_seconds(named.get("slow-store-seconds")),
    )


def _seconds(value: Any) -> float:
    usable = isinstance(value, int | float) and not isinstance(value, bool)
    return min(max(float(value), 0.0), 60.0) if usable else 0.0
