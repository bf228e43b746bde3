"""Arranges a verdict the way the acceptance page shows it: by area, by scenario, by reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from support.acceptance import words
from support.acceptance.checklist import ItemOutcome, Proof
from support.acceptance.results import Observation
from support.acceptance.verdict import CriterionOutcome, ScenarioOutcome, Verdict, worst
from support.base.checklists import Item
from support.base.outcomes import Outcome


@dataclass(slots=True, frozen=True)
class Mark:
    """How a scenario ended over one interface, and where its evidence lies (None: no link to it is known)."""

    interface: str
    outcome: Outcome
    href: str | None


@dataclass(slots=True, frozen=True)
class Line:
    """One scenario, over all the interfaces it was tried with; ``whys`` say why it was not verified over some."""

    name: str
    marks: tuple[Mark, ...]
    whys: tuple[str, ...]


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
class Why:
    """Why a criterion was not verified, and for how many of its scenarios that is so (None: it has none)."""

    text: str
    scenarios: int | None
    of: int | None


@dataclass(slots=True, frozen=True)
class Row:
    """One criterion of the matrix. ``over`` has one entry per interface of the run; None: not tried there."""

    id: str
    statement: str
    level: str
    area: str
    outcome: Outcome
    over: tuple[Outcome | None, ...]
    lines: tuple[Line, ...]
    reasons: tuple[Reason, ...]
    figures: tuple[Figure, ...]
    whys: tuple[Why, ...]


@dataclass(slots=True)
class Area:
    """The criteria of one area, in their order."""

    name: str
    rows: list[Row] = field(default_factory=list)

    @property
    def met(self) -> int:
        """How many of them are met."""
        return sum(row.outcome is Outcome.MET for row in self.rows)

    @property
    def outcome(self) -> Outcome | None:
        """The worst of their outcomes."""
        return worst([row.outcome for row in self.rows])


@dataclass(slots=True)
class Unverified:
    """The criteria that were not verified for one reason, each with how far the reason goes."""

    reason: str
    rows: list[tuple[Row, Why]] = field(default_factory=list)


@dataclass(slots=True, frozen=True)
class Test:
    """A test that an item of the checklist names; ``anchor`` is a criterion's place on the page, None without one."""

    name: str
    anchor: str | None
    statement: str
    outcome: Outcome
    why: str
    lines: tuple[Line, ...]


@dataclass(slots=True, frozen=True)
class Point:
    """One item of the checklist; ``outcome`` None means that it has no test, and that somebody vouches for it."""

    item: Item
    outcome: Outcome | None
    why: str
    tests: tuple[Test, ...]


@dataclass(slots=True)
class Section:
    """The items of one section of the checklist, in their order."""

    name: str
    points: list[Point] = field(default_factory=list)


def sections(judged: Sequence[ItemOutcome], verdict: Verdict, links: Mapping[str, str]) -> list[Section]:
    """The checklist by section, sections in the order in which they first come."""
    scenarios = {scenario.key: scenario for scenario in verdict.scenarios}
    known = {item.criterion.id for item in verdict.criteria}
    found: dict[str, Section] = {}
    for one in judged:
        tests = tuple(_test(proof, scenarios, known, links) for proof in one.proofs)
        point = Point(one.item, one.outcome, one.reason, tests)
        found.setdefault(one.item.section, Section(one.item.section)).points.append(point)
    return list(found.values())


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
        for why in row.whys:
            found.setdefault(why.text, Unverified(why.text)).rows.append((row, why))
    return list(found.values())


def reasons(scenarios: Sequence[ScenarioOutcome], links: Mapping[str, str]) -> tuple[Reason, ...]:
    """Why scenarios did not end met; the same words of the same scenario over two interfaces are said once."""
    found: dict[tuple[str, str, str], list[ScenarioOutcome]] = {}
    for scenario in scenarios:
        if scenario.outcome in (Outcome.NOT_MET, Outcome.BROKEN):
            found.setdefault((scenario.location, scenario.name, scenario.reason), []).append(scenario)
    return tuple(
        Reason(
            scenario=words.scenario(name),
            interfaces=tuple(words.interface(item.interface) for item in items if item.interface),
            text=words.excerpt(text, lines=16, characters=1500) or "No reason was recorded.",
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
        over=tuple(item.over(interface) for interface in interfaces),
        lines=_lines(item.scenarios, links),
        reasons=reasons(item.scenarios, links),
        figures=tuple(
            _figure(observation, scenario) for scenario in item.scenarios for observation in scenario.observations
        ),
        whys=_whys(item) if item.outcome is Outcome.NOT_VERIFIED else (),
    )


def _lines(scenarios: Sequence[ScenarioOutcome], links: Mapping[str, str]) -> tuple[Line, ...]:
    found: dict[tuple[str, str], list[ScenarioOutcome]] = {}
    for scenario in scenarios:
        found.setdefault((scenario.location, scenario.name), []).append(scenario)
    bare = Counter(words.scenario(name, numbered=False) for _, name in found)
    return tuple(
        Line(
            name=words.scenario(name, numbered=bare[words.scenario(name, numbered=False)] > 1),
            marks=tuple(Mark(words.interface(i.interface), i.outcome, links.get(i.key)) for i in items),
            whys=tuple(dict.fromkeys(words.excerpt(i.reason) for i in items if i.outcome is Outcome.NOT_VERIFIED)),
        )
        for (_, name), items in found.items()
    )


def _whys(item: CriterionOutcome) -> tuple[Why, ...]:
    if not item.scenarios:
        return (Why(item.reason, None, None),)
    left_out = [scenario for scenario in item.scenarios if scenario.outcome is Outcome.NOT_VERIFIED]
    counted = Counter(words.excerpt(scenario.reason) for scenario in left_out)
    return tuple(Why(text, count, len(item.scenarios)) for text, count in counted.items())


def _test(
    proof: Proof, scenarios: Mapping[str, ScenarioOutcome], known: Collection[str], links: Mapping[str, str]
) -> Test:
    return Test(
        name=proof.name,
        anchor=f"#{proof.name}" if proof.name in known else None,
        statement=proof.statement,
        outcome=proof.outcome,
        why="" if proof.outcome is Outcome.MET else words.excerpt(proof.reason, lines=1, characters=160),
        lines=_lines([scenarios[key] for key in proof.scenarios], links),
    )


def _figure(observation: Observation, scenario: ScenarioOutcome) -> Figure:
    return Figure(
        what=observation.what,
        limit=words.figure(observation.limit, observation.unit),
        observed=words.figure(observation.observed, observation.unit),
        samples=words.figure(observation.samples),
        interface=words.interface(scenario.interface),
    )
