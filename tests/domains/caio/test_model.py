"""The model of CAIO's promises says what was worked out by hand from criteria and features."""

import pytest

from support.base.documents import put
from support.domains.caio import model
from support.domains.caio.model import Asked


def contract(name="chat-a", offers=("chat",), **fields):
    document = {
        "service_id": name,
        "version": "1.0.0",
        "capabilities": [{"type": offer} for offer in offers],
        "api": {"protocol": "http"},
    }
    for path, value in fields.items():
        put(document, path.replace("__", "."), value)
    return document


def asked(*abilities, policies=(), history=None, unclear=(), **fields):
    body = {"intent": {"type": "chat"}, "requirements": {}}
    if abilities:
        body["requirements"]["capabilities"] = list(abilities)
    for path, value in fields.items():
        put(body, path.replace("__", "."), value)
    return Asked(body, list(policies), history or {}, frozenset(unclear))


def refused(document, request):
    return sorted(model.refusals(document, request))


# CAIO-ROUTE-01


def test_a_service_must_offer_every_ability_by_its_exact_name():
    assert refused(contract(), asked("chat")) == []
    assert refused(contract(offers=["chat"]), asked("chat", "summarise")) == [model.NOT_OFFERED]
    assert refused(contract(offers=["Chat", "chat-streaming"]), asked("chat")) == [model.NOT_OFFERED]


def test_what_is_required_counts_before_what_the_request_is_about():
    assert asked().abilities == ["chat"]
    assert asked("summarise").abilities == ["summarise"]


@pytest.mark.parametrize(
    ("fields", "way"),
    [
        ({}, "internal"),
        ({"constraints__requires_internet": True}, "external"),
        ({"constraints__requires_internet": True, "api__locality": "hybrid"}, "hybrid"),
    ],
)
def test_the_way_of_the_data(fields, way):
    assert model.route(contract(**fields)) == way


# CAIO-ROUTE-02


@pytest.mark.parametrize(
    ("policy", "kept", "broken", "reason"),
    [
        ({"type": "guarantee", "field": "accuracy", "minimum": 0.95}, 0.95, 0.9499, "its accuracy is too low"),
        (
            {"type": "guarantee", "field": "accuracy", "minimum": 0.5, "maximum": 0.9},
            0.5,
            0.4,
            "its accuracy is too low",
        ),
        (
            {"type": "guarantee", "field": "accuracy", "minimum": 0.5, "maximum": 0.9},
            0.9,
            0.91,
            "its accuracy is too low",
        ),
        ({"type": "guarantee", "field": "latency_p95_ms", "maximum": 200}, 200.0, 201, "it is too slow"),
    ],
)
def test_a_limit_itself_is_kept(policy, kept, broken, reason):
    path = f"guarantees__{policy['field']}"

    assert refused(contract(**{path: kept}), asked(policies=[policy])) == []
    assert refused(contract(**{path: broken}), asked(policies=[policy])) == [reason]
    assert refused(contract(), asked(policies=[policy])) == [reason], "a contract that is silent does not keep it"


def test_every_policy_counts():
    policies = [
        {"type": "constraint", "field": "requires_internet", "value": False},
        {"type": "cost", "maximum": 0.1},
        {"type": "trust", "minimum": 3},
        {"type": "allow", "services": ["chat-b"]},
        {"type": "deny", "services": ["chat-a"]},
        {"type": "privacy", "data_class": "personal", "retention_days": 7},
    ]
    document = contract(constraints__requires_internet=True, cost__per_call=0.2, trust__level=2)

    assert refused(document, asked(policies=policies)) == [
        "it costs too much",
        "it is not on the allow list",
        "it is not trusted enough",
        "it is on the deny list",
        "it keeps data for too long",
        "it may not see such data",
        "it needs the internet",
    ]


def test_a_name_that_only_begins_alike_is_another():
    policy = {"type": "allow", "services": ["chat-a"]}

    assert refused(contract("chat-a-2"), asked(policies=[policy])) == ["it is not on the allow list"]


# CAIO-ROUTE-03 to 05


def test_what_a_request_rules_out():
    needy = contract(constraints__requires_internet=True, constraints__requires_gpu=True)

    assert refused(needy, asked()) == []
    assert refused(needy, asked(constraints__requires_internet=False)) == ["it needs the internet"]
    assert refused(needy, asked(constraints__requires_gpu=False)) == ["it needs a graphics processor"]
    assert refused(contract(), asked(constraints__max_cost=1)) == ["it costs too much"], "silence is not free"


def test_guarantees_may_be_asked_for_plainly_or_in_words():
    weak = contract(guarantees__accuracy=0.89, guarantees__determinism=False)

    assert refused(weak, asked(requirements__guarantees__accuracy=0.9)) == ["its accuracy is too low"]
    assert refused(weak, asked(requirements__guarantees__accuracy={"minimum": 0.9})) == ["its accuracy is too low"]
    assert refused(weak, asked(requirements__guarantees__determinism=True)) == ["it is not deterministic"]
    assert refused(weak, asked(requirements__guarantees__determinism=False)) == []


def test_accuracy_is_the_least_that_holds_for_all_abilities():
    document = contract(offers=["chat", "summarise"])
    document["capabilities"][0]["accuracy"] = {"min": 0.9}

    assert model.accuracy(document, ["chat"]) == 0.9
    assert model.accuracy(document, ["chat", "summarise"]) is None
    document["capabilities"][1]["accuracy"] = {"min": 0.5}
    assert model.accuracy(document, ["chat", "summarise"]) == 0.5
    document["guarantees"] = {"accuracy": 0.7}
    assert model.accuracy(document, ["chat"]) == 0.7, "what the whole contract guarantees"


def test_a_caller_of_unknown_trust_has_none():
    vault = contract(trust__requires_user_level=1)

    assert refused(vault, asked()) == ["the caller is not trusted enough"]
    assert refused(vault, asked(user__trust_level=1)) == []


# CAIO-ROUTE-08 and 09

PLAIN = {
    "guarantees__accuracy": 0.9,
    "guarantees__latency_p95_ms": 200,
    "cost__per_call": 0.01,
    "alignment__score": 0.8,
}


@pytest.mark.parametrize(
    "worse",
    [
        {"guarantees__accuracy": 0.89},
        {"guarantees__latency_p95_ms": 201},
        {"cost__per_call": 0.011},
        {"alignment__score": 0.79},
    ],
)
def test_all_else_being_equal_the_better_one_wins(worse):
    best, other = contract("best", **PLAIN), contract("worse", **{**PLAIN, **worse})

    assert model.beats(best, other, asked())
    assert not model.beats(other, best, asked())
    assert model.winners([other, best], asked()) == [best]


def test_silence_about_a_quality_is_the_worst():
    silent = contract("silent", **{name: value for name, value in PLAIN.items() if name != "cost__per_call"})

    assert (
        model.winners([silent, contract("priced", **{**PLAIN, "cost__per_call": 0.5})], asked())[0]["service_id"]
        == "priced"
    )


def test_who_is_ahead_in_one_thing_and_behind_in_another_may_win_or_lose():
    cheap = contract("cheap", **{**PLAIN, "cost__per_call": 0.001, "guarantees__accuracy": 0.5})
    good = contract("good", **PLAIN)

    assert model.winners([cheap, good], asked()) == [cheap, good]


def test_equals_are_left_to_the_seed():
    twins = [contract("a", **PLAIN), contract("b", **PLAIN)]

    assert model.equals(*twins, asked())
    assert model.winners(twins, asked()) == twins


def record(successes, failures):
    return {"successes": successes, "failures": failures}


@pytest.mark.parametrize(
    ("one", "other", "beats"),
    [
        (record(9, 1), record(8, 2), True),
        (record(0, 0), record(0, 1), True),
        (record(10, 0), record(0, 0), False),  # recent successes take nothing away, and give nothing
        (record(1, 1), record(9, 2), False),  # fewer failures, and fewer calls: not promised
    ],
)
def test_of_equals_the_one_that_failed_more_ranks_lower(one, other, beats):
    request = asked(history={"a": one, "b": other})

    assert model.beats(contract("a", **PLAIN), contract("b", **PLAIN), request) is beats
    assert not model.beats(contract("b", **PLAIN), contract("a", **PLAIN), request)


def test_nothing_is_said_of_a_service_of_which_it_is_unclear_what_is_remembered():
    request = asked(history={"b": record(0, 3)}, unclear=["b"])

    assert not model.beats(contract("a", **PLAIN), contract("b", **PLAIN), request)


def test_a_better_service_that_breaks_a_rule_does_not_win():
    cloud = contract("cloud", **{**PLAIN, "guarantees__accuracy": 0.99, "constraints__requires_internet": True})
    local = contract("local", **PLAIN)

    assert model.winners([cloud, local], asked(constraints__requires_internet=False)) == [local]
