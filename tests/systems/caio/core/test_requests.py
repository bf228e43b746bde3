"""Requests and policies that do not fit are refused with the field named; nothing is skipped."""

from __future__ import annotations

from typing import Any

import pytest
from caio import Request
from caio.errors import InvalidPolicy, InvalidRequest

from tests.systems.caio.core.builders import chat, contract, orchestrator


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"intent": {}}, "intent.type"),
        ({"intent": {"type": 5}}, "intent.type"),
        ({"intent": {"type": " "}}, "intent.type"),
        ({"intent": "chat"}, "intent"),
        ({"intent": None}, "intent"),
        ({"intent": {"type": "chat", "priority": "urgent"}}, "intent.priority"),
        ({"context": []}, "context"),
        ({"context": {"x": object()}}, "request"),
        ({"requirements": {"capabilities": []}}, "requirements.capabilities"),
        ({"requirements": {"capabilities": "chat"}}, "requirements.capabilities"),
        ({"requirements": {"capabilities": ["chat", 1]}}, "requirements.capabilities[1]"),
        ({"requirements": {"capabilities": [str(n) for n in range(17)]}}, "requirements.capabilities"),
        ({"requirements": {"speed": 1}}, "requirements.speed"),
        ({"requirements": {"guarantees": {"accuracy": "high"}}}, "requirements.guarantees.accuracy"),
        ({"requirements": {"guarantees": {"accuracy": 1.01}}}, "requirements.guarantees.accuracy"),
        ({"requirements": {"guarantees": {"accuracy": float("nan")}}}, "requirements.guarantees.accuracy"),
        ({"requirements": {"guarantees": {"accuracy": True}}}, "requirements.guarantees.accuracy"),
        ({"requirements": {"guarantees": {"accuracy": {"min": 0.9}}}}, "requirements.guarantees.accuracy.min"),
        ({"requirements": {"guarantees": {"accuracy": {}}}}, "requirements.guarantees.accuracy.minimum"),
        ({"requirements": {"guarantees": {"latency_p95_ms": -1}}}, "requirements.guarantees.latency_p95_ms"),
        ({"requirements": {"guarantees": {"determinism": "yes"}}}, "requirements.guarantees.determinism"),
        ({"requirements": {"guarantees": {"charm": 1}}}, "requirements.guarantees.charm"),
        ({"requirements": {"privacy": {"data_class": 1}}}, "requirements.privacy.data_class"),
        ({"requirements": {"privacy": {"retention_days": 1.5}}}, "requirements.privacy.retention_days"),
        ({"requirements": {"privacy": {"country": "DE"}}}, "requirements.privacy.country"),
        ({"constraints": {"requires_gpu": "no"}}, "constraints.requires_gpu"),
        ({"constraints": {"requires_gpu": 0}}, "constraints.requires_gpu"),
        ({"constraints": {"requires_tpu": False}}, "constraints.requires_tpu"),
        ({"constraints": {"max_cost": "1"}}, "constraints.max_cost"),
        ({"constraints": {"max_cost": -0.01}}, "constraints.max_cost"),
        ({"constraints": {"max_cost": float("inf")}}, "constraints.max_cost"),
        ({"user": {"trust_level": 6}}, "user.trust_level"),
        ({"user": {"trust_level": -1}}, "user.trust_level"),
        ({"user": {"trust_level": True}}, "user.trust_level"),
        ({"user": {"trust_level": "5"}}, "user.trust_level"),
        ({"user": {"trust_level": None}}, "user.trust_level"),
    ],
)
def test_a_malformed_request_is_refused_with_its_field(parts: dict[str, Any], field: str) -> None:
    subject = orchestrator(contract())
    with pytest.raises(InvalidRequest) as refused:
        subject.route_request(request=chat(**parts))
    assert [error.field for error in refused.value.errors] == [field]
    assert subject.decisions() == []


@pytest.mark.parametrize("data", [None, [], "chat", 5])
def test_a_request_that_is_no_mapping_is_refused(data: Any) -> None:
    with pytest.raises(InvalidRequest, match="request: expected a mapping"):
        Request.from_dict(data)


def test_an_unknown_part_of_a_request_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="mood: is unknown"):
        Request.from_dict({"intent": {"type": "chat"}, "mood": "good"})


@pytest.mark.parametrize("seed", [None, "42", 1.5, True, 2**63, -(2**63) - 1])
def test_a_seed_is_a_whole_number_that_json_carries(seed: Any) -> None:
    with pytest.raises(InvalidRequest, match="seed: expected"):
        orchestrator(contract()).route_request(request=chat(), seed=seed)


@pytest.mark.parametrize(
    ("history", "field"),
    [
        ([], "history"),
        ({"local-chat": 3}, "history.local-chat"),
        ({"local-chat": {"failures": -1}}, "history.local-chat.failures"),
        ({"local-chat": {"failures": True}}, "history.local-chat.failures"),
        ({"local-chat": {"failed": 1}}, "history.local-chat.failed"),
    ],
)
def test_a_malformed_history_is_refused(history: Any, field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        orchestrator(contract()).route_request(request=chat(), history=history)
    assert [error.field for error in refused.value.errors] == [field]


@pytest.mark.parametrize(
    ("policies", "field"),
    [
        ("deny all", "policies"),
        (None, "policies"),
        ({"type": "deny"}, "policies"),
        (["deny"], "policies[0]"),
        ([{}], "policies[0].type"),
        ([{"type": "astrology"}], "policies[0].type"),
        ([{"type": "Deny", "services": ["a"]}], "policies[0].type"),
        ([{"type": ["deny"]}], "policies[0].type"),
        ([{"type": "deny"}], "policies[0].services"),
        ([{"type": "deny", "services": []}], "policies[0].services"),
        ([{"type": "deny", "services": "a"}], "policies[0].services"),
        ([{"type": "deny", "services": ["a"], "why": "x"}], "policies[0].why"),
        ([{"type": "allow", "services": [1]}], "policies[0].services[0]"),
        ([{"type": "constraint", "field": "requires_gpu"}], "policies[0].value"),
        ([{"type": "constraint", "field": "requires_gpu", "value": "no"}], "policies[0].value"),
        ([{"type": "constraint", "field": "colour", "value": True}], "policies[0].field"),
        ([{"type": "constraint", "field": "locality", "value": "moon"}], "policies[0].value"),
        ([{"type": "guarantee", "field": "accuracy"}], "policies[0].minimum"),
        ([{"type": "guarantee", "field": "accuracy", "minimum": 1.5}], "policies[0].minimum"),
        ([{"type": "guarantee", "field": "charm", "minimum": 1}], "policies[0].field"),
        ([{"type": "guarantee", "field": ["accuracy"], "minimum": 1}], "policies[0].field"),
        ([{"type": "guarantee", "field": "determinism", "minimum": 1}], "policies[0].minimum"),
        ([{"type": "cost", "maximum": "cheap"}], "policies[0].maximum"),
        ([{"type": "privacy"}], "policies[0].data_class"),
        ([{"type": "privacy", "retention_days": -1}], "policies[0].retention_days"),
        ([{"type": "trust", "minimum": 9}], "policies[0].minimum"),
        ([{"type": "trust", "minimum": 1}, {"type": "trust"}], "policies[1].minimum"),
        ([{"type": "trust", "minimum": 1}] * 101, "policies"),
    ],
)
def test_a_malformed_policy_is_refused_with_its_field(policies: Any, field: str) -> None:
    subject = orchestrator(contract())
    with pytest.raises(InvalidPolicy) as refused:
        subject.route_request(request=chat(), policies=policies)
    assert [error.field for error in refused.value.errors] == [field]
    assert subject.decisions() == []


def test_a_policy_for_all_requests_is_refused_at_once_and_the_old_ones_stay() -> None:
    subject = orchestrator(contract(), policies=[{"type": "deny", "services": ["local-chat"]}])
    with pytest.raises(InvalidPolicy, match=r"server_policies\[0\]\.type"):
        subject.set_policies([{"type": "nonsense"}])
    with pytest.raises(ValueError, match=r"server_policies\[0\]\.deny"):
        subject.route_request(request=chat())


def test_a_refusal_becomes_a_problem_document() -> None:
    with pytest.raises(InvalidRequest) as refused:
        orchestrator().route_request(request=chat(user={"trust_level": 9}))
    document = refused.value.document()
    assert (document["type"], document["status"]) == ("urn:caio:problem:invalid-request", 422)
    assert document["errors"] == [
        {"field": "user.trust_level", "message": "expected a whole number from 0 to 5, got 9", "line": None}
    ]
