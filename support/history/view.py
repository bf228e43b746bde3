"""Arranges a history the way its page shows it: the latest run first, then criteria, figures and every run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from markupsafe import Markup

from support.acceptance import words
from support.acceptance.criteria import CriteriaFile
from support.base.outcomes import Outcome
from support.history import changes, plots, text, trends
from support.history.changes import Change, Comparison, Unstable
from support.history.decisions import Decided
from support.history.entry import Entry
from support.history.store import History
from support.history.trends import Series

RUNS_AT_ONCE = 20
"""Runs that the table shows before it is unfolded."""


@dataclass(frozen=True, slots=True)
class Group:
    """Criteria that changed alike: newly not met, newly met, …; each with its promise."""

    heading: str
    outcome: Outcome | None
    changes: tuple[tuple[Change, str], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One criterion over all runs."""

    id: str
    statement: str
    now: Outcome | None
    plot: Markup
    counted: str
    steady: bool
    unstable: Unstable | None


@dataclass(frozen=True, slots=True)
class Card:
    """One figure over all runs, ready to print."""

    criterion: str
    what: str
    where: str
    latest: str
    limit: str
    direction: str
    seen: str
    top: str
    bottom: str
    plot: Markup


@dataclass(frozen=True, slots=True)
class Run:
    """One run in the table."""

    entry: Entry
    when: str
    took: str
    scope: str
    changed: str
    decided: Decided | None


@dataclass(frozen=True, slots=True)
class Chapter:
    """All that the page says of one system."""

    system: str
    title: str
    latest: Entry
    runs: tuple[Run, ...]
    compared: Comparison | None
    groups: tuple[Group, ...]
    ground: str
    unstable: tuple[tuple[Unstable, str], ...]
    rows: tuple[Row, ...]
    cards: tuple[Card, ...]
    columns: Markup
    verdicts: Markup
    marks: Markup | None

    @property
    def decided(self) -> Decided | None:
        """The owner's decision on the run that the chapter begins with."""
        return next((run.decided for run in self.runs if run.entry is self.latest), None)


def chapter(history: History, decided: Mapping[str, Decided], listed: CriteriaFile | None) -> Chapter:
    """Everything about one system; its history must have a run."""
    entries = history.entries
    pair = changes.latest_pair(entries)
    compared = changes.compare(*pair) if pair else None
    restless = changes.unstable(entries)
    runs = _runs(entries, decided)
    signed = [_mark(run.decided) for run in runs]
    return Chapter(
        system=history.system,
        title=entries[-1].title,
        latest=compared.after if compared else entries[-1],
        runs=tuple(reversed(runs)),
        compared=compared,
        groups=tuple(_groups(compared, listed)) if compared else (),
        ground=text.ground(compared) if compared else "",
        unstable=tuple((item, text.statement(item.criterion, listed)) for item in restless),
        rows=tuple(_rows(entries, listed, restless)),
        cards=tuple(_card(line) for line in trends.series(entries)),
        columns=plots.columns(entries, [_says(run) for run in runs]),
        verdicts=plots.verdicts(entries),
        marks=plots.marks(signed) if any(signed) else None,
    )


def _groups(compared: Comparison, listed: CriteriaFile | None) -> list[Group]:
    kinds: list[tuple[str, Outcome | None, Sequence[Change]]] = [
        (heading, outcome, compared.now(outcome)) for outcome, heading in text.NEWLY.items()
    ]
    kinds += [("New criteria", None, compared.new), ("No longer a criterion", None, compared.gone)]
    return [
        Group(heading, outcome, tuple((change, text.statement(change.criterion, listed)) for change in found))
        for heading, outcome, found in kinds
        if found
    ]


def _rows(entries: Sequence[Entry], listed: CriteriaFile | None, restless: Sequence[Unstable]) -> list[Row]:
    """Every criterion that some run knew, in the order of today's list, then those that are no longer in it."""
    known = dict.fromkeys(name for entry in reversed(entries) for name in entry.criteria)
    order = [name for name in (listed.ids if listed else ()) if name in known]
    flipping = {item.criterion: item for item in restless}
    rows = []
    for name in [*order, *(name for name in known if name not in set(order))]:
        outcomes = [entry.outcome(name) for entry in entries]
        ended = [outcome for outcome in outcomes if outcome is not None]
        counts = [(outcome, ended.count(outcome)) for outcome in Outcome if outcome in ended]
        rows.append(
            Row(
                id=name,
                statement=text.statement(name, listed),
                now=ended[-1],
                plot=plots.strip(outcomes),
                counted=", ".join(f"{count:,} × {outcome.value}" for outcome, count in counts),
                steady=len(counts) == 1,
                unstable=flipping.get(name),
            )
        )
    return rows


def _card(line: Series) -> Card:
    figure, numbers, limit = line.latest, line.numbers, line.limit
    bounds = [*numbers, *([limit] if limit is not None else [])]
    least, most = min([0.0, *bounds]), max([0.0, *bounds])
    low, high = words.figure(min(numbers)), words.figure(max(numbers), figure.unit)
    return Card(
        criterion=figure.criterion,
        what=figure.what,
        where=", ".join(part for part in (words.scenario(figure.scenario), words.interface(figure.interface)) if part),
        latest=words.figure(figure.observed, figure.unit),
        limit=words.figure(figure.limit, figure.unit),
        direction=line.direction.value,
        seen=f"{low} to {high} in {words.plural(len(numbers), 'run', 'runs')}" if min(numbers) < max(numbers) else "",
        top=words.figure(most, figure.unit),
        bottom=words.figure(least or 0, figure.unit),
        plot=plots.curve(line.values, limit, most, least),
    )


def _runs(entries: Sequence[Entry], decided: Mapping[str, Decided]) -> list[Run]:
    runs: list[Run] = []
    complete: Entry | None = None
    for entry in entries:
        before = complete or (runs[-1].entry if runs else None)
        length = timedelta(seconds=entry.seconds) if entry.seconds is not None else None
        scope = "" if entry.complete else "ended early" if not entry.finished else "on a part of the criteria"
        runs.append(
            Run(
                entry=entry,
                when=f"{entry.started.astimezone():%Y-%m-%d %H:%M}",
                took=words.duration(length),
                scope=scope,
                changed=_changed(changes.compare(before, entry)) if before else "",
                decided=decided.get(entry.run),
            )
        )
        complete = entry if entry.complete else complete
    return runs


def _changed(compared: Comparison) -> str:
    """``newly not met: CAIO-ROUTE-01; newly met: CAIO-ERR-02``."""
    kinds = [(heading.lower(), compared.now(outcome)) for outcome, heading in text.NEWLY.items()]
    kinds += [("new", compared.new), ("gone", compared.gone)]
    return "; ".join(f"{heading}: {_listed(found)}" for heading, found in kinds if found)


def _listed(found: Sequence[Change], most: int = 6) -> str:
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(change.criterion for change in found[:most]) + more


def _says(run: Run) -> str:
    counts = ", ".join(f"{run.entry.count(outcome)} {outcome.value}" for outcome in Outcome if run.entry.count(outcome))
    decided = f"; {run.decided.says}" if run.decided else ""
    return f"{run.when}, version {run.entry.version}: {run.entry.decision.value} ({counts}){decided}"


def _mark(decided: Decided | None) -> Outcome | None:
    if decided is None:
        return None
    return Outcome.MET if decided.accepted else Outcome.NOT_MET
