"""Judges a run: pure functions from criteria, plan and results to the verdict. Only what was seen kept is met."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from support.acceptance.criteria import CriteriaFile, Criterion
from support.acceptance.plan import Planned
from support.acceptance.reconcile import Difference, reconcile
from support.acceptance.results import Observation, Result
from support.base.outcomes import Outcome

NO_SCENARIO = "No scenario yet"
NOT_IN_RUN = "Not part of this run"
WORST_FIRST = (Outcome.NOT_MET, Outcome.BROKEN, Outcome.NOT_VERIFIED, Outcome.MET)
"""A promise seen broken is a fact that no trouble elsewhere takes back; after that, the less is known the worse."""


class Decision(StrEnum):
    """What a run says about a release. The values are what the reports print."""

    ACCEPTED = "accepted"
    RESERVATIONS = "accepted with reservations"
    REJECTED = "rejected"
    UNDECIDED = "undecided"


EXIT_CODES = {Decision.ACCEPTED: 0, Decision.RESERVATIONS: 0, Decision.REJECTED: 1, Decision.UNDECIDED: 2}
STRICT_RESERVATIONS = 3
"""Exit code of an acceptance with reservations when reservations fail too."""


class ScenarioOutcome(BaseModel):
    """How one scenario over one interface ended, once plan and results are put side by side."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    name: str
    feature: str = ""
    rule: str | None = None
    interface: str = ""
    location: str = ""
    criteria: tuple[str, ...] = ()
    outcome: Outcome
    reason: str = ""
    duration: float = 0.0
    observations: tuple[Observation, ...] = ()


class CriterionOutcome(BaseModel):
    """How one criterion ended: the worst of its scenarios, or not verified when it has none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    criterion: Criterion
    outcome: Outcome
    reason: str = ""
    scenarios: tuple[ScenarioOutcome, ...] = ()

    def over(self, interface: str) -> Outcome | None:
        """The worst outcome over one interface; None when no scenario tried the criterion there."""
        return worst([scenario.outcome for scenario in self.scenarios if scenario.interface == interface])


class Verdict(BaseModel):
    """The decision, every criterion's outcome, and what else bears on it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    decision: Decision
    criteria: tuple[CriterionOutcome, ...]
    strays: tuple[ScenarioOutcome, ...] = ()
    differences: tuple[Difference, ...] = ()
    troubles: tuple[str, ...] = ()
    partial: bool = False

    def count(self, outcome: Outcome) -> int:
        """How many criteria ended so."""
        return sum(item.outcome is outcome for item in self.criteria)

    @property
    def scenarios(self) -> list[ScenarioOutcome]:
        """Every scenario once, also when it shows more than one criterion."""
        found = [scenario for item in self.criteria for scenario in item.scenarios]
        return list({scenario.key or scenario.name: scenario for scenario in [*found, *self.strays]}.values())

    def reservations(self, allow_planned: bool = False, allow_partial: bool = False) -> list[str]:
        """The criteria that were not verified.

        With ``allow_planned``, without those that are still to be written; with ``allow_partial``, without those of
        which no scenario was asked for. What was asked for and could not be shown is a reservation always.
        """
        return [
            item.criterion.id
            for item in self.criteria
            if item.outcome is Outcome.NOT_VERIFIED
            and not (allow_planned and item.criterion.planned)
            and not (allow_partial and item.reason == NOT_IN_RUN)
        ]

    def exit_code(self, strict: bool = False, allow_planned: bool = False, allow_partial: bool = False) -> int:
        """0 accepted, 1 rejected, 2 undecided; accepted with reservations is 0, or 3 when ``strict`` minds them."""
        if strict and self.decision is Decision.RESERVATIONS and self.reservations(allow_planned, allow_partial):
            return STRICT_RESERVATIONS
        return EXIT_CODES[self.decision]


def differing(verdict: Verdict, differences: Sequence[Difference]) -> Verdict:
    """The verdict once more differences are known: at best undecided."""
    if not differences:
        return verdict
    accepted = verdict.decision in (Decision.ACCEPTED, Decision.RESERVATIONS)
    decision = Decision.UNDECIDED if accepted else verdict.decision
    found = (*verdict.differences, *differences)
    return verdict.model_copy(update={"decision": decision, "differences": found})


def worst(outcomes: Collection[Outcome]) -> Outcome | None:
    """The outcome that stands for several; None for none."""
    return next((outcome for outcome in WORST_FIRST if outcome in outcomes), None)


def judge(
    criteria: CriteriaFile,
    plan: Sequence[Planned],
    results: Sequence[Result],
    *,
    partial: bool = False,
    covered: Collection[str] = (),
    finished: bool = True,
    errors: Sequence[str] = (),
) -> Verdict:
    """Judge a run.

    ``partial`` says that only some scenarios were selected; ``covered`` are the criteria that have a scenario at all,
    selected or not; ``finished`` is False when the run was ended before its time; ``errors`` are those of hooks and
    clean-ups that belong to no scenario.
    """
    scenarios = _scenarios(plan, results)
    judged = tuple(_criterion(item, scenarios, partial and item.id in covered) for item in criteria.criteria)
    strays = tuple(scenario for scenario in scenarios if not set(scenario.criteria) & set(criteria.ids))
    differences = tuple(reconcile(plan, results))
    around = [f"Around the scenarios, the suite's own work failed: {error}" for error in errors]
    troubles = (*_troubles(judged, plan, results, scenarios, finished), *around)
    outcomes = {item.outcome for item in judged} | ({item.outcome for item in strays} - {Outcome.NOT_VERIFIED})
    return Verdict(
        decision=_decide(outcomes, clear=not differences and not troubles),
        criteria=judged,
        strays=strays,
        differences=differences,
        troubles=troubles,
        partial=partial,
    )


def _decide(outcomes: Collection[Outcome], clear: bool) -> Decision:
    if Outcome.NOT_MET in outcomes:
        return Decision.REJECTED
    if not clear or Outcome.BROKEN in outcomes:
        return Decision.UNDECIDED
    return Decision.RESERVATIONS if Outcome.NOT_VERIFIED in outcomes else Decision.ACCEPTED


def _troubles(
    judged: Sequence[CriterionOutcome],
    plan: Sequence[Planned],
    results: Sequence[Result],
    scenarios: Sequence[ScenarioOutcome],
    finished: bool,
) -> list[str]:
    """What keeps a run from being judged as a whole, each in a sentence for the owner."""
    troubles = []
    if not finished:
        troubles.append("The run was ended before all of its scenarios had their turn.")
    if not plan:
        troubles.append("No scenario was selected, so nothing was tried.")
    elif not results:
        troubles.append("Not one result was recorded.")
    elif all(item.outcome is Outcome.NOT_VERIFIED for item in judged):
        troubles.append("Nothing could be verified: not one criterion was seen kept.")
    named = {criterion: scenario for scenario in reversed(scenarios) for criterion in scenario.criteria}
    troubles += [
        f"“{named[unknown].name}” names the criterion {unknown}, which the list of criteria does not have."
        for unknown in sorted(set(named) - {item.criterion.id for item in judged})
    ]
    return troubles


def _criterion(criterion: Criterion, scenarios: Sequence[ScenarioOutcome], left_out: bool) -> CriterionOutcome:
    own = tuple(scenario for scenario in scenarios if criterion.id in scenario.criteria)
    outcome = worst([scenario.outcome for scenario in own])
    if outcome is None:
        reason = NOT_IN_RUN if left_out else NO_SCENARIO
        return CriterionOutcome(criterion=criterion, outcome=Outcome.NOT_VERIFIED, reason=reason)
    reason = next(scenario.reason for scenario in own if scenario.outcome is outcome)
    return CriterionOutcome(criterion=criterion, outcome=outcome, reason=reason, scenarios=own)


def _scenarios(plan: Sequence[Planned], results: Sequence[Result]) -> list[ScenarioOutcome]:
    """Every planned scenario with what was recorded of it, then what was recorded without being planned."""
    recorded: dict[str, list[Result]] = {}
    for result in results:
        if result.unreadable is None:
            recorded.setdefault(result.key, []).append(result)
    planned = {item.key: item for item in plan}
    outcomes = [_planned(item, recorded.get(key, [])) for key, item in planned.items()]
    return outcomes + [_unplanned(result) for key, found in recorded.items() if key not in planned for result in found]


def _planned(item: Planned, found: Sequence[Result]) -> ScenarioOutcome:
    outcome, reason = Outcome.BROKEN, "No result was recorded."
    if len(found) == 1:
        outcome, reason = found[0].outcome, found[0].message
    elif found:
        outcome, reason = _untrusted(found, f"It was recorded {len(found)} times; none of the records can be trusted.")
    return ScenarioOutcome(
        key=item.key,
        name=item.name,
        feature=item.feature,
        rule=item.rule,
        interface=item.interface,
        location=item.location,
        criteria=item.criteria,
        outcome=outcome,
        reason=reason,
        duration=sum(result.duration for result in found),
        observations=tuple(observation for result in found for observation in result.observations),
    )


def _unplanned(result: Result) -> ScenarioOutcome:
    outcome, reason = _untrusted([result], "It was recorded, but never planned.")
    return ScenarioOutcome(
        key=result.key,
        name=result.name,
        interface=result.interface,
        criteria=result.criteria,
        outcome=outcome,
        reason=reason,
        duration=result.duration,
        observations=result.observations,
    )


def _untrusted(found: Sequence[Result], why: str) -> tuple[Outcome, str]:
    """Records that cannot be trusted make a scenario broken, unless one of them saw the product break its promise."""
    seen_broken = next((result for result in found if result.outcome is Outcome.NOT_MET), None)
    if seen_broken is None:
        return Outcome.BROKEN, why
    return Outcome.NOT_MET, f"{seen_broken.message}\n{why}".strip()
