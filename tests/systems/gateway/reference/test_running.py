"""The running gateway: what the features do not ask, and what they ask, in short."""

from __future__ import annotations

import contextlib

import requests

from support.base.waiting import until
from support.upstreams import faults
from tests.systems.gateway.reference.conftest import Running


def events(answer: requests.Response) -> list[str]:
    """The data of a stream's events."""
    return [line.removeprefix("data: ") for line in answer.text.split("\n") if line]


def test_a_caller_who_goes_away_ends_the_call_of_an_answer_in_one_piece(gateway: Running) -> None:
    upstream = gateway.upstreams["a"]
    upstream.inject(faults.hang())
    with contextlib.suppress(requests.Timeout):
        gateway.ask(timeout=0.5)
    call = until(lambda: next((each for each in upstream.calls() if each.gone), None), 2, "the call to be ended")
    assert (call.gone or 0) - call.begun < 1.5
    metrics = f"{gateway.deployment.url}/metrics"
    until(lambda: 'status="499"' in requests.get(metrics, timeout=5).text, 2, "the call to be counted")


def test_a_failed_stream_is_told_and_counts_as_a_failure(gateway: Running) -> None:
    gateway.upstreams["a"].inject(faults.cut(2, times=1))
    told = events(gateway.ask("gpt-plain", stream=True))
    assert '"stream_broken"' in told[-1]
    assert "[DONE]" not in told


def test_role_alone_is_no_token_so_that_a_stream_still_falls_back(gateway: Running) -> None:
    body = 'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}\n\n'
    gateway.upstreams["a"].inject(faults.answer(200, body, 1, content_type="text/event-stream"))
    told = events(gateway.ask("gpt-guarded", stream=True))
    assert '"b:"' in told[0]
    assert told[-1] == "[DONE]"


def test_callers_may_name_allowed_upstreams_only(gateway: Running) -> None:
    allowed, other = (gateway.upstreams[name].url for name in "ab")
    assert gateway.ask(headers={"X-Upstream-URL": allowed}).status_code == 200
    for refused in (other, "http://169.254.169.254", f"{allowed}@evil.example", f"{allowed}/elsewhere", "file:///etc"):
        assert gateway.ask(headers={"X-Upstream-URL": refused}).status_code == 403, refused


def test_a_budget_that_is_not_asked_how_much_to_make_is_made_to_fit(gateway: Running) -> None:
    answer = gateway.ask(who="saver", says="only four words here")
    assert answer.json()["usage"] == {"prompt_tokens": 4, "completion_tokens": 96, "total_tokens": 100}
    refused = gateway.ask(who="saver", says="more", max_tokens=1)
    assert refused.status_code == 429
    assert refused.json()["error"]["code"] == "insufficient_quota"


def test_bodies_of_other_types_and_sizes_are_refused(gateway: Running) -> None:
    url = f"{gateway.deployment.url}/v1/chat/completions"
    headers = {"Authorization": f"Bearer {gateway.deployment.system.token('caller')}"}
    typed = requests.post(url, data="{}", headers={**headers, "Content-Type": "text/plain"}, timeout=10)
    large = requests.post(url, data=b" " * 11_000_000, headers=headers, timeout=10)
    assert (typed.status_code, large.status_code) == (415, 413)


def test_whole_numbers_of_any_size_arrive_as_they_are(gateway: Running) -> None:
    gateway.ask(seed=123456789012345678901234567890)
    assert gateway.upstreams["a"].calls()[0].json["seed"] == 123456789012345678901234567890
