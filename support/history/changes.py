"""What changed between two runs, and which criteria flip though nothing changed. Pure functions of entries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from support.base.outcomes import Outcome
from support.history.entry import Entry

JUDGED = (Outcome.MET, Outcome.NOT_MET, Outcome.BROKEN)
"""Outcomes that a trial leads to; what was not verified says something of the machine, not of the criterion."""


class Ground(StrEnum):
    """What two runs stand on, as an owner calls it."""

    VERSION = "the system's version"
    SOURCE = "the system's code or definition"
    FEATURES = "the features or criteria"
    DEPLOYMENT = "where and how the system was run"
    INTERFACES = "the interfaces it was tried over"


@dataclass(frozen=True, slots=True)
class Change:
    """A criterion that did not end as it did before; None where a run did not know it."""

    criterion: str
    before: Outcome | None
    after: Outcome | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs side by side. ``unknown`` is what one of them did not record, so that it may have changed."""

    before: Entry
    after: Entry
    changed: tuple[Ground, ...]
    unknown: tuple[Ground, ...]
    changes: tuple[Change, ...]

    def now(self, outcome: Outcome) -> list[Change]:
        """Criteria that both runs tried or left out, and that end so only since the later one."""
        return [change for change in self.changes if change.after is outcome and change.before is not None]

    @property
    def new(self) -> list[Change]:
        """Criteria that only the later run knew."""
        return [change for change in self.changes if change.before is None]

    @property
    def gone(self) -> list[Change]:
        """Criteria that only the earlier run knew; of a run that was asked for a part only, none is gone."""
        return [change for change in self.changes if change.after is None]


@dataclass(frozen=True, slots=True)
class Unstable:
    """A criterion that ended differently in runs of the same system with the same features.

    ``still`` says that the latest run stands on the ground on which it flipped.
    """

    criterion: str
    flips: int
    runs: int
    outcomes: tuple[Outcome, ...]
    still: bool


def compare(before: Entry, after: Entry) -> Comparison:
    """Put two runs side by side; criteria that a partial run was not asked for are no change."""
    partial = before.partial or after.partial
    names = list(dict.fromkeys([*after.criteria, *before.criteria]))
    pairs = (Change(name, before.outcome(name), after.outcome(name)) for name in names)
    changes = [
        pair
        for pair in pairs
        if pair.before is not pair.after and not (partial and (pair.before is None or pair.after is None))
    ]
    grounds = list(_grounds(before, after))
    return Comparison(
        before,
        after,
        changed=tuple(ground for ground, known in grounds if known),
        unknown=tuple(ground for ground, known in grounds if not known),
        changes=tuple(changes),
    )


def _grounds(before: Entry, after: Entry) -> Iterator[tuple[Ground, bool]]:
    """What the runs do not share, and whether that is known."""
    pairs: tuple[tuple[Ground, object, object], ...] = (
        (Ground.VERSION, before.version, after.version),
        (Ground.SOURCE, before.source, after.source),
        (Ground.FEATURES, before.features, after.features),
        (Ground.DEPLOYMENT, (before.deployment, before.url), (after.deployment, after.url)),
        (Ground.INTERFACES, before.interfaces, after.interfaces),
    )
    for ground, one, other in pairs:
        if one is None or other is None:
            yield ground, False
        elif one != other:
            yield ground, True


def latest_pair(entries: Sequence[Entry]) -> tuple[Entry, Entry] | None:
    """The two runs that an owner compares first: the last two complete ones, else the last two; None for fewer."""
    complete = [entry for entry in entries if entry.complete]
    chosen = complete if len(complete) > 1 else entries
    return (chosen[-2], chosen[-1]) if len(chosen) > 1 else None


def unstable(entries: Sequence[Entry]) -> list[Unstable]:
    """Criteria that flipped without any change of system or features, the most restless first.

    Runs count together only when version, code, features, deployment and the scenarios tried are known to be the same,
    and only when they came to their end: what an interruption kept from being tried says nothing.
    """
    latest = _ground(entries[-1]) if entries else None
    alike: dict[tuple[str, str, tuple[str, ...]], list[Outcome]] = {}
    for entry in entries:
        ground = _ground(entry)
        if ground is None or not entry.finished:
            continue
        for criterion, kept in entry.criteria.items():
            if kept.outcome in JUDGED and kept.tried:
                alike.setdefault((criterion, kept.tried, ground), []).append(kept.outcome)
    found: dict[str, list[tuple[bool, list[Outcome]]]] = {}
    for (criterion, _, ground), outcomes in alike.items():
        if len(set(outcomes)) > 1:
            found.setdefault(criterion, []).append((ground == latest, outcomes))
    flipping = [_unstable(criterion, series) for criterion, series in found.items()]
    return sorted(flipping, key=lambda item: (not item.still, -item.flips, item.criterion))


def _unstable(criterion: str, series: Sequence[tuple[bool, Sequence[Outcome]]]) -> Unstable:
    return Unstable(
        criterion=criterion,
        flips=sum(one is not other for _, outcomes in series for one, other in pairwise(outcomes)),
        runs=sum(len(outcomes) for _, outcomes in series),
        outcomes=tuple(outcome for outcome in JUDGED if any(outcome in outcomes for _, outcomes in series)),
        still=any(still for still, _ in series),
    )


def _ground(entry: Entry) -> tuple[str, ...] | None:
    """What a run stood on; None when that is not known, so that it is like no other."""
    if entry.features is None or entry.source is None:
        return None
    return entry.version, entry.source, entry.features, entry.deployment, entry.url or ""
