"""The proxy passes everything on as it is, and records it."""

from __future__ import annotations

import statistics
import time

import pytest
import requests

from support.base.outcomes import Broken
from support.base.waiting import until
from support.deployments.upstreams import UpstreamPair
from support.upstreams.client import Upstream, locate
from tests.support.upstreams.asking import ask, opened


def test_an_answer_comes_as_the_service_gave_it(upstream: Upstream) -> None:
    body = {"model": "small", "messages": [{"role": "user", "content": "Grüße an alle"}]}
    headers = {"Authorization": f"Bearer {upstream.key}"}
    direct, passed = (
        requests.post(f"{base}/v1/chat/completions", json=body, headers=headers, timeout=5)
        for base in (upstream.address.direct, upstream.url)
    )
    assert passed.status_code == 200
    assert passed.content == direct.content
    assert passed.json()["choices"][0]["message"]["content"] == "a: Grüße an alle"


def test_a_stream_comes_as_the_service_gave_it_and_each_event_is_recorded(upstream: Upstream) -> None:
    answer = ask(upstream, "Grüße pace=0.02", stream=True)
    call = upstream.calls()[0]
    sent = [event.data for event in call.events]
    assert answer.content.decode() == "".join(f"data: {data}\n\n" for data in sent)
    assert sent[-1] == "[DONE]"
    assert call.complete
    assert call.gone is None
    times = [event.at for event in call.events]
    assert times[1] - times[0] == pytest.approx(0.02, abs=0.018)


def test_a_call_is_recorded_with_head_and_body(upstream: Upstream) -> None:
    ask(upstream, "hello", seed=7)
    call = upstream.calls()[0]
    assert (call.method, call.path, call.status) == ("POST", "/v1/chat/completions", 200)
    assert call.bearer == upstream.key
    assert call.json["seed"] == 7
    assert call.begun < (call.answered or 0) <= (call.ended or 0)


def test_health_checks_are_no_calls(upstream: Upstream) -> None:
    requests.get(f"{upstream.url}/health", timeout=5)
    assert upstream.calls() == []
    assert [call.path for call in upstream.all_calls()] == ["/health"]


def test_calls_before_clear_are_forgotten(upstream: Upstream) -> None:
    ask(upstream, "first")
    upstream.clear()
    ask(upstream, "second")
    assert [call.json["messages"][0]["content"] for call in upstream.calls()] == ["second"]


def test_a_caller_that_goes_away_is_recorded_at_once(upstream: Upstream) -> None:
    answer = opened(upstream, "slow pace=0.1 tokens=100")
    next(answer.iter_lines())
    left = time.time()
    answer.close()
    call = until(lambda: next((c for c in upstream.calls() if c.gone), None), 2, "the proxy to notice")
    assert (call.gone or 0) - left < 0.2
    assert not call.complete


def test_the_wrong_key_is_refused_by_the_service(upstream: Upstream) -> None:
    answer = ask(upstream, key="sk-wrong")
    assert answer.status_code == 401
    assert upstream.calls()[0].status == 401


def test_events_are_passed_on_in_less_than_a_millisecond(upstream: Upstream, pair: UpstreamPair) -> None:
    """The time that 400 events take through the proxy, less that of the service alone, for each event."""
    direct = Upstream(locate(upstream.address.control))
    direct.address = upstream.address.__class__("a", pair.service.url, pair.service.url, "", upstream.key)
    taken = {"direct": [], "proxy": []}
    for _ in range(5):
        for name, where in (("direct", direct), ("proxy", upstream)):
            began = time.perf_counter()
            ask(where, "fast tokens=400", stream=True)
            taken[name].append(time.perf_counter() - began)
    added = (statistics.median(taken["proxy"]) - statistics.median(taken["direct"])) / 400
    assert added < 0.001


def test_where_no_proxy_is_none_is_found() -> None:
    with pytest.raises(Broken, match="no fault proxy of an upstream answers at"):
        locate("http://127.0.0.1:1")
