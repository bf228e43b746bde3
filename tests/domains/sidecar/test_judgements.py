"""Judgements about traces, graphs, webhooks, metrics, audit trails and personal data, at their edges and on nothing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
from typing import Any

import pytest
from requests.structures import CaseInsensitiveDict

from support.base.outcomes import NothingToJudge
from support.domains.sidecar import (
    api,
    audit_chain,
    chats,
    graphs,
    loads,
    metrics,
    personal,
    pii,
    signatures,
    tenants,
    traces,
    webhooks,
)
from support.domains.sidecar.server import Received
from support.domains.sidecar.traces import Trace
from support.http import Exchange

GRAPH: dict[str, Any] = {
    "network-type": "directed",
    "nodes": [
        {"node": "p0", "attrs": {"kind": "prompt", "text": "Salt"}},
        {"node": "p1", "attrs": {"kind": "prompt", "text": "water"}},
        {"node": "a0", "attrs": {"kind": "answer", "text": "Both."}},
    ],
    "edges": [{"edge": "e0"}],
    "incidences": [
        {"edge": "e0", "node": "p0", "weight": 0.3, "direction": "tail"},
        {"edge": "e0", "node": "p1", "weight": 0.7, "direction": "tail"},
        {"edge": "e0", "node": "a0", "direction": "head"},
    ],
}


def delivered(**changes: Any) -> dict[str, Any]:
    return {"meta": {"version": "hif-1", "trace_id": "t"}, "graph": {**json.loads(json.dumps(GRAPH)), **changes}}


def exchange(
    status: int | None = 200, body: bytes = b"", headers: dict[str, str] | None = None, **how: Any
) -> Exchange:
    told = CaseInsensitiveDict({"Content-Type": "application/json", **(headers or {})})
    return Exchange("GET", "http://it/v1", (), b"", status, told, body, **how)


def test_a_valid_graph() -> None:
    assert graphs.wrong_in(delivered(), "hif-1") == []
    assert graphs.unjoined(GRAPH) == []
    assert graphs.heaviest(GRAPH) == "water"


@pytest.mark.parametrize(
    "changes",
    [
        {"edges": []},
        {"nodes": GRAPH["nodes"][1:]},
        {"edges": [{"edge": "e0"}, {"edge": "e0"}]},
        {"meta": {}},
        {"network-type": "mixed"},
        {"incidences": [{"edge": "e0"}]},
        {"nodes": [{"node": 1.5}]},
    ],
)
def test_a_graph_that_is_none(changes: dict[str, Any]) -> None:
    assert graphs.wrong_in(delivered(**changes), "hif-1")


def test_another_version_is_told() -> None:
    assert graphs.wrong_in({**delivered(), "meta": {"version": "hif-2"}}, "hif-1")


def test_a_part_of_the_answer_that_nothing_explains_is_told() -> None:
    assert graphs.unjoined({**GRAPH, "incidences": GRAPH["incidences"][2:]}) == ["a0"]
    with pytest.raises(NothingToJudge):
        graphs.unjoined({**GRAPH, "nodes": []})


def test_graphs_of_two_traces_are_compared_but_for_their_names() -> None:
    one, other = delivered(metadata={"of": "trace-1"}), delivered(metadata={"of": "trace-2"})
    one["meta"]["trace_id"], other["meta"]["trace_id"] = "trace-1", "trace-2"
    assert graphs.lasting(one) == graphs.lasting(other)
    other["graph"]["incidences"][0]["weight"] = 0.4
    assert graphs.lasting(one) != graphs.lasting(other)


@pytest.mark.parametrize(
    ("seen", "wrong"),
    [
        (["queued", "running", "complete"], 0),
        (["queued", "complete"], 0),
        (["running", "queued"], 1),
        (["cancelled", "complete"], 1),
        (["complete", "failed", "complete"], 2),
        (["queued", "done"], 2),
    ],
)
def test_the_way_of_a_trace(seen: list[str], wrong: int) -> None:
    assert len(traces.backwards(seen)) == wrong


def test_no_status_is_no_way() -> None:
    with pytest.raises(NothingToJudge):
        traces.backwards([])


def test_ids_that_follow_from_each_other_are_told() -> None:
    made = [Trace(f"{number:032x}", "user", exchange()) for number in range(3)]
    assert traces.unlike_names(made)
    source = random.Random(5)
    assert traces.unlike_names([Trace(f"{source.getrandbits(128):032x}", "user", exchange()) for _ in range(20)]) == []
    assert traces.unlike_names([Trace("1", "user", exchange()), Trace("2", "user", exchange())])


SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()


def signature(body: bytes, name: str = "msg_1", at: int = 1000, key: bytes = b"k" * 32) -> str:
    return "v1," + base64.b64encode(hmac.digest(key, f"{name}.{at}.".encode() + body, hashlib.sha256)).decode()


def test_a_signature_that_is_right() -> None:
    assert signatures.wrong_in(SECRET, "msg_1", "1000", f"v1,AAAA {signature(b'{}')}", b"{}", 1010.0) == ""


@pytest.mark.parametrize(
    ("name", "at", "shown", "body"),
    [
        ("msg_1", "1000", signature(b"{}"), b"{ }"),
        ("msg_2", "1000", signature(b"{}"), b"{}"),
        ("msg_1", "1001", signature(b"{}"), b"{}"),
        ("msg_1", "1000", signature(b"{}", key=b"x" * 32), b"{}"),
        ("msg_1", "1000", "", b"{}"),
        ("", "1000", signature(b"{}"), b"{}"),
        ("msg_1", "10", signature(b"{}", at=10), b"{}"),
        ("msg_1", "1000", signature(b"{}").replace("v1", "v2"), b"{}"),
    ],
)
def test_a_signature_that_is_wrong(name: str, at: str, shown: str, body: bytes) -> None:
    assert signatures.wrong_in(SECRET, name, at, shown, body, 1010.0)


def call(at: float, name: str = "msg_1") -> Received:
    return Received("POST", "/x", {"webhook-id": name}, b"{}", at)


def test_pauses_between_calls() -> None:
    assert webhooks.not_growing(webhooks.pauses([call(0), call(1), call(3)])) == []
    assert len(webhooks.not_growing(webhooks.pauses([call(0), call(2), call(3)]))) == 1
    with pytest.raises(NothingToJudge):
        webhooks.not_growing(webhooks.pauses([call(0), call(2)]))
    assert webhooks.ids_of([call(0), call(1, "msg_2"), call(2)]) == ["msg_1", "msg_2"]


def trail(count: int = 5, key: bytes = b"key") -> tuple[list[str], dict[str, Any]]:
    lines, before = [], audit_chain.BEGINNING
    for number in range(1, count + 1):
        record = {"seq": number, "who": "Zoë", "outcome": "done", "prev": before}
        before = audit_chain.bound(record, key)
        lines.append(json.dumps({**record, "hash": before}))
    return lines, {"seq": count, "hash": before}


def test_a_whole_trail() -> None:
    assert audit_chain.wrong_in(*trail(), b"key") == []
    assert audit_chain.wrong_in(*trail(), b"another key")


@pytest.mark.parametrize("how", audit_chain.TAMPERINGS)
def test_every_tampering_is_found(how: str) -> None:
    lines, head = trail()
    assert audit_chain.wrong_in(audit_chain.TAMPERINGS[how](lines), head, b"key")


def test_personal_data_is_found_however_it_is_written() -> None:
    value = "4111 1111 1111 1111"
    for text in (value, "4111111111111111", '["4111", "1111", "1111", "1111"]', "4111-1111-1111-1111"):
        assert pii.found_in({"file": text}, [value]), text
    mail = "jane.1@example.org"
    for text in (f"to%20{mail.replace('@', '%40')}", base64.b64encode(f"xy{mail}z".encode()).decode(), mail.upper()):
        assert pii.found_in({"file": text}, [mail]), text
    assert pii.found_in({"file": "[email] wrote"}, [mail]) == []
    with pytest.raises(NothingToJudge):
        pii.found_in({"file": "x"}, [])


@pytest.mark.parametrize("kind", personal.PERSONAL)
def test_samples_are_new_each_time_and_stand_in_their_text(kind: str) -> None:
    one, other = (personal.PERSONAL[kind](random.Random(seed)) for seed in (1, 2))
    assert one.value != other.value
    assert one.value in one.text


def test_check_digits() -> None:
    assert personal.luhn("411111111111111") == "4111111111111111"
    assert personal.iban("DE", "370400440532013000") == "DE89370400440532013000"


def test_labels_and_series() -> None:
    before = {("chats", frozenset({("mode", "plain")})): 1.0}
    after = {**before, **{("chats", frozenset({("mode", f"made-up-{n}")})): 1.0 for n in range(3)}}
    assert metrics.grown(before, after, 2) == {"chats": 3}
    assert metrics.grown(before, after, 3) == {}
    assert len(metrics.made_up_labels(after)) == 3
    assert metrics.lacking(before, ["chats", "jobs"]) == ["jobs"]


def test_a_refusal_that_tells_something() -> None:
    trace = Trace("t", "user", exchange())
    refusal = exchange(404, b'{"type": "not-found", "status": 404, "detail": "there is no such trace"}')
    assert tenants.telling([refusal], trace) == []
    assert len(tenants.telling([exchange(200, b"{}")], trace)) == 1
    assert len(tenants.telling([exchange(403, b'{"tenant": "acme"}')], trace)) == 1
    assert len(tenants.telling([exchange(None)], trace)) == 1


def test_answers_that_differ_by_a_byte() -> None:
    assert chats.differences(exchange(body=b"abc"), exchange(body=b"abc")) == []
    assert chats.differences(exchange(body=b"abc"), exchange(body=b"abd")) == ["byte 2: b'd', not b'c'"]
    assert chats.differences(exchange(body=b"abc"), exchange(body=b"abc", headers={"Content-Type": "text/plain"}))


def test_a_stream_that_breaks_off() -> None:
    stream = {"Content-Type": "text/event-stream"}
    whole = exchange(body=b'data: {"choices": []}\n\ndata: [DONE]\n\n', headers=stream)
    assert api.shape_wrong(whole) == []
    assert chats.looks_whole(whole)
    assert chats.looks_whole(exchange(body=b"data: {}\n\n", headers=stream))
    assert chats.looks_whole(exchange(body=b"data: {}\n\n", headers=stream, error="it broke off")) == []


def test_percentiles_of_times() -> None:
    assert loads.percentile([float(n) for n in range(1, 101)], 95) == 95.0
    assert loads.percentile([3.0], 95) == 3.0
    with pytest.raises(NothingToJudge):
        loads.percentile([], 95)
