"""What is spelled once for many decisions is, for each of them, what it would be if it were spelled alone."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from caio import Orchestrator, Request
from caio.canonical import canonical, settled
from caio.errors import InvalidRequest, NoMatchingServices
from caio.proofs import verify
from caio.replay import decision_id
from hypothesis import example, given
from hypothesis import strategies as st

from tests.systems.caio.core.builders import chat, contract, orchestrator

REQUESTS: list[dict[str, Any]] = [
    {},
    {"context": {"note": 'ends "here", %s %d %% \\', "é": "ü – 漢"}},
    {"context": {"figures": [1.0, 2.5, 1e22, -0.0, 5e-7, True, None]}},
    {"intent": {"type": "chat", "priority": "high", "message": "x" * 5000}},
    {"constraints": {"requires_gpu": False, "max_cost": 1.0}},
    {"requirements": {"guarantees": {"accuracy": {"minimum": 0.5}}}, "user": {"trust_level": 2}},
]
POLICIES: list[list[dict[str, Any]]] = [
    [],
    [{"type": "deny", "services": ["100%", "%a", "a"]}],
    [{"type": "cost", "maximum": 5.0}, {"type": "trust", "minimum": 1}],
]


@pytest.fixture(scope="module")
def subject() -> Orchestrator:
    return orchestrator(
        contract("a", name='100 % "sure" %a', guarantees={"accuracy": 0.9, "latency_p95_ms": 50}, cost={"per_call": 1}),
        contract("b", guarantees={"accuracy": 0.9, "latency_p95_ms": 50}, cost={"per_call": 1}),
        contract("c", guarantees={"accuracy": 0.7}, cost={"per_call": 0.5}),
        contract("gpu", constraints={"requires_gpu": True}, guarantees={"accuracy": 0.8}, cost={"per_call": 1}),
        contract("far", trust={"requires_user_level": 5}, cost={"per_call": 1}),
        policies=[{"type": "cost", "maximum": 10.0}],
    )


@pytest.mark.parametrize("parts", REQUESTS, ids=range(len(REQUESTS)))
@pytest.mark.parametrize("policies", POLICIES, ids=range(len(POLICIES)))
def test_each_decision_is_canonical_json_with_its_own_id(
    subject: Orchestrator, parts: dict[str, Any], policies: list[dict[str, Any]]
) -> None:
    contracts = [entry.contract for entry in subject.services()]
    for seed, history in [(0, {}), (2**63 - 1, {"b": {"failures": 3}}), (-7, {"a": {"successes": 1, "failures": 1}})]:
        # Twice, as the second time the template is known.
        for _ in range(2):
            made = subject.route_request(chat(**parts), policies, history, seed)
            named, spelled = made.spell()
            content = json.loads(spelled)
            assert canonical(content) == spelled
            assert content["decision_id"] == named == decision_id(content)
            assert content["trace"] == json.loads(canonical(made.trace))
            assert content["proofs"] == json.loads(canonical(made.proofs))
            assert content["trace"]["request"]["context"] == json.loads(canonical(parts.get("context", {})))
            assert verify(json.loads(json.dumps(made.to_dict())), contracts, subject.public_key) == []


def test_a_template_is_not_kept_for_other_findings(subject: Orchestrator) -> None:
    """Requests that differ in nothing but what they demand, one after the other, and again."""
    asked: list[tuple[dict[str, Any], list[dict[str, Any]], dict[str, Any]]] = [
        ({}, [], {}),
        ({"user": {"trust_level": 5}}, [], {}),
        ({"constraints": {"requires_gpu": False}}, [], {}),
        ({}, [{"type": "deny", "services": ["a"]}], {}),
        ({}, [], {"a": {"failures": 1}}),
        ({}, [], {"a": {"failures": 2}}),
        ({"intent": {"type": "chat", "priority": "low"}}, [], {}),
    ]
    first = [subject.route_request(chat(**parts), *rest).decision_id for parts, *rest in asked]
    again = [subject.route_request(chat(**parts), *rest).decision_id for parts, *rest in asked]
    assert first == again
    assert len(set(first)) == len(asked)


def test_what_is_registered_health_and_exclusion_show_at_once() -> None:
    subject = orchestrator(contract("a"), contract("b"))
    ids = [subject.route_request(chat()).decision_id]
    subject.service("a").health = "unhealthy"
    ids.append(subject.route_request(chat()).decision_id)
    subject.service("a").health = "healthy"
    ids.append(subject.route_request(chat(), excluded={"a": "dispatch: it was tried"}).decision_id)
    subject.register_service(contract("b", version="2.0.0"), replace=True)
    ids.append(subject.route_request(chat()).decision_id)
    assert len(set(ids)) == 4
    stages = subject.route_request(chat(), excluded={"a": "dispatch: it was tried"}).trace["stages"]
    assert [(stage["name"], stage["considered"], stage["admitted"]) for stage in stages] == [
        ("match", 2, 1),
        ("rules", 1, 1),
        ("security", 1, 1),
        ("rank", 1, 1),
        ("decide", 1, 1),
    ]


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ({"user": {"trust_level": 1}}, {"user": {"trust_level": True}}),
        ({"user": {"trust_level": 1}}, {"user": {"trust_level": 1.0}}),
        ({"constraints": {"requires_gpu": False}}, {"constraints": {"requires_gpu": 0}}),
        ({"intent": {"type": "chat"}}, {"intent": {"type": None}}),
        ({"requirements": {"capabilities": ["chat"]}}, {"requirements": {"capabilities": "chat"}}),
        ({"constraints": {"max_cost": 1}}, {"constraints": {"max_cost": True}}),
    ],
)
def test_what_equals_a_good_demand_without_being_one_is_refused(
    subject: Orchestrator, good: dict[str, Any], bad: dict[str, Any]
) -> None:
    subject.route_request(chat(**good))
    with pytest.raises(InvalidRequest):
        subject.route_request(chat(**bad))
    subject.route_request(chat(**good))


def test_a_request_may_be_changed_after_it_was_routed(subject: Orchestrator) -> None:
    request = chat(constraints={"requires_gpu": False}, context={"note": "before"})
    made = subject.route_request(request)
    before = made.decision_id
    request.constraints["requires_gpu"] = True
    request.context["note"] = "after"
    assert made.spell()[0] == before
    assert made.trace["request"]["context"] == {"note": "before"}
    with pytest.raises(NoMatchingServices):
        subject.route_request(
            Request(
                intent={"type": "chat"},
                constraints={"requires_gpu": True},
                requirements={"guarantees": {"accuracy": 1}},
            )
        )


FIGURES = st.integers(-(10**18), 10**18).map(float) | st.sampled_from([0.0, -0.0, 1.0, -7.0, 2.5, 1e22])
TEXTS = st.text(st.sampled_from('":,[{\\.0 19a-'), max_size=8)
VALUES = st.recursive(
    FIGURES | TEXTS | st.none() | st.booleans() | st.integers(-9, 9),
    lambda parts: st.lists(parts, max_size=4) | st.dictionaries(TEXTS, parts, max_size=4),
    max_leaves=12,
)


@given(VALUES)
@example({"max_cost": 1.0, "text": ':1.0,":2.0,', "a\\": 3.0, "": 4.0, "list": [5.0], "large": 9007199254740992.0})
def test_json_is_settled_as_if_it_were_read_and_spelled_anew(value: Any) -> None:
    as_orjson_has_it = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    assert settled(as_orjson_has_it) == canonical(value)
