"""Whoever holds decision, contracts and public key can verify it, and a change to any part is found."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from caio import Orchestrator
from caio.canonical import canonical
from caio.contracts import ServiceContract
from caio.decision import signed
from caio.proofs import Signer, load_private_key, load_public_key, private_pem, public_pem, verify
from caio.replay import decision_id
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.systems.caio.core.builders import chat, contract, orchestrator

Decision = dict[str, Any]


@pytest.fixture(scope="module")
def subject() -> Orchestrator:
    return orchestrator(
        contract("best", guarantees={"accuracy": 0.9, "latency_p95_ms": 50}, cost={"per_call": 0.01}),
        contract("next", guarantees={"accuracy": 0.8}, cost={"per_call": 0.01}),
        contract("gpu", constraints={"requires_gpu": True}, cost={"per_call": 0.01}),
        policies=[{"type": "cost", "maximum": 1.0}],
    )


@pytest.fixture(scope="module")
def contracts(subject: Orchestrator) -> list[ServiceContract]:
    return [entry.contract for entry in subject.services()]


@pytest.fixture
def decision(subject: Orchestrator) -> Decision:
    made = subject.route_request(
        request=chat(context={"note": "x"}, constraints={"requires_gpu": False}),
        policies=[{"type": "trust", "minimum": 1}],
        history={"next": {"failures": 1}},
        seed=42,
    )
    answer: Decision = json.loads(json.dumps(made.to_dict()))
    return answer


def resigned(decision: Decision, key: Signer) -> Decision:
    """As a dishonest issuer would: changed, then given a fitting id and signature."""
    body = {name: part for name, part in decision.items() if name not in ("signature", "decision_id")}
    signed = {"decision_id": decision_id(body), **body}
    return {**signed, "signature": key.sign(canonical(signed))}


def changes(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every leaf with another value, every container with one thing less or more."""
    if isinstance(value, dict):
        yield path, {**value, "added": 1}
        for key, item in value.items():
            yield path, {name: other for name, other in value.items() if name != key}
            yield from changes(item, (*path, key))
    elif isinstance(value, list):
        yield path, [*value, "added"]
        for at, item in enumerate(value):
            yield path, value[:at] + value[at + 1 :]
            yield from changes(item, (*path, at))
    elif isinstance(value, bool):
        yield path, not value
    elif isinstance(value, (int, float)):
        yield path, value + 1
    else:
        yield path, f"{value or ''}x"


def put(decision: Decision, path: tuple[str | int, ...], value: Any) -> Any:
    if not path:
        return value
    changed = copy.deepcopy(decision)
    at: Any = changed
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return changed


def test_an_untouched_decision_verifies(
    decision: Decision, contracts: list[ServiceContract], subject: Orchestrator
) -> None:
    assert verify(decision, contracts, subject.public_key) == []
    assert verify(decision, [item.to_dict() for item in contracts], public_pem(subject.public_key)) == []
    chosen = [item for item in contracts if item.service_id == "best"]
    assert verify(decision, chosen, subject.public_key) == []


def test_a_change_to_any_part_is_found(
    decision: Decision, contracts: list[ServiceContract], subject: Orchestrator
) -> None:
    tried = 0
    for path, value in changes(decision):
        changed = put(decision, path, value)
        assert verify(changed, contracts, subject.public_key), f"a change of {path} to {value!r} was not found"
        tried += 1
    assert tried > 300


def test_the_order_of_keys_and_the_spelling_of_whole_numbers_do_not_matter(
    decision: Decision, contracts: list[ServiceContract], subject: Orchestrator
) -> None:
    respelled = json.loads(json.dumps(decision, sort_keys=True).replace("50.0", "50").replace("1.0,", "1,"))
    assert verify(respelled, contracts, subject.public_key) == []


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (("service_id",), "next", "the trace says"),
        (("route",), "external", "route is"),
        (("model",), "gpt", "model is"),
        (("version",), "2.0.0", "version is"),
        (("control_signal", "timeout_ms"), 99, "control_signal is"),
        (("control_signal", "retries"), 5, "control_signal is"),
        (("guarantees", "accuracy"), 0.99, "guarantees is"),
        (("proofs", 0, "expected"), "song", "the proof of request.capabilities"),
        (("proofs", 1, "actual"), True, "the proof of request.constraints.requires_gpu"),
        (("proofs",), [], "carries 0 proofs"),
        (("trace", "policies"), [{"type": "trust", "minimum": 2}], "does not hold"),
        (("trace", "request", "constraints", "requires_gpu"), True, "does not hold"),
        (("trace", "candidates", 0, "score"), 0.1, "the score of best"),
        (("trace", "candidates", 1, "score"), 0.9, "the score of next"),
        (("trace", "candidates", 2, "reason"), "did not like it", "the refusal of gpu"),
        (("trace", "candidates", 1, "outcome"), "refused", "the refusal of next"),
    ],
)
def test_even_the_issuer_cannot_sign_what_does_not_follow_from_the_contracts(
    decision: Decision, contracts: list[ServiceContract], path: tuple[str | int, ...], value: Any, says: str
) -> None:
    key = Signer()
    problems = verify(resigned(put(decision, path, value), key), contracts, key.public_key)
    assert any(says in problem for problem in problems), problems


def test_another_key_does_not_verify(decision: Decision, contracts: list[ServiceContract]) -> None:
    assert "names key" in verify(decision, contracts, Signer().public_key)[0]


def test_a_changed_contract_is_found(
    decision: Decision, contracts: list[ServiceContract], subject: Orchestrator
) -> None:
    for service_id in ("best", "next", "gpu"):
        others = [item for item in contracts if item.service_id != service_id]
        old = next(item for item in contracts if item.service_id == service_id)
        changed = contract(**{**old.to_dict(), "name": "renamed"})
        problems = verify(decision, [*others, changed], subject.public_key)
        assert any(f"contract of {service_id} is not the one" in problem for problem in problems)


def test_the_contract_of_the_chosen_service_must_be_given(
    decision: Decision, contracts: list[ServiceContract], subject: Orchestrator
) -> None:
    others = [item for item in contracts if item.service_id != "best"]
    assert verify(decision, others, subject.public_key) == [
        "the contract of best, which was chosen, is not among those given"
    ]


@pytest.mark.parametrize("garbage", [None, [], "x", 5, {}, {"signature": None}, {"trace": 1}])
def test_garbage_is_no_decision(garbage: Any, contracts: list[ServiceContract], subject: Orchestrator) -> None:
    assert verify(garbage, contracts, subject.public_key)


@pytest.mark.parametrize("key", ["", "not a key", b"\xff", "-----BEGIN PUBLIC KEY-----"])
def test_an_unusable_key_is_said(decision: Decision, key: str | bytes) -> None:
    assert verify(decision, [], key)[0].startswith("the public key cannot be read")


def test_the_same_key_signs_the_same_on_every_replica(contracts: list[ServiceContract]) -> None:
    key = Ed25519PrivateKey.generate()
    replicas = [orchestrator(*order, signing_key=key) for order in (contracts, contracts[::-1])]
    one, other = (replica.route_request(request=chat(), seed=1).to_dict() for replica in replicas)
    assert one["decision_id"] == other["decision_id"]
    assert one["signature"]["key_id"] == other["signature"]["key_id"]
    assert verify(one, contracts, replicas[1].public_key) == []


def test_the_id_depends_on_the_inputs_and_not_on_time(subject: Orchestrator) -> None:
    ids = [subject.route_request(request=chat(), seed=seed).decision_id for seed in (1, 1, 2)]
    assert ids[0] == ids[1] != ids[2]


def test_keys_survive_being_written() -> None:
    key = Ed25519PrivateKey.generate()
    read = load_private_key(private_pem(key))
    assert public_pem(read.public_key()) == public_pem(key.public_key())
    assert public_pem(load_public_key(public_pem(key.public_key()))) == public_pem(key.public_key())
    with pytest.raises(ValueError, match="PEM"):
        load_private_key(b"nonsense")


def together(subject: Orchestrator, key: Signer, count: int) -> list[Decision]:
    """Decisions that share one signature."""
    spelled = [subject.route_request(chat(context={"number": number})).spell()[1] for number in range(count)]
    return [json.loads(signed(*each)) for each in zip(spelled, key.sign_all(spelled), strict=True)]


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8])
def test_decisions_that_share_a_signature_are_verified_each_by_itself(
    subject: Orchestrator, contracts: list[ServiceContract], count: int
) -> None:
    key = Signer()
    made = together(subject, key, count)
    assert len({each["signature"]["value"] for each in made}) == 1
    for each in made:
        assert verify(each, contracts, key.public_key) == []
        assert "names key" in verify(each, contracts, subject.public_key)[0]


def test_a_change_to_any_part_under_a_shared_signature_is_found(
    subject: Orchestrator, contracts: list[ServiceContract]
) -> None:
    key = Signer()
    one, other = together(subject, key, 5)[1:3]
    tried = 0
    for path, value in changes(one):
        changed = put(one, path, value)
        assert verify(changed, contracts, key.public_key), f"a change of {path} to {value!r} was not found"
        tried += 1
    assert tried > 200
    for name in ("leaf_index", "path"):
        assert verify(
            {**one, "signature": {**one["signature"], name: other["signature"][name]}}, contracts, key.public_key
        )
    assert verify({**one, "signature": other["signature"]}, contracts, key.public_key)
    assert verify({**one, "signature": {**one["signature"], "algorithm": "Ed25519"}}, contracts, key.public_key)
    alone = {name: one["signature"][name] for name in ("key_id", "value")}
    assert verify({**one, "signature": {**alone, "algorithm": "Ed25519"}}, contracts, key.public_key)


@pytest.mark.parametrize(
    "wrong",
    [
        {"leaf_index": -1},
        {"leaf_index": 5},
        {"leaf_index": 1.0},
        {"leaf_index": True},
        {"leaf_index": None},
        {"tree_size": 0},
        {"tree_size": 2},
        {"tree_size": "5"},
        {"path": ""},
        {"path": "AAAA"},
        {"path": 7},
        {"path": "é"},
        {"value": "AAAA"},
    ],
)
def test_a_place_that_cannot_be_is_no_place(
    subject: Orchestrator, contracts: list[ServiceContract], wrong: dict[str, Any]
) -> None:
    key = Signer()
    one = together(subject, key, 5)[1]
    assert verify({**one, "signature": {**one["signature"], **wrong}}, contracts, key.public_key)


def test_canonical_json_has_one_spelling() -> None:
    assert canonical({"b": 1.0, "a": [True, None, 0.5, "é"]}) == '{"a":[true,null,0.5,"é"],"b":1}'.encode()
    assert canonical({"b": 1}) != canonical({"b": True})
