"""Judges the hardening checklist by a verdict: how the tests that each item names ended in this run."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from support.acceptance.verdict import NOT_IN_RUN, ScenarioOutcome, Verdict, worst
from support.base.checklists import Item
from support.base.outcomes import Outcome

NO_SUCH_CRITERION = "There is no such criterion"
NO_SUCH_SCENARIO = "There is no such scenario"
NOBODY = "Nothing tests it, and nobody vouches for it with a name and a reason"


class Proof(BaseModel):
    """How a test ended: a criterion by its id, or a scenario by its name; ``scenarios`` are the keys of those tried."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    statement: str = ""
    outcome: Outcome
    reason: str = ""
    scenarios: tuple[str, ...] = ()


class ItemOutcome(BaseModel):
    """How one item stands. ``outcome`` is the worst of its tests; None where, or as far as, somebody vouches for it.

    An item that is only partly tested is never called met: its tests are, and for the rest there is a person's word.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    item: Item
    outcome: Outcome | None
    proofs: tuple[Proof, ...] = ()
    reason: str = ""


def judge(items: Sequence[Item], verdict: Verdict) -> tuple[ItemOutcome, ...]:
    """Every item, in its order. One is met only if each test that it names was tried in this run and was met."""
    return tuple(_judged(item, verdict) for item in items)


def _judged(item: Item, verdict: Verdict) -> ItemOutcome:
    criteria = (_criterion(name, verdict) for name in item.criteria)
    proofs = (*criteria, *(_scenario(name, verdict) for name in item.scenarios))
    if not proofs and item.vouched:
        return ItemOutcome(item=item, outcome=None)
    if not proofs:
        return ItemOutcome(item=item, outcome=Outcome.NOT_VERIFIED, reason=NOBODY)
    outcome = worst([proof.outcome for proof in proofs])
    return ItemOutcome(item=item, outcome=None if item.vouched and outcome is Outcome.MET else outcome, proofs=proofs)


def _criterion(name: str, verdict: Verdict) -> Proof:
    found = next((one for one in verdict.criteria if one.criterion.id == name), None)
    if found is None:
        return Proof(name=name, outcome=Outcome.NOT_VERIFIED, reason=NO_SUCH_CRITERION)
    keys = tuple(scenario.key for scenario in found.scenarios)
    says = found.criterion.statement
    return Proof(name=name, statement=says, outcome=found.outcome, reason=found.reason, scenarios=keys)


def _scenario(name: str, verdict: Verdict) -> Proof:
    """A scenario over all interfaces, with every row where it is an outline."""
    found = [scenario for scenario in verdict.scenarios if _is_called(scenario, name)]
    outcome = worst([scenario.outcome for scenario in found])
    if outcome is None:
        reason = NOT_IN_RUN if verdict.partial else NO_SUCH_SCENARIO
        return Proof(name=name, outcome=Outcome.NOT_VERIFIED, reason=reason)
    reason = next(scenario.reason for scenario in found if scenario.outcome is outcome)
    return Proof(name=name, outcome=outcome, reason=reason, scenarios=tuple(scenario.key for scenario in found))


def _is_called(scenario: ScenarioOutcome, name: str) -> bool:
    return scenario.name == name or scenario.name.startswith(f"{name} (row ")
