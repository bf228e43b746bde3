"""Puts the faults of a scenario on one timeline: what their journals say, as the evidence draws it."""

from __future__ import annotations

from collections.abc import Iterable

from support.evidence.timeline import Lane, Mark
from support.faults import Fault


def lanes(faults: Iterable[Fault]) -> list[Lane]:
    """A lane for each fault to which anything happened, in the order in which it began to."""
    drawn = [Lane(fault.what, tuple(Mark(e.at, e.kind.value, e.what) for e in fault.journal)) for fault in faults]
    return sorted((lane for lane in drawn if lane.marks), key=lambda lane: lane.marks[0].at)


def note(faults: Iterable[Fault], what: str) -> None:
    """Write down what was seen, in the journal of each fault that is in force; once, if it is seen again and again."""
    for fault in faults:
        if fault.active and not fault.journal[-1].what.endswith(f": {what}"):
            fault.observed(what)
