"""Arranges a verdict the way the acceptance page shows it: by area, by scenario, by reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from support.acceptance import words
from support.acceptance.results import Observation
from support.acceptance.verdict import CriterionOutcome, ScenarioOutcome, Verdict
from support.outcomes import Outcome


@dataclass(slots=True, frozen=True)
class Mark:
    """How a scenario ended over one interface, and where its evidence lies (None: no link to it is known)."""

    interface: str
    outcome: Outcome
    href: str | None


@dataclass(slots=True, frozen=True)
class Line:
    """One scenario, over all the interfaces it was tried with."""

    name: str
    marks: tuple[Mark, ...]


@dataclass(slots=True, frozen=True)
class Reason:
    """Why something ended as it did, and the scenario that says so."""

    scenario: str
    interfaces: tuple[str, ...]
    text: str
    href: str | None


@dataclass(slots=True, frozen=True)
class Figure:
    """One observation, ready to print."""

    what: str
    limit: str
    observed: str
    samples: str
    interface: str


@dataclass(slots=True, frozen=True)
class Row:
    """One criterion of the matrix. ``over`` has one entry per interface of the run; None: not tried there."""

    id: str
    statement: str
    level: str
    area: str
    outcome: Outcome
    reason: str
    over: tuple[Outcome | None, ...]
    lines: tuple[Line, ...]
    reasons: tuple[Reason, ...]
    figures: tuple[Figure, ...]


@dataclass(slots=True)
class Area:
    """The criteria of one area, in their order."""

    name: str
    rows: list[Row] = field(default_factory=list)

    @property
    def met(self) -> int:
        """How many of them are met."""
        return sum(row.outcome is Outcome.MET for row in self.rows)


@dataclass(slots=True)
class Unverified:
    """The criteria that were not verified for one reason."""

    reason: str
    rows: list[Row] = field(default_factory=list)


def rows(verdict: Verdict, interfaces: Sequence[str], links: Mapping[str, str]) -> list[Row]:
    """Every criterion as a row."""
    return [_row(item, interfaces, links) for item in verdict.criteria]


def areas(all_rows: Sequence[Row]) -> list[Area]:
    """Rows by area, areas in the order in which they first come."""
    found: dict[str, Area] = {}
    for row in all_rows:
        found.setdefault(row.area, Area(row.area)).rows.append(row)
    return list(found.values())


def unverified(all_rows: Sequence[Row]) -> list[Unverified]:
    """Rows that were not verified, by reason, in the order in which the reasons first come."""
    found: dict[str, Unverified] = {}
    for row in all_rows:
        if row.outcome is Outcome.NOT_VERIFIED:
            found.setdefault(row.reason, Unverified(row.reason)).rows.append(row)
    return list(found.values())


def reasons(scenarios: Sequence[ScenarioOutcome], links: Mapping[str, str]) -> tuple[Reason, ...]:
    """Why scenarios did not end met; the same words of the same scenario over two interfaces are said once."""
    found: dict[tuple[str, str, str], list[ScenarioOutcome]] = {}
    for scenario in scenarios:
        if scenario.outcome in (Outcome.NOT_MET, Outcome.BROKEN):
            found.setdefault((scenario.location, scenario.name, scenario.reason), []).append(scenario)
    return tuple(
        Reason(
            scenario=name,
            interfaces=tuple(words.interface(item.interface) for item in items if item.interface),
            text=words.excerpt(text) or "No reason was recorded.",
            href=next((links[item.key] for item in items if item.key in links), None),
        )
        for (_, name, text), items in found.items()
    )


def _row(item: CriterionOutcome, interfaces: Sequence[str], links: Mapping[str, str]) -> Row:
    return Row(
        id=item.criterion.id,
        statement=item.criterion.statement,
        level=item.criterion.level.value,
        area=item.criterion.area,
        outcome=item.outcome,
        reason=words.excerpt(item.reason),
        over=tuple(item.over(interface) for interface in interfaces),
        lines=_lines(item.scenarios, links),
        reasons=reasons(item.scenarios, links),
        figures=tuple(
            _figure(observation, scenario) for scenario in item.scenarios for observation in scenario.observations
        ),
    )


def _lines(scenarios: Sequence[ScenarioOutcome], links: Mapping[str, str]) -> tuple[Line, ...]:
    found: dict[tuple[str, str], list[Mark]] = {}
    for scenario in scenarios:
        mark = Mark(words.interface(scenario.interface), scenario.outcome, links.get(scenario.key))
        found.setdefault((scenario.location, scenario.name), []).append(mark)
    return tuple(Line(name, tuple(marks)) for (_, name), marks in found.items())


def _figure(observation: Observation, scenario: ScenarioOutcome) -> Figure:
    return Figure(
        what=observation.what,
        limit=words.figure(observation.limit, observation.unit),
        observed=words.figure(observation.observed, observation.unit),
        samples=words.figure(observation.samples),
        interface=words.interface(scenario.interface),
    )
