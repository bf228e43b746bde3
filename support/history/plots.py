"""Draws runs over time as small SVGs that take their colours from the page and stretch to its width.

Outcomes differ in shape and not in colour alone: not met is a full bar, broken hangs from the top, not verified floats
in the middle, met lies on the ground. What stands in a plot is written beside it, so none is needed to read the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from markupsafe import Markup

from support.acceptance.verdict import Decision
from support.base.outcomes import Outcome
from support.history.entry import Entry

TONES = {
    Decision.ACCEPTED: Outcome.MET,
    Decision.RESERVATIONS: Outcome.NOT_VERIFIED,
    Decision.REJECTED: Outcome.NOT_MET,
    Decision.UNDECIDED: Outcome.BROKEN,
}
"""The outcome that a verdict shares its colour with."""
STACKED = (Outcome.MET, Outcome.NOT_VERIFIED, Outcome.BROKEN, Outcome.NOT_MET)
"""From the ground up: what stands in the way ends on top."""
SHAPES = {
    Outcome.MET: (6.0, 2.0),
    Outcome.NOT_VERIFIED: (3.0, 2.0),
    Outcome.BROKEN: (0.0, 5.0),
    Outcome.NOT_MET: (0.0, 8.0),
}
"""Top and height of an outcome's bar in a strip that is eight high."""
LEAST = 2.0
"""Height in percent below which a part of a column could not be seen."""
GAPS_UP_TO = 80
"""Runs up to which columns stand apart."""


def columns(entries: Sequence[Entry], words: Sequence[str]) -> Markup:
    """A column for each run, as high as it has criteria, parted by outcome; leads to the run and says ``words``."""
    most = max((len(entry.criteria) for entry in entries), default=0) or 1
    parts: dict[Outcome, list[str]] = {outcome: [] for outcome in STACKED}
    for place, entry in enumerate(entries):
        top = 100.0
        for outcome in STACKED:
            count = entry.count(outcome)
            height = max(count / most * 100, LEAST) if count else 0.0
            top -= height
            if count:
                parts[outcome].append(_bar(place, 1, max(top, 0), height, _gap(entries)))
    hits = Markup("").join(
        Markup('<a href="#run-{}" tabindex="-1"><rect class="hit" x="{}" width="1" height="100">').format(entry.run, x)
        + Markup("<title>{}</title></rect></a>").format(said)
        for x, (entry, said) in enumerate(zip(entries, words, strict=True))
    )
    return _svg("columns", len(entries), 100, _paths(parts), hits)


def verdicts(entries: Sequence[Entry]) -> Markup:
    """The verdict of each run, as a strip."""
    return strip([TONES[entry.decision] for entry in entries], full=True)


def strip(outcomes: Sequence[Outcome | None], full: bool = False) -> Markup:
    """One outcome after the other, run by run; nothing where there is none. ``full`` gives all the same height."""
    parts: dict[Outcome, list[str]] = {outcome: [] for outcome in STACKED}
    for outcome, first, length in _stretches(outcomes):
        top, height = (0.0, 8.0) if full else SHAPES[outcome]
        parts[outcome].append(_bar(first, length, top, height, 0))
    return _svg("strip", len(outcomes), 8, _paths(parts))


def marks(signed: Sequence[Outcome | None]) -> Markup:
    """A dot under each run that an owner decided on: met for accepted, not met for refused."""
    parts = {
        outcome: [f"M{place + 0.5:g} 4h0" for place, one in enumerate(signed) if one is outcome] for outcome in STACKED
    }
    return _svg("marks", len(signed), 8, _paths(parts))


def curve(values: Sequence[float | None], limit: float | None, most: float, least: float) -> Markup:
    """A figure run by run between ``least`` and ``most``, and its limit as a broken line; a gap where it is unknown."""
    span = (most - least) or 1.0

    def height(value: float) -> str:
        return f"{100 - (value - least) / span * 100:.4g}"

    points = [None if value is None else f"{x + 0.5:g} {height(value)}" for x, value in enumerate(values)]
    lines = [list(group) for known, group in groupby(points, key=lambda point: point is not None) if known]
    way = "".join("M" + "L".join(str(point) for point in line) for line in lines)
    alone = "".join(f"M{line[0]}h0" for line in lines if len(line) == 1)
    last = next((f"M{point}h0" for point in reversed(points) if point is not None), "")
    drawn = [Markup('<path class="way" d="{}"/><path class="dot" d="{}"/>').format(way, alone + last)]
    if limit is not None:
        drawn.insert(0, Markup('<path class="limit" d="M0 {0}H{1}"/>').format(height(limit), len(values)))
    return _svg("curve", len(values), 100, drawn)


def _stretches(outcomes: Sequence[Outcome | None]) -> Iterator[tuple[Outcome, int, int]]:
    """Outcomes that follow each other unchanged: which, from where, how many."""
    first = 0
    for outcome, group in groupby(outcomes):
        length = len(list(group))
        if outcome is not None:
            yield outcome, first, length
        first += length


def _gap(entries: Sequence[Entry]) -> float:
    return 0.12 if len(entries) <= GAPS_UP_TO else 0.0


def _bar(first: int, length: int, top: float, height: float, gap: float) -> str:
    width = length - 2 * gap
    return f"M{first + gap:g} {top:.4g}h{width:g}v{height:.4g}h-{width:g}z"


def _paths(parts: dict[Outcome, list[str]]) -> list[Markup]:
    return [
        Markup('<path class="{}" d="{}"/>').format(outcome.value.replace(" ", "-"), "".join(bars))
        for outcome, bars in parts.items()
        if bars
    ]


def _svg(kind: str, width: int, height: int, *content: Iterable[Markup] | Markup) -> Markup:
    inside = Markup("").join(part if isinstance(part, Markup) else Markup("").join(part) for part in content)
    start = Markup('<svg class="plot {}" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">')
    return start.format(kind, max(width, 1), height) + inside + Markup("</svg>")
