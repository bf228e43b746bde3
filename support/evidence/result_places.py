"""Where the results of a run go: into one folder, or, for a run over several systems, into one of each system."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.base import feature_files, scenarios, systems
from support.evidence import events
from support.evidence.results_folder import ResultsFolder

SYSTEM = "{system}"
"""Stands in the name of a folder for the system that a feature is about."""


@dataclass(frozen=True, slots=True)
class _Place:
    folder: ResultsFolder
    events: events.EventLog | None


class ResultPlaces:
    """The folders of results, and the one that the feature at hand belongs to.

    ``userdata`` are the run's settings and ``paths`` its features, as behave has them.
    """

    def __init__(self, pattern: str, userdata: Any, paths: Sequence[str]) -> None:
        """Make the folder, unless it depends on the feature. Raises ResultsLost when nothing can be written there."""
        self._pattern, self._userdata, self._paths = pattern, userdata, paths
        self._made: dict[str, _Place] = {}
        self._now: _Place | None = None if SYSTEM in pattern else self._place(pattern)

    @property
    def folder(self) -> ResultsFolder:
        """The folder that results belong in now; before the first feature, that of its system."""
        return self._present.folder

    @property
    def event_log(self) -> events.EventLog | None:
        """The events of the system at hand; None for a run that nobody follows."""
        return self._present.events

    def begin(self, filename: str) -> None:
        """A feature file begins; a system's first one removes the results of an earlier run. Raises ResultsLost."""
        self.turn_to(filename)
        self.folder.begin()

    def turn_to(self, filename: str) -> None:
        """What comes next is about a feature file. Raises ResultsLost."""
        self._now = self._place(self._pattern.replace(SYSTEM, self._system_of(filename)))

    def _system_of(self, filename: str) -> str:
        return systems.judged_by(scenarios.system_of(filename), self._userdata.get("system"))

    @property
    def _present(self) -> _Place:
        if self._now is None:
            self.turn_to(feature_files.collect(self._paths or ["features"])[0].filename)
        assert self._now is not None
        return self._now

    def _place(self, name: str) -> _Place:
        if name not in self._made:
            folder = ResultsFolder(Path(name), self._userdata.getbool("clean", True))
            self._made[name] = _Place(folder, self._log_in(folder.path.parent))
        return self._made[name]

    def _log_in(self, reports: Path) -> events.EventLog | None:
        """Only a run that somebody follows, by the id they gave it, writes its events."""
        if not (run_id := self._userdata.get("run_id")):
            return None
        return events.EventLog(events.path_of(reports / "run" / run_id, self._userdata.get("shard", "main")))
