"""The gateway: chats pass unchanged, traces are made beside them, and each tenant sees its own."""

from __future__ import annotations

import json
from pathlib import Path

import orjson
import pytest
from sidecar.hif import check

from tests.systems.sidecar.conftest import ANSWER, CHAT, Make, Model, Sidecar


def test_a_chat_without_an_explanation_is_the_model_s_own(sidecar: Sidecar, model: Model) -> None:
    answer = sidecar.call("POST", "/v1/chat/completions", json=CHAT)
    assert (answer.status_code, answer.content) == (200, ANSWER)
    assert not [name for name in answer.headers if name.startswith(("x-trace", "x-explain"))]
    headers, body = model.asked[0]
    assert json.loads(body) == CHAT
    assert "authorization" not in headers


def test_a_chat_is_explained_beside(sidecar: Sidecar, tmp_path: Path) -> None:
    answer = sidecar.explained()
    trace = answer.headers["x-trace-id"]
    assert (answer.content, answer.headers["x-explain-status"]) == (ANSWER, "accepted")
    assert sidecar.call("GET", f"/v1/traces/{trace}").json()["status"] == "queued"
    sidecar.recorded(trace)
    assert sidecar.call("GET", f"/v1/traces/{trace}/graph").json()["trace_status"] == "queued"
    sidecar.explain(trace)
    shown = sidecar.call("GET", f"/v1/traces/{trace}").json()
    assert (shown["status"], shown["snippet"]["prompt"]) == ("complete", "Who is [email]? I like dogs.")
    made = sidecar.call("GET", shown["graph"]).json()
    check.check(made)
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"ada@example.com" not in stored
    assert b"Bearer" not in stored


@pytest.mark.parametrize("status", [500, 401, 302])
def test_a_model_that_fails_leaves_no_trace(sidecar: Sidecar, model: Model, status: int) -> None:
    model.answer = (status, {"Location": "http://127.0.0.1:1/"}, b"secret words of the model")
    answer = sidecar.explained()
    assert (answer.status_code, answer.json()["type"]) == (502, "urn:sidecar:problem:upstream-failed")
    assert "x-trace-id" not in answer.headers
    assert "secret words" not in answer.text
    assert sidecar.store.pending("trace") == []


def test_what_the_model_refuses_is_passed_on(sidecar: Sidecar, model: Model) -> None:
    model.answer = (429, {"Retry-After": "7", "Content-Type": "application/json"}, b'{"error": {}}')
    answer = sidecar.explained()
    assert (answer.status_code, answer.content, answer.headers["retry-after"]) == (429, b'{"error": {}}', "7")
    assert "x-trace-id" not in answer.headers


def test_a_stream_that_ends_early_is_a_failed_trace(sidecar: Sidecar, model: Model) -> None:
    piece = b'data: {"choices": [{"delta": {"content": "Hi"}}]}\n\n'
    model.answer = (200, {"Content-Type": "text/event-stream"}, piece)
    answer = sidecar.explained(stream=True)
    assert answer.content == piece
    item = sidecar.recorded(answer.headers["x-trace-id"])
    assert (item["status"], item["reason"]) == ("failed", "the model ended its answer early")


def test_without_a_model_nobody_is_kept_waiting(make: Make) -> None:
    answer = make(llm_proxy_url=None).explained()
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:sidecar:problem:upstream-not-configured")


def test_explanations_are_shed_when_the_queue_is_full(make: Make) -> None:
    sidecar = make(sidecar_queue_limit=2)
    answers = [sidecar.explained() for _ in range(12)]
    assert all(answer.content == ANSWER for answer in answers)
    shed = [answer for answer in answers if answer.headers["x-explain-status"] == "shed"]
    assert len(shed) >= 10
    assert all("x-trace-id" not in answer.headers for answer in shed)
    counted = [
        float(line.rpartition(" ")[2])
        for line in sidecar.client.get("/metrics").text.splitlines()
        if line.startswith("explain_shed_total")
    ]
    assert sum(counted) == len(shed)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer"}, 401),
        ({"Authorization": "Basic d3JpdGVy"}, 401),
        ({"Authorization": "Bearer unknown"}, 403),
        ({"Authorization": "Bearer Writer"}, 403),
        ({"Authorization": "Bearer almost"}, 403),
        ({"Authorization": "Bearer writer"}, 200),
        ({"Authorization": "bearer writer"}, 200),
    ],
)
def test_who_is_let_in(sidecar: Sidecar, headers: dict[str, str], status: int) -> None:
    assert sidecar.client.get("/v1/webhooks", headers=headers).status_code == status


def test_a_reader_may_not_create(sidecar: Sidecar) -> None:
    assert sidecar.call("POST", "/v1/chat/completions", "reader", json=CHAT).status_code == 403
    assert sidecar.call("POST", "/v1/webhooks", "reader", json={"url": "http://127.0.0.1/"}).status_code == 403
    assert sidecar.call("POST", f"/v1/traces/{'0' * 32}/cancel", "reader").status_code == 403


def test_a_trace_is_not_there_for_others(sidecar: Sidecar) -> None:
    trace = sidecar.explained().headers["x-trace-id"]
    ways = [trace, trace.upper(), f"%20{trace}", f"{trace}%00", f"tenantA%23{trace}", f"x%23tenantA%23{trace}"]
    for way in ways:
        for path in (f"/v1/traces/{way}", f"/v1/traces/{way}/graph"):
            answer = sidecar.call("GET", path, "other")
            assert (answer.status_code, trace not in answer.json()["detail"]) == (404, True)
        assert sidecar.call("POST", f"/v1/traces/{way}/cancel", "other").status_code == 404
    assert sidecar.call("GET", f"/v1/traces/{trace}").json()["status"] == "queued"


def test_a_cancelled_trace_stays_cancelled(sidecar: Sidecar) -> None:
    trace = sidecar.explained().headers["x-trace-id"]
    assert sidecar.call("POST", f"/v1/traces/{trace}/cancel").json()["status"] == "cancelled"
    sidecar.recorded(trace)
    sidecar.explain(trace)
    assert sidecar.call("GET", f"/v1/traces/{trace}").json()["status"] == "cancelled"
    assert sidecar.call("GET", f"/v1/traces/{trace}/graph").status_code == 409
    assert sidecar.call("POST", f"/v1/traces/{trace}/cancel").status_code == 200


@pytest.mark.parametrize("body", [{}, {"messages": []}, {"model": "m", "messages": "x"}, {**CHAT, "stream": "yes"}, []])
def test_what_is_no_chat_is_refused(sidecar: Sidecar, model: Model, body: object) -> None:
    assert sidecar.call("POST", "/v1/chat/completions", json=body).status_code == 422
    assert model.asked == []


def test_an_unknown_mode_or_level_is_refused_before_the_model_is_asked(sidecar: Sidecar, model: Model) -> None:
    for headers in ({"x-explain-mode": "graph"}, {"x-explain-mode": "hypergraph", "x-explain-level": "word"}):
        assert sidecar.call("POST", "/v1/chat/completions", json=CHAT, headers=headers).status_code == 422
    assert model.asked == []


def test_refusals_are_in_the_audit_log_and_tokens_are_not(sidecar: Sidecar) -> None:
    sidecar.call("GET", f"/v1/traces/{'0' * 32}")
    sidecar.call("GET", "/v1/traces/ada@example.com", "almost")
    sidecar.client.get("/v1/webhooks", headers={"Authorization": "Bearer a-wrong-token-123"})
    sidecar.call("GET", "/v1/webhooks")
    lines = [orjson.loads(line) for line in sidecar.settings.audit_path.read_bytes().splitlines()]
    assert [line["outcome"] for line in lines] == [
        "refused: not found",
        "refused: needs traces:read",
        "refused: unknown token",
        "done",
    ]
    text = sidecar.settings.audit_path.read_text(encoding="utf-8")
    assert "a-wrong-token-123" not in text
    assert "ada@example.com" not in text


def test_every_refusal_of_a_chat_is_in_the_audit_log(sidecar: Sidecar, model: Model) -> None:
    model.answer = (500, {}, b"")
    sidecar.explained()
    model.answer = (400, {}, b"{}")
    sidecar.explained()
    sidecar.explained(messages=[])
    sidecar.call("POST", "/v1/webhooks", json={"url": 1})
    sidecar.call("POST", "/v1/webhooks", json={"url": "http://10.0.0.1/"})
    lines = [orjson.loads(line) for line in sidecar.settings.audit_path.read_bytes().splitlines()]
    assert [(line["what"], line["outcome"]) for line in lines] == [
        ("create trace", "refused: upstream-failed"),
        ("create trace", "refused: the model answered 400"),
        ("create trace", "refused: invalid-request"),
        ("create webhook", "refused: invalid-request"),
        ("create webhook", "refused: the address is not public"),
    ]


def test_metrics_are_exposed_only_if_that_is_set(make: Make) -> None:
    assert make(enable_otel=False).client.get("/metrics").status_code == 404


def test_without_authentication_everybody_is_of_one_tenant(make: Make) -> None:
    sidecar = make(auth_mode="none")
    assert sidecar.client.get("/v1/webhooks").status_code == 200


def test_the_document_says_what_is_served(sidecar: Sidecar) -> None:
    document = sidecar.client.get("/v1/openapi.json").json()
    assert all(path.startswith("/v1/") for path in document["paths"])
    assert document["paths"]["/v1/chat/completions"]["post"]["responses"].keys() >= {"200", "401", "403", "422", "502"}
