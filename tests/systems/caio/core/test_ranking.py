"""Who wins and why: by figures, history and seed, and never by the order of registration."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.systems.caio.core.builders import chat, contract, orchestrator


@pytest.mark.parametrize(
    ("better", "worse", "weak"),
    [
        ({"cost": {"per_call": 0.01}}, {"cost": {"per_call": 0.02}}, "cost"),
        ({"cost": {"per_call": 5}}, {}, "cost"),
        ({"guarantees": {"latency_p95_ms": 50}}, {"guarantees": {"latency_p95_ms": 60}}, "latency"),
        ({"guarantees": {"accuracy": 0.95}}, {"guarantees": {"accuracy": 0.94}}, "accuracy"),
        ({"alignment": {"score": 0.5}}, {"alignment": {"score": 0.4}}, "alignment"),
    ],
)
def test_all_else_equal_the_better_figure_wins_and_the_trace_says_so(
    better: dict[str, Any], worse: dict[str, Any], weak: str
) -> None:
    for names in (("a", "b"), ("b", "a")):
        subject = orchestrator(contract(names[1], **worse), contract(names[0], **better))
        decision = subject.route_request(request=chat(), seed=7)
        assert decision.service_id == names[0]
        lost = decision.trace["candidates"][1]
        assert (lost["service_id"], lost["outcome"], lost["stage"]) == (names[1], "outranked", "rank")
        assert lost["reason"].endswith(f"weaker in {weak}")


@given(st.permutations(["a", "b", "c", "d"]), st.integers(-(2**63), 2**63 - 1))
def test_ties_do_not_depend_on_the_order_of_registration(names: list[str], seed: int) -> None:
    shuffled = orchestrator(*(contract(name) for name in names)).route_request(request=chat(), seed=seed)
    ordered = orchestrator(*(contract(name) for name in sorted(names))).route_request(request=chat(), seed=seed)
    assert shuffled.ranking == ordered.ranking
    assert shuffled.decision_id == ordered.decision_id


def test_the_seed_spreads_ties_and_decides_nothing_else() -> None:
    alike = orchestrator(*(contract(name) for name in "abcd"))
    chosen = [alike.route_request(request=chat(), seed=seed).service_id for seed in range(400)]
    assert all(60 <= chosen.count(name) <= 140 for name in "abcd")
    ranked = orchestrator(contract("a"), contract("b", guarantees={"accuracy": 0.001}))
    assert {ranked.route_request(request=chat(), seed=seed).service_id for seed in range(50)} == {"b"}


def test_another_process_with_another_hash_seed_decides_the_same() -> None:
    program = (
        "from tests.systems.caio.core.builders import chat, contract, orchestrator\n"
        "subject = orchestrator(*(contract(n, privacy={'residency': ['EU', 'US', 'CH']}) for n in 'cabd'))\n"
        "request = chat(requirements={'privacy': {'residency': 'EU'}})\n"
        "policies = [{'type': 'allow', 'services': ['d', 'b', 'a']}]\n"
        "print(subject.route_request(request=request, policies=policies, seed=5).decision_id)\n"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.getcwd()},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(found) == 1


@pytest.mark.parametrize("record", [{"failures": 1}, {"failures": 3, "successes": 1}])
def test_a_service_that_failed_recently_ranks_lower(record: dict[str, int]) -> None:
    subject = orchestrator(
        contract("good", guarantees={"accuracy": 0.95}), contract("fair", guarantees={"accuracy": 0.9})
    )
    assert subject.route_request(request=chat()).service_id == "good"
    decision = subject.route_request(request=chat(), history={"good": record, "unknown": {"failures": 9}})
    assert decision.service_id == "fair"
    lost = decision.trace["candidates"][1]
    assert lost["reason"].endswith("weaker in recent history")
    assert lost["components"]["history"] > 0
    assert lost["score"] < decision.trace["candidates"][0]["score"]


def test_outcomes_told_to_the_orchestrator_count_like_given_history() -> None:
    subject = orchestrator(
        contract("good", guarantees={"accuracy": 0.95}), contract("fair", guarantees={"accuracy": 0.9})
    )
    subject.record_outcome("good", False)
    told = subject.route_request(request=chat())
    assert told.service_id == "fair"
    given_history = orchestrator(*(entry.contract for entry in subject.services())).route_request(
        request=chat(), history={"good": {"failures": 1}}
    )
    assert given_history.decision_id == told.decision_id
    for _ in range(20):
        subject.record_outcome("good", True)
    assert subject.route_request(request=chat()).service_id == "good"


@pytest.mark.parametrize("again", ["remove", "replace", "forgive"])
def test_removing_or_replacing_a_service_forgets_its_history(again: str) -> None:
    subject = orchestrator(
        contract("good", guarantees={"accuracy": 0.95}), contract("fair", guarantees={"accuracy": 0.9})
    )
    subject.record_outcome("good", False)
    if again == "remove":
        subject.remove_service("good")
        subject.register_service(contract("good", guarantees={"accuracy": 0.95}))
    elif again == "replace":
        subject.register_service(contract("good", version="2", guarantees={"accuracy": 0.95}), replace=True)
    else:
        subject.forgive("good")
    assert subject.route_request(request=chat()).service_id == "good"


def test_order_of_policies_and_parts_changes_nothing_but_their_record() -> None:
    policies = [
        {"type": "trust", "minimum": 1},
        {"type": "allow", "services": ["a", "b"]},
        {"type": "deny", "services": ["c"]},
    ]
    subject = orchestrator(*(contract(name) for name in "abc"))
    chosen = {
        subject.route_request(request=chat(), policies=list(order), seed=3).service_id
        for order in itertools.permutations(policies)
    }
    assert len(chosen) == 1
