"""Decisions are remembered within bounds, and seen by whoever keeps them."""

from __future__ import annotations

import pytest
from caio import RoutingDecision
from caio.errors import DecisionNotFound
from caio.history import RECENT_CALLS, DecisionHistory, Outcomes

from tests.systems.caio.core.builders import chat, contract, orchestrator


def test_a_decision_is_found_again_by_its_id() -> None:
    subject = orchestrator(contract("a"), contract("b"))
    made = [subject.route_request(request=chat(), seed=seed) for seed in range(5)]
    assert subject.decision(made[2].decision_id).to_dict() == made[2].to_dict()
    assert subject.decisions(limit=2) == [made[4], made[3]]
    with pytest.raises(DecisionNotFound, match="dec-unknown"):
        subject.decision("dec-unknown")


def test_only_the_latest_are_remembered() -> None:
    subject = orchestrator(contract("a"), history=DecisionHistory(limit=3))
    made = [subject.route_request(request=chat(), seed=seed) for seed in range(5)]
    assert subject.decisions() == made[:1:-1]
    with pytest.raises(DecisionNotFound):
        subject.decision(made[0].decision_id)


def test_heavy_decisions_are_forgotten_sooner_but_never_the_last() -> None:
    history = DecisionHistory(max_weight=10)
    subject = orchestrator(contract("a"), contract("b"), contract("c"), history=history)
    for seed in range(9):
        subject.route_request(request=chat(), seed=seed)
    assert 1 < len(history) < 4
    subject.route_request(request=chat(context={"text": "x" * 10_000}))
    assert len(history) == 1


def test_every_decision_is_handed_on() -> None:
    seen: list[RoutingDecision] = []
    subject = orchestrator(contract("a"), on_decision=seen.append)
    made = subject.route_request(request=chat())
    assert seen == [made]
    assert set(made.durations_us) == {"match", "rules", "security", "rank", "decide"}


def test_only_recent_outcomes_count() -> None:
    outcomes = Outcomes()
    outcomes.record("a", False)
    for _ in range(RECENT_CALLS - 1):
        outcomes.record("a", True)
    assert outcomes.counts() == {"a": (RECENT_CALLS - 1, 1)}
    outcomes.record("a", True)
    assert outcomes.counts() == {"a": (RECENT_CALLS, 0)}
    outcomes.forget("a")
    assert outcomes.counts() == {}


def test_outcomes_of_unknown_services_are_not_kept() -> None:
    subject = orchestrator(contract("a"))
    subject.record_outcome("b", False)
    assert subject.outcomes.counts() == {}
