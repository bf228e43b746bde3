"""Who is admitted and why the others are not: at the boundaries, and in the trace and proofs that say so."""

from __future__ import annotations

from typing import Any

import pytest
from caio import Orchestrator, Request
from caio.errors import NoMatchingServices

from tests.systems.caio.core.builders import chat, contract, orchestrator


def admits(service: dict[str, Any], request: Request, policies: list[dict[str, Any]] | None = None) -> bool:
    subject = orchestrator(contract("only", **service))
    try:
        return subject.route_request(request=request, policies=policies or []).service_id == "only"
    except NoMatchingServices as refused:
        return [item.service_id for item in refused.candidates] != ["only"]


def guarantees(**wanted: Any) -> Request:
    return chat(requirements={"guarantees": wanted})


@pytest.mark.parametrize(
    ("service", "request_", "admitted"),
    [
        ({"guarantees": {"accuracy": 0.9}}, guarantees(accuracy=0.9), True),
        ({"guarantees": {"accuracy": 0.9}}, guarantees(accuracy={"minimum": 0.9}), True),
        ({"guarantees": {"accuracy": 0.8999}}, guarantees(accuracy=0.9), False),
        ({}, guarantees(accuracy=0.0), False),
        ({"capabilities": [{"type": "chat", "accuracy": {"min": 0.9}}]}, guarantees(accuracy=0.9), True),
        (
            {"capabilities": [{"type": "chat", "accuracy": {"min": 0.9}}], "guarantees": {"accuracy": 0.8}},
            guarantees(accuracy=0.9),
            False,
        ),
        ({"guarantees": {"latency_p95_ms": 50}}, guarantees(latency_p95_ms=50), True),
        ({"guarantees": {"latency_p95_ms": 50.1}}, guarantees(latency_p95_ms=50), False),
        ({}, guarantees(latency_p95_ms=10_000), False),
        ({"guarantees": {"availability": 0.999}}, guarantees(availability=0.999), True),
        ({"guarantees": {"availability": 0.99}}, guarantees(availability=0.999), False),
        ({"guarantees": {"determinism": True}}, guarantees(determinism=True), True),
        ({"guarantees": {"determinism": False}}, guarantees(determinism=True), False),
        ({}, guarantees(determinism=True), False),
        ({}, guarantees(determinism=False), True),
        ({"cost": {"per_call": 0.02}}, chat(constraints={"max_cost": 0.02}), True),
        ({"cost": {"per_call": 0.0201}}, chat(constraints={"max_cost": 0.02}), False),
        ({"cost": {"per_call": 0}}, chat(constraints={"max_cost": 0}), True),
        ({}, chat(constraints={"max_cost": 100}), False),
        ({"constraints": {"requires_gpu": True}}, chat(constraints={"requires_gpu": False}), False),
        ({"constraints": {"requires_gpu": True}}, chat(constraints={"requires_gpu": True}), True),
        ({"constraints": {"requires_gpu": False}}, chat(constraints={"requires_gpu": True}), False),
        ({"constraints": {"requires_internet": True}}, chat(constraints={"requires_internet": False}), False),
        ({"constraints": {"requires_internet": True}}, chat(), True),
        ({"trust": {"requires_user_level": 3}}, chat(user={"trust_level": 3}), True),
        ({"trust": {"requires_user_level": 3}}, chat(user={"trust_level": 2}), False),
        ({"trust": {"requires_user_level": 1}}, chat(), False),
        ({}, chat(), True),
        ({"privacy": {"data_classes": ["public"]}}, chat(requirements={"privacy": {"data_class": "public"}}), True),
        ({"privacy": {"data_classes": ["public"]}}, chat(requirements={"privacy": {"data_class": "pub"}}), False),
        ({}, chat(requirements={"privacy": {"data_class": "public"}}), False),
        ({"privacy": {"residency": ["EU"]}}, chat(requirements={"privacy": {"residency": "EU"}}), True),
        ({"privacy": {"residency": ["US"]}}, chat(requirements={"privacy": {"residency": "EU"}}), False),
        ({"privacy": {"retention_days": 30}}, chat(requirements={"privacy": {"retention_days": 30}}), True),
        ({"privacy": {"retention_days": 31}}, chat(requirements={"privacy": {"retention_days": 30}}), False),
        ({}, chat(requirements={"privacy": {"retention_days": 0}}), False),
    ],
)
def test_demands_of_a_request_at_their_boundaries(service: dict[str, Any], request_: Request, admitted: bool) -> None:
    assert admits(service, request_) is admitted


@pytest.mark.parametrize(
    ("service", "policy", "admitted"),
    [
        ({}, {"type": "constraint", "field": "requires_gpu", "value": False}, True),
        (
            {"constraints": {"requires_gpu": True}},
            {"type": "constraint", "field": "requires_gpu", "value": False},
            False,
        ),
        ({}, {"type": "constraint", "field": "locality", "value": "internal"}, True),
        ({}, {"type": "constraint", "field": "locality", "value": "external"}, False),
        ({"guarantees": {"accuracy": 0.9}}, {"type": "guarantee", "field": "accuracy", "minimum": 0.9}, True),
        ({"guarantees": {"accuracy": 0.9}}, {"type": "guarantee", "field": "accuracy", "minimum": 0.91}, False),
        ({}, {"type": "guarantee", "field": "accuracy", "minimum": 0}, False),
        ({"guarantees": {"latency_p95_ms": 9}}, {"type": "guarantee", "field": "latency_p95_ms", "maximum": 9}, True),
        ({"guarantees": {"latency_p95_ms": 9}}, {"type": "guarantee", "field": "latency_p95_ms", "maximum": 8}, False),
        ({}, {"type": "guarantee", "field": "determinism", "value": True}, False),
        ({"alignment": {"score": 0.8}}, {"type": "guarantee", "field": "alignment", "minimum": 0.8}, True),
        ({"cost": {"per_call": 1}}, {"type": "cost", "maximum": 1}, True),
        ({"cost": {"per_call": 1.01}}, {"type": "cost", "maximum": 1}, False),
        ({}, {"type": "cost", "maximum": 1}, False),
        ({"privacy": {"residency": ["EU"]}}, {"type": "privacy", "residency": "EU"}, True),
        ({"privacy": {"residency": ["EU"]}}, {"type": "privacy", "residency": "EU", "data_class": "health"}, False),
        ({}, {"type": "allow", "services": ["only", "other"]}, True),
        ({}, {"type": "allow", "services": ["onl"]}, False),
        ({}, {"type": "deny", "services": ["only"]}, False),
        ({}, {"type": "deny", "services": ["onl", "only-2"]}, True),
        ({"trust": {"level": 2}}, {"type": "trust", "minimum": 2}, True),
        ({"trust": {"level": 2}}, {"type": "trust", "minimum": 3}, False),
        ({}, {"type": "trust", "minimum": 1}, True),
    ],
)
def test_policies_at_their_boundaries(service: dict[str, Any], policy: dict[str, Any], admitted: bool) -> None:
    assert admits(service, chat(), [policy]) is admitted


def test_the_trace_gives_every_candidate_its_reason() -> None:
    subject = orchestrator(
        contract("best", guarantees={"accuracy": 0.9}),
        contract("next", guarantees={"accuracy": 0.8}),
        contract("gpu", constraints={"requires_gpu": True}),
        contract("denied"),
        contract("secret", trust={"requires_user_level": 5}),
        contract("ill"),
        contract("stranger", capabilities=[{"type": "embed"}]),
    )
    subject.service("ill").health = "unhealthy"
    decision = subject.route_request(
        request=chat(constraints={"requires_gpu": False}), policies=[{"type": "deny", "services": ["denied"]}]
    )
    rows = {row["service_id"]: row for row in decision.trace["candidates"]}
    assert {name: (row["outcome"], row["stage"]) for name, row in rows.items()} == {
        "best": ("chosen", "decide"),
        "next": ("outranked", "rank"),
        "gpu": ("refused", "match"),
        "ill": ("refused", "health"),
        "denied": ("refused", "rules"),
        "secret": ("refused", "security"),
    }
    for name, word in {"gpu": "requires_gpu", "ill": "unhealthy", "denied": "deny", "secret": "trust_level"}.items():
        assert word in rows[name]["reason"]
    stages = {stage["name"]: (stage["considered"], stage["admitted"]) for stage in decision.trace["stages"]}
    assert stages == {"match": (6, 4), "rules": (4, 3), "security": (3, 2), "rank": (2, 2), "decide": (2, 1)}


def test_every_demand_has_its_proof() -> None:
    subject = orchestrator(
        contract("a", guarantees={"accuracy": 0.9}, cost={"per_call": 0.01}), policies=[{"type": "cost", "maximum": 1}]
    )
    decision = subject.route_request(
        request=chat(
            requirements={"guarantees": {"accuracy": 0.9}}, constraints={"max_cost": 0.5}, user={"trust_level": 2}
        ),
        policies=[{"type": "trust", "minimum": 1}],
    )
    assert [(proof["stage"], proof["rule"], proof["holds"]) for proof in decision.proofs] == [
        ("match", "request.capabilities", True),
        ("match", "request.constraints.max_cost", True),
        ("match", "request.requirements.guarantees.accuracy", True),
        ("rules", "server_policies[0].cost", True),
        ("rules", "policies[0].trust", True),
        ("security", "user.trust_level", True),
    ]
    assert decision.control_signal["budget"] == 0.5


def test_several_capabilities_need_one_service_that_offers_all() -> None:
    both = [{"type": "chat", "accuracy": {"min": 0.9}}, {"type": "embed", "accuracy": {"min": 0.7}}]
    subject = orchestrator(contract("both", capabilities=both), contract("chat", guarantees={"accuracy": 1.0}))
    request = Request(requirements={"capabilities": ["chat", "embed"]})
    decision = subject.route_request(request=request)
    assert decision.service_id == "both"
    assert decision.guarantees["accuracy"] == 0.7
    assert decision.trace["candidates"][1]["reason"].startswith("capabilities must include embed")


def test_the_accuracy_of_several_capabilities_is_unknown_if_one_is() -> None:
    half = [{"type": "chat", "accuracy": {"min": 0.9}}, {"type": "embed"}]
    subject = orchestrator(contract("half", capabilities=half))
    wanted = {"capabilities": ["chat", "embed"], "guarantees": {"accuracy": 0.1}}
    with pytest.raises(NoMatchingServices, match="accuracy"):
        subject.route_request(request=Request(requirements=wanted))


def test_an_open_circuit_keeps_requests_away_and_a_half_open_one_does_not() -> None:
    subject = orchestrator(contract("a"))
    entry = subject.service("a")
    entry.circuit = "open"
    with pytest.raises(NoMatchingServices, match="circuit is open"):
        subject.route_request(request=chat())
    entry.circuit = "half-open"
    assert subject.route_request(request=chat()).service_id == "a"


def test_excluded_services_are_refused_with_the_reason_given() -> None:
    subject = orchestrator(contract("a"), contract("b"))
    first = subject.route_request(request=chat()).service_id
    decision = subject.route_request(request=chat(), excluded={first: "did not answer"})
    assert decision.service_id != first
    row = decision.trace["candidates"][1]
    assert (row["service_id"], row["stage"], row["reason"]) == (first, "dispatch", "did not answer")


def test_nobody_offers_what_is_asked_for() -> None:
    with pytest.raises(NoMatchingServices, match="no matching services: no services are registered"):
        Orchestrator().route_request(request=chat())
    with pytest.raises(NoMatchingServices, match="none of the 2 registered services offers 'song'") as refused:
        orchestrator(contract("b"), contract("a")).route_request(request=Request(intent={"type": "song"}))
    assert [item.service_id for item in refused.value.candidates] == ["a", "b"]
    assert all("capabilities must include 'song'" in item.reason for item in refused.value.candidates)


def test_later_changes_of_request_and_answer_do_not_reach_a_decision() -> None:
    request = chat(context={"tags": ["x"]})
    decision = orchestrator(contract("a"), contract("b")).route_request(request=request)
    identity = decision.decision_id
    request.context["tags"].append("y")
    decision.trace["candidates"][0]["components"]["cost"] = 9.0
    decision.proofs.clear()
    decision.control_signal["timeout_ms"] = 1
    assert decision.trace["request"]["context"] == {"tags": ["x"]}
    assert decision.trace["candidates"][0]["components"]["cost"] == 0.0
    assert decision.proofs
    assert decision.control_signal["timeout_ms"] == 10_000
    assert decision.decision_id == identity


def test_the_stages_can_be_called_alone() -> None:
    subject = orchestrator(contract("a"), contract("b"), contract("gpu", constraints={"requires_gpu": True}))
    request = chat(constraints={"requires_gpu": False}, user={"trust_level": 1})
    matched = subject.match_contracts(request)
    ruled = subject.evaluate_rules(matched.admitted, [{"type": "deny", "services": ["b"]}])
    secured = subject.verify_security(ruled.admitted, request)
    decided = subject.decide(subject.rank(secured.admitted, seed=1).admitted)
    counts = [(stage.name, stage.considered, len(stage.admitted)) for stage in (matched, ruled, secured, decided)]
    assert counts == [("match", 3, 2), ("rules", 2, 1), ("security", 1, 1), ("decide", 1, 1)]
    assert [item.service_id for item in decided.admitted] == ["a"]
    assert all(stage.duration_us > 0 for stage in (matched, ruled, secured, decided))
