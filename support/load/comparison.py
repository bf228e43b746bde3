"""Two runs' load results side by side: what changed, in percent, by scenario and endpoint."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass

from support.base.outcomes import UsageError
from support.load.result import NOISY, Endpoint, LoadResult

_FIGURES: dict[str, Callable[[Endpoint, LoadResult], float | None]] = {
    "rate": lambda endpoint, result: result.per_second(endpoint.count),
    "served": lambda endpoint, result: result.per_second(endpoint.served),
    "success": lambda endpoint, _: endpoint.success,
    "resets": lambda endpoint, _: endpoint.failures.get("reset", 0),
    "p50": lambda endpoint, _: endpoint.percentile(50),
    "p95": lambda endpoint, _: endpoint.percentile(95),
    "p99": lambda endpoint, _: endpoint.percentile(99),
}

_OF_A_LOAD = (
    "users", "rate", "stages", "seconds", "requests", "warm_up", "think", "timeout", "connections", "most_open",
    "user_class",
)  # fmt: skip
"""What of a plan makes another load of it."""


@dataclass(frozen=True, slots=True)
class Change:
    """A figure before and after; ``percent`` is None where it cannot be told."""

    figure: str
    before: float | None
    after: float | None
    percent: float | None

    @property
    def line(self) -> str:
        """As text: ``1.20 → 1.50 ms (+25.0 %)``."""
        percent = "?" if self.percent is None else f"{self.percent:+.1f} %"
        return f"{_shown(self.figure, self.before)} → {_shown(self.figure, self.after)} ({percent})"


@dataclass(frozen=True, slots=True)
class Row:
    """One endpoint of one scenario."""

    scenario: str
    endpoint: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that both runs have; ``notes`` say what only one has, and which results are partial."""

    rows: tuple[Row, ...]
    notes: tuple[str, ...]

    @property
    def json(self) -> str:
        """For programs; times in seconds, rates per second, success as a share."""
        return json.dumps(asdict(self), indent=1)


def compare(before: Mapping[str, LoadResult], after: Mapping[str, LoadResult]) -> Comparison:
    """Set the results of two runs side by side. Two single results are compared whatever they are called."""
    if len(before) == len(after) == 1:
        after = dict(zip(before, after.values(), strict=True))
    shared = [name for name in before if name in after]
    if not shared:
        raise UsageError(
            f"the runs have no load in common: one has {', '.join(before)}; the other has {', '.join(after)}"
        )
    notes = [f"{name}: only in one of the runs" for name in sorted(before.keys() ^ after.keys())]
    for name in shared:
        notes += _notes(name, before[name], after[name])
    rows = [row for name in shared for row in _rows(name, before[name], after[name])]
    return Comparison(tuple(rows), tuple(notes))


def _notes(name: str, before: LoadResult, after: LoadResult) -> Iterator[str]:
    """What a reader must know before believing a change."""
    for which, result in (("first", before), ("second", after)):
        if result.partial:
            yield f"{name}: the {which} result is partial: {result.partial_because}"
        if result.noise.taken >= NOISY:
            yield f"{name}: others used {result.noise.taken:.0%} of the machine during the {which}"
    differing = [
        f"{field} {_said(getattr(before.plan, field))} → {_said(getattr(after.plan, field))}"
        for field in _OF_A_LOAD
        if getattr(before.plan, field) != getattr(after.plan, field)
    ]
    if len(before.workers) != len(after.workers):
        differing.append(f"load workers {len(before.workers)} → {len(after.workers)}")
    if differing:
        yield f"{name}: the loads were not the same: {', '.join(differing)}"


def _said(value: object) -> str:
    return "none" if value in (None, ()) else str(value)


def _rows(scenario: str, before: LoadResult, after: LoadResult) -> list[Row]:
    earlier = {endpoint.name: endpoint for endpoint in (*before.endpoints, before.total)}
    later = {endpoint.name: endpoint for endpoint in (*after.endpoints, after.total)}
    return [
        Row(scenario, name, tuple(_change(figure, earlier[name], later[name], before, after) for figure in _FIGURES))
        for name in earlier
        if name in later
    ]


def _change(figure: str, earlier: Endpoint, later: Endpoint, before: LoadResult, after: LoadResult) -> Change:
    old, new = _FIGURES[figure](earlier, before), _FIGURES[figure](later, after)
    percent = None if old is None or new is None or old == 0 else (new - old) / old * 100
    return Change(figure, old, new, percent)


def _shown(figure: str, value: float | None) -> str:
    if value is None:
        return "none"
    if figure in ("rate", "served"):
        return f"{value:,.1f}/s"
    if figure == "resets":
        return f"{value:,.0f}"
    return f"{value:.2%}" if figure == "success" else f"{value * 1000:,.2f} ms"
