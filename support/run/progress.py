"""How far a run is: counted from the events that its processes write, shown as a bar on a terminal, else as lines."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from support.base.outcomes import Outcome
from support.deployments import notes
from support.evidence import events
from support.evidence.events import Event
from support.run.selection import Case

QUIET_SECONDS = 15.0
"""A plain log says what is running when nothing has finished for so long."""
ENOUGH_FOR_ESTIMATE = 5
NAME_WIDTH = 60
COLOURS = {Outcome.NOT_MET: "red", Outcome.BROKEN: "magenta"}
"""Outcomes that a reader is told of at once on a terminal."""


@dataclass(slots=True)
class EventTail:
    """Reads what the processes of a run have added to their event files since the last look."""

    folder: Path
    _read: dict[Path, int] = field(default_factory=dict)
    """How far each file has been read, in bytes."""

    def new(self) -> Iterator[Event]:
        """Events written since the last call."""
        for path in sorted(self.folder.glob("events-*.jsonl")):
            for event, place in events.read_from(path, self._read.get(path, 0)):
                self._read[path] = place
                yield event


class View(Protocol):
    """Something that shows how far the run is."""

    def finished(self, tally: Tally, event: Event) -> None:
        """A scenario has just finished."""

    def note(self, text: str) -> None:
        """Something about the run as a whole."""

    def tick(self, tally: Tally) -> None:
        """Called a few times a second."""

    def close(self) -> None:
        """The run has ended."""


@dataclass(slots=True)
class Tally:
    """What has been done of a run, and what is running now."""

    total: int
    done: dict[str, Outcome] = field(default_factory=dict)
    running: dict[str, str] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)
    so_far: str = ""
    """What the scenario that runs last said of itself."""

    def take(self, event: Event) -> bool:
        """Count an event; True when a scenario has finished by it, and not been told to have before."""
        self.so_far = event.name if event.event == "progress" else ""
        if event.event == "progress":
            return False
        if event.event == "started":
            self.running[event.key] = event.name
            return False
        self.running.pop(event.key, None)
        first = event.key not in self.done
        self.done[event.key] = event.outcome or Outcome.BROKEN
        return first

    @property
    def outcomes(self) -> Counter[Outcome]:
        """How many scenarios ended in which way."""
        return Counter(self.done.values())

    @property
    def doing(self) -> list[str]:
        """What is running, with how far it is where that is known: of one that runs alone."""
        names = list(self.running.values())
        return [f"{names[0][: NAME_WIDTH // 2]}: {self.so_far}"] if self.so_far and len(names) == 1 else names

    def seconds_left(self) -> float | None:
        """Estimated from the pace so far; None while too little is done to tell."""
        done = len(self.done)
        if done < ENOUGH_FOR_ESTIMATE:
            return None
        return (time.monotonic() - self.started) / done * max(self.total - done, 0)


@dataclass(slots=True)
class Watch:
    """Joins the event files, the tally and the view of one run."""

    tail: EventTail
    tally: Tally
    view: View
    told: list[str] = field(default_factory=list)
    """Errors that ended a process and have been told; several may end by the same."""
    _noted: set[str] = field(default_factory=set)

    def look(self) -> None:
        """Take in what happened since the last look and show it."""
        for note in notes.read(self.tail.folder):
            if note not in self._noted:
                self._noted.add(note)
                self.view.note(note)
        for event in self.tail.new():
            if self.tally.take(event):
                self.view.finished(self.tally, event)
        self.view.tick(self.tally)

    def saw_failure(self, cases: tuple[Case, ...]) -> bool:
        """Whether one of the cases ended in a way that makes behave's exit status 1."""
        return any(self.tally.done.get(case.key) in (Outcome.NOT_MET, Outcome.BROKEN) for case in cases)

    def unreported(self, cases: tuple[Case, ...]) -> list[Case]:
        """Those of the cases that never finished."""
        return [case for case in cases if case.key not in self.tally.done]


class BarView:
    """A progress bar with what is running and the time left, for a terminal."""

    def __init__(self, console: Console, total: int) -> None:
        self._progress = Progress(
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]} {task.fields[counts]} {task.fields[now]}"),
            console=console,
            transient=True,
        )
        self._task: TaskID = self._progress.add_task("", total=total, left="", counts="", now="starting")
        self._progress.start()

    def finished(self, tally: Tally, event: Event) -> None:
        """Print what needs a reader's eye above the bar."""
        if event.outcome in COLOURS:
            line = Text(f"{event.outcome}: {event.name} ({event.key})", COLOURS[event.outcome])
            self._progress.console.print(line)

    def note(self, text: str) -> None:
        """Print it above the bar."""
        self._progress.console.print(Text(f"Note: {text}"), soft_wrap=True)

    def tick(self, tally: Tally) -> None:
        """Redraw the bar."""
        left = tally.seconds_left()
        self._progress.update(
            self._task,
            completed=len(tally.done),
            left="" if left is None else f"about {left:.0f} s left",
            counts=_counts(tally),
            now="· " + " · ".join(name[:NAME_WIDTH] for name in tally.doing) if tally.running else "",
        )

    def close(self) -> None:
        """Take the bar away."""
        self._progress.stop()


class LineView:
    """One plain line per finished scenario, for logs."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._last = time.monotonic()

    def finished(self, tally: Tally, event: Event) -> None:
        """Print the scenario's line."""
        done, width = len(tally.done), len(str(tally.total))
        left = tally.seconds_left()
        estimate = "" if left is None else f", about {left:.0f} s left"
        line = f"[{done:>{width}}/{tally.total}{estimate}] {event.outcome}: {event.name} ({event.seconds or 0:.1f} s)"
        self._say(line)

    def note(self, text: str) -> None:
        """Print it."""
        self._say(f"Note: {text}")

    def tick(self, tally: Tally) -> None:
        """Say what is running when it has been quiet for long."""
        if tally.running and time.monotonic() - self._last > QUIET_SECONDS:
            self._say(f"[{len(tally.done)}/{tally.total}] still running: {'; '.join(tally.doing)}")

    def close(self) -> None:
        """Nothing is left to do."""

    def _say(self, line: str) -> None:
        self._last = time.monotonic()
        self._console.print(Text(line), soft_wrap=True)


def view_for(console: Console, total: int) -> View:
    """A bar where there is a terminal, lines elsewhere."""
    return BarView(console, total) if console.is_terminal else LineView(console)


def _counts(tally: Tally) -> str:
    return ", ".join(f"{count} {outcome}" for outcome, count in sorted(tally.outcomes.items()))
