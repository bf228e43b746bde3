"""The events of a run, one JSON line each, by which progress is shown while several processes work."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from support.base import clock
from support.base.outcomes import Outcome
from support.base.text import writable
from support.evidence.results_folder import ResultsLost


@dataclass(frozen=True, slots=True)
class Event:
    """A scenario that started or finished, or how far it is. ``t`` is seconds since the epoch, ``seconds`` how long it
    took."""

    t: float
    event: Literal["started", "progress", "finished"]
    key: str
    name: str
    outcome: Outcome | None = None
    seconds: float | None = None


class EventLog:
    """Appends events to a file that another process reads meanwhile. Each shard has a file of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)

    def started(self, key: str, name: str) -> None:
        """A scenario begins."""
        self._append(Event(clock.now(), "started", key, name))

    def progress(self, says: str) -> None:
        """The scenario that runs is so far."""
        self._append(Event(clock.now(), "progress", "", says))

    def finished(self, key: str, name: str, outcome: Outcome, seconds: float) -> None:
        """A scenario has ended, clean-up included."""
        self._append(Event(clock.now(), "finished", key, name, outcome, round(seconds, 3)))

    def _append(self, event: Event) -> None:
        fields = {name: value for name, value in asdict(event).items() if value is not None}
        line = json.dumps(fields | {"key": writable(event.key), "name": writable(event.name)})
        # One write per line: a reader sees whole lines or a last one without its end.
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
        except OSError as error:
            raise ResultsLost.of(self._path.parent, error) from error


def path_of(scratch: Path, shard: str) -> Path:
    """Where a shard of a run writes its events."""
    return scratch / f"events-{shard}.jsonl"


def read(path: Path) -> Iterator[Event]:
    """The events written so far; a last line that is still being written is left out."""
    return (event for event, _ in read_from(path, 0))


def read_from(path: Path, place: int) -> Iterator[tuple[Event, int]]:
    """The events from a place in the file on, counted in bytes, each with the place after it."""
    if not path.exists():
        return
    with path.open("rb") as file:
        file.seek(place)
        for line in file:
            if line.endswith(b"\n"):
                place += len(line)
                yield _event(json.loads(line)), place


def _event(fields: dict[str, Any]) -> Event:
    outcome = Outcome(fields["outcome"]) if "outcome" in fields else None
    return Event(fields["t"], fields["event"], fields["key"], fields["name"], outcome, fields.get("seconds"))
