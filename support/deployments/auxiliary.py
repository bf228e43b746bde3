"""What runs beside the systems for as long as this process of the suite does, such as a browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

from support.base.outcomes import Broken
from support.deployments.journal import RunJournal


class Helper(Protocol):
    """Can be started and ended, and tells whether it still runs."""

    @property
    def running(self) -> bool: ...

    def start(self) -> None: ...

    def close(self) -> None: ...


H = TypeVar("H", bound=Helper)


class AuxiliaryServices:
    """Helpers by name: each is started when it is first asked for, and again if it has ended since."""

    def __init__(self, folder: Callable[[str], Path], journal: RunJournal) -> None:
        self._folder, self._journal = folder, journal
        self._helpers: dict[str, Any] = {}

    def get(self, name: str, make: Callable[[Path, RunJournal], H]) -> H:
        """The helper of that name, running; ``make`` is given a folder of the run's and its journal."""
        known: H | None = self._helpers.get(name)
        if known is not None and known.running:
            return known
        helper = make(self._folder(name), self._journal)
        try:
            helper.start()
        except BaseException:
            helper.close()
            raise
        self._helpers[name] = helper
        return helper

    def close(self) -> list[str]:
        """End all of them; what could not be ended, in words."""
        troubles = []
        while self._helpers:
            name, helper = self._helpers.popitem()
            try:
                helper.close()
            except (Broken, OSError) as error:
                troubles.append(f"{name}: {error}")
        return troubles
