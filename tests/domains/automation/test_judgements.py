"""Judgements about limits, leads, deliveries and stress runs, at their edges and on nothing."""

from __future__ import annotations

from typing import Any

import pytest

from support.base.outcomes import NothingToJudge, NotMet
from support.domains.automation import deliveries, health, leads, limits, metrics, stress, stress_mix
from support.http import Exchange
from tests.support.load.loads import endpoint


def answered(started: float, took: float = 0.01) -> Exchange:
    return Exchange("GET", "http://it/leads", (), b"", 200, started=started, duration=took)


def test_a_window_counts_what_began_and_ended_in_it() -> None:
    assert limits.most_within([answered(0), answered(1), answered(1.9)], 2.0) == 3
    assert limits.most_within([answered(0), answered(1), answered(2.1)], 2.0) == 2


def test_what_ends_after_the_window_counts_for_the_system() -> None:
    assert limits.most_within([answered(0), answered(1.9, took=0.5)], 2.0) == 1


def test_no_request_is_no_window() -> None:
    with pytest.raises(NothingToJudge):
        limits.most_within([], 2.0)


def refusal(body: bytes, told: str = "3") -> Exchange:
    from requests.structures import CaseInsensitiveDict

    headers = CaseInsensitiveDict({"Retry-After": told, "Content-Type": "application/json"})
    return Exchange("GET", "http://it/leads", (), b"", 429, headers=headers, body=body)


def test_the_agreed_refusal() -> None:
    assert limits.wrong_in_refusal(refusal(f'{{"detail": "{limits.WORDS}", "retry_after": 3}}'.encode())) == []


@pytest.mark.parametrize(
    "body",
    [
        b'{"detail": "Slow down.", "retry_after": 3}',
        b'{"detail": "Rate limit exceeded. Try again later.", "retry_after": 4}',
        b'{"detail": "Rate limit exceeded. Try again later.", "retry_after": "3"}',
        b'{"detail": "Rate limit exceeded. Try again later.", "retry_after": true}',
        b'{"detail": "Rate limit exceeded. Try again later."}',
    ],
)
def test_another_refusal_is_told(body: bytes) -> None:
    assert len(limits.wrong_in_refusal(refusal(body))) == 1


@pytest.mark.parametrize(("text", "fields"), [("no fields", {}), ('{"email": "a@b.c"}', {"email": "a@b.c"})])
def test_fields_of_a_lead(text: str, fields: dict[str, Any]) -> None:
    assert leads.fields_of(text) == fields


@pytest.mark.parametrize("told", [{}, {"id": ""}, {"id": None}, {"id": ["x"]}])
def test_a_lead_without_id_is_not_met(told: dict[str, Any]) -> None:
    with pytest.raises(NotMet):
        leads.id_in(told)


def test_a_slow_creation_is_not_met() -> None:
    leads.demand_time(2.9, 3.0, 5)
    with pytest.raises(NotMet, match=r"took 3\.10 s"):
        leads.demand_time(3.1, 3.0, 5)


def test_what_is_said_of_a_delivery_that_cannot_be_made() -> None:
    told = {"state": "not configured", "error": "crm.api_base_url is not set"}
    assert deliveries.unlike(told, "not configured", "api_base_url") == []
    assert len(deliveries.unlike({"state": "queued"}, "not configured", "api_base_url")) == 2


@pytest.mark.parametrize(
    ("told", "said"), [({}, []), ({"warnings": []}, []), ({"warnings": ["deep"]}, ["deep"]), ({"warnings": "x"}, ["x"])]
)
def test_warnings_of_health(told: dict[str, Any], said: list[str]) -> None:
    assert health.warnings(told) == said


def test_the_latency_of_all_requests() -> None:
    limit = metrics.LimitShown(enabled=True, window_seconds=4, max_requests=10)
    counts = metrics.Counts(
        requests_total=4,
        requests_failed=1,
        avg_latency_ms=2.5,
        max_latency_ms=5,
        uptime_seconds=1,
        queue_depth=None,
        rate_limit=limit,
    )
    assert counts.latency_total == 10.0


@pytest.mark.parametrize(("scale", "users"), [(0.1, 50), (75, 50), (449, 50), (450, 500), (900, 500)])
def test_an_hour_has_ten_times_as_many_users(scale: float, users: int) -> None:
    assert stress_mix.users_of(scale, 50) == users


def test_the_mean_of_an_endpoint() -> None:
    assert stress.mean_of(endpoint("all", [1000, 3000])) == pytest.approx(0.002, rel=0.01)
