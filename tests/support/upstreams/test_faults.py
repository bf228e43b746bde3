"""Every fault does what it says, to so many requests, and no longer than until it is healed."""

from __future__ import annotations

import json
import threading
import time

import pytest
import requests

from support.base.waiting import until
from support.faults.base import Happening
from support.upstreams import faults
from support.upstreams.client import Upstream
from support.upstreams.faults import UpstreamFault
from tests.support.upstreams.asking import ask, opened

LOST = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)


def data(answer: requests.Response) -> list[str]:
    """The data of a stream's events."""
    events = answer.content.decode().replace("\r\n", "\n").split("\n\n")
    return [event.removeprefix("data: ") for event in events if event.startswith("data: ")]


def test_a_dead_upstream_refuses_all_and_resets_what_is_open(upstream: Upstream) -> None:
    answer = opened(upstream, "slow pace=0.1 tokens=100")
    lines = answer.iter_lines()
    next(lines)
    upstream.inject(faults.refuse())
    with pytest.raises(LOST):
        list(lines)
    with pytest.raises(requests.ConnectionError, match="refused"):
        requests.get(f"{upstream.url}/health", timeout=5)
    upstream.heal()
    assert ask(upstream).status_code == 200


def test_a_reset_connection_gives_no_answer(upstream: Upstream) -> None:
    upstream.inject(faults.reset(times=1))
    with pytest.raises(requests.ConnectionError):
        ask(upstream)
    assert ask(upstream).status_code == 200


def test_a_hanging_upstream_answers_nothing_until_it_is_healed(upstream: Upstream) -> None:
    upstream.inject(faults.hang())
    with pytest.raises(requests.Timeout):
        ask(upstream, timeout=0.3)
    call = upstream.calls()[0]
    assert call.status == 0
    assert call.gone is not None
    upstream.heal()
    assert ask(upstream).status_code == 200


def test_healing_ends_what_hangs(upstream: Upstream) -> None:
    upstream.inject(faults.hang())
    ended = threading.Event()

    def wait_for_it() -> None:
        with pytest.raises(requests.ConnectionError):
            ask(upstream)
        ended.set()

    thread = threading.Thread(target=wait_for_it)
    thread.start()
    until(upstream.calls, 5, "the call to have come")
    upstream.heal()
    thread.join(5)
    assert ended.is_set()


@pytest.mark.parametrize("after", [0, 2])
def test_a_silent_stream_sends_so_many_events_and_then_nothing(upstream: Upstream, after: int) -> None:
    upstream.inject(faults.silence(after, times=1))
    with pytest.raises((requests.Timeout, requests.ConnectionError)):
        ask(upstream, stream=True, timeout=0.4)
    call = until(lambda: next((c for c in upstream.calls() if c.gone), None), 2, "the caller to be gone")
    assert call.status == 200
    assert len(call.events) == after


def test_a_short_silence_is_followed_by_the_rest(upstream: Upstream) -> None:
    upstream.inject(faults.silence(1, seconds=0.3, times=1))
    began = time.monotonic()
    answer = ask(upstream, stream=True)
    assert time.monotonic() - began >= 0.3
    assert data(answer)[-1] == "[DONE]"


@pytest.mark.parametrize("reset", [False, True])
def test_a_stream_is_cut_after_so_many_events(upstream: Upstream, reset: bool) -> None:
    upstream.inject(faults.cut(2, times=1, reset=reset))
    with pytest.raises(LOST):
        ask(upstream, stream=True)
    call = upstream.calls()[0]
    assert len(call.events) == 2
    assert not call.complete


def test_a_whole_answer_is_cut_in_the_middle(upstream: Upstream) -> None:
    upstream.inject(faults.cut(0, times=1))
    with pytest.raises(LOST):
        ask(upstream)


@pytest.mark.parametrize(("after", "left"), [(None, 6), (3, 3)])
def test_a_stream_ends_properly_without_done(upstream: Upstream, after: int | None, left: int) -> None:
    upstream.inject(faults.unfinished(after, times=1))
    assert len(found := data(ask(upstream, stream=True))) == left
    assert "[DONE]" not in found


def test_a_broken_event_is_followed_by_good_ones(upstream: Upstream) -> None:
    upstream.inject(faults.broken_event(1, times=1))
    found = data(ask(upstream, stream=True))
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        json.loads(found[1])
    assert json.loads(found[2])["choices"]
    assert found[-1] == "[DONE]"


def test_an_error_event_ends_the_stream(upstream: Upstream) -> None:
    upstream.inject(faults.error_event(1, "out of memory", times=1))
    found = data(ask(upstream, stream=True))
    assert len(found) == 2
    assert json.loads(found[1])["error"]["message"] == "out of memory"


@pytest.mark.parametrize(
    ("fault", "status", "content_type", "text"),
    [
        (faults.html(1), 200, "text/html; charset=utf-8", "It works"),
        (faults.error_under_200(1), 200, "application/json", '"error"'),
        (faults.without_choices(1), 200, "application/json", "chat.completion"),
        (faults.not_json(1), 200, "application/json", '"choices": ['),
        (faults.status(503, 1), 503, "application/json", "server_error"),
        (faults.status(404, 1), 404, "application/json", "invalid_request_error"),
    ],
)
def test_the_proxy_answers_itself(
    upstream: Upstream, fault: UpstreamFault, status: int, content_type: str, text: str
) -> None:
    upstream.inject(fault)
    answer = ask(upstream)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, content_type)
    assert text in answer.text
    assert ask(upstream).json()["choices"]


def test_a_refusal_says_when_to_come_back(upstream: Upstream) -> None:
    upstream.inject(faults.status(429, 1, retry_after="2"))
    answer = ask(upstream)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "2")


def test_a_late_answer_comes_whole(upstream: Upstream) -> None:
    upstream.inject(faults.delay(0.3, times=1))
    began = time.monotonic()
    assert ask(upstream).status_code == 200
    assert 0.3 <= time.monotonic() - began < 2


@pytest.mark.parametrize(
    "fault",
    [faults.framing(comments=True), faults.framing(crlf=True), faults.framing(comments=True, crlf=True, piece=1)],
)
def test_framing_changes_bytes_and_no_event(upstream: Upstream, fault: UpstreamFault) -> None:
    plain = ask(upstream, "Grüße", stream=True)
    upstream.inject(fault)
    framed = ask(upstream, "Grüße", stream=True)
    assert framed.content != plain.content or fault.piece
    assert data(framed) == data(plain)


def test_faults_apply_one_after_the_other_and_then_no_more(upstream: Upstream) -> None:
    first = upstream.inject(faults.status(503, 2))
    upstream.inject(faults.status(429, 1))
    assert [ask(upstream).status_code for _ in range(4)] == [503, 503, 429, 200]
    assert first.left == 0
    assert [call.fault for call in upstream.calls()] == ["answers with 503"] * 2 + ["answers with 429", ""]


def test_health_checks_neither_see_a_fault_nor_use_it_up(upstream: Upstream) -> None:
    upstream.inject(faults.status(503, 1))
    assert requests.get(f"{upstream.url}/health", timeout=5).status_code == 200
    assert ask(upstream).status_code == 503


def test_a_fault_of_the_whole_upstream_is_seen_by_health_checks(upstream: Upstream) -> None:
    upstream.inject(faults.status(503, probes=True))
    assert requests.get(f"{upstream.url}/health", timeout=5).status_code == 503


def test_a_fault_is_journalled_and_healed(upstream: Upstream) -> None:
    fault = upstream.inject(faults.status(500))
    upstream.heal()
    steady = Happening.STEADY
    assert [event.kind for event in fault.journal] == [steady, Happening.INJECTED, Happening.HEALED, steady]
    assert not fault.active
    assert ask(upstream).status_code == 200


@pytest.mark.parametrize(
    "fault", [faults.status(429, 1, retry_after="1"), faults.unfinished(), faults.framing(piece=2)]
)
def test_a_fault_survives_its_way_to_the_proxy(fault: UpstreamFault) -> None:
    assert UpstreamFault.from_json(json.loads(json.dumps(fault.to_json()))) == fault
