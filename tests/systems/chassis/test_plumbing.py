"""CORS origins, rate limits, health, settings messages: the small parts by themselves."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
from chassis import cors, rate_limit, settings
from chassis.health import ComponentFailed, Health, HealthReport
from chassis.observing import RouteLabels
from chassis.rate_limit import RateLimiter
from pydantic_settings import SettingsConfigDict


@pytest.mark.parametrize("origin", ["https://example.com", "http://localhost:3000", "https://[::1]:8443", "*"])
def test_an_exact_origin_is_accepted(origin: str) -> None:
    assert cors.check_origin(origin) == origin


@pytest.mark.parametrize(
    "origin",
    ["example.com", "https://example.com/", "https://example.com:443", "https://a@example.com", "null", "ftp://x.org"],
)
def test_what_no_browser_sends_is_refused(origin: str) -> None:
    with pytest.raises(ValueError, match="origin"):
        cors.check_origin(origin)


def test_each_caller_has_its_own_window() -> None:
    limiter = RateLimiter(rate_limit.parse("2/minute"))
    assert [limiter.hit("a").allowed for _ in range(3)] == [True, True, False]
    assert limiter.hit("b").allowed
    assert 1 <= limiter.hit("a").retry_after <= 60


def test_waiting_as_told_is_enough() -> None:
    limiter = RateLimiter(rate_limit.parse("1/second"))
    assert limiter.hit("a").allowed
    refused = limiter.hit("a")
    time.sleep(refused.retry_after)
    assert limiter.hit("a").allowed


def test_without_a_limit_everyone_passes() -> None:
    assert all(RateLimiter(None).hit("a").allowed for _ in range(1000))


@pytest.mark.parametrize("text", ["5", "five/minute", "5/fortnight", "0/minute", "-1/minute", "", "5/minute;3/second"])
def test_an_unusable_limit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        rate_limit.parse(text)


def test_one_failed_component_makes_the_whole_unhealthy_and_recovers() -> None:
    broken = True

    def check() -> str:
        if broken:
            raise ComponentFailed("it does not answer")
        return "fine"

    async def look() -> tuple[str, str, str]:
        report = await health.report()
        return report.status, report.components["a"].status, report.components["b"].status

    noted: list[HealthReport] = []
    health = Health("1", {"a": check, "b": lambda: "fine"}, noted.append)
    assert asyncio.run(look()) == ("unhealthy", "unhealthy", "healthy")
    broken = False
    assert asyncio.run(look()) == ("healthy", "healthy", "healthy")
    assert [report.healthy for report in noted] == [False, True]


def test_a_check_that_takes_long_is_not_waited_for_but_noted_when_it_ends() -> None:
    go_on = threading.Event()
    noted: list[HealthReport] = []

    def check() -> str:
        go_on.wait(10)
        return "fine"

    async def look() -> None:
        health = Health("1", {"slow": check}, noted.append)
        # Not without an end the first time either, but for as long as is said.
        await health.refresh(10, at_first=0.01)
        assert noted == []
        go_on.set()
        await health.refresh(0, at_first=10)
        assert len(noted) == 1
        go_on.clear()
        await health.refresh(0.01, at_first=10)
        assert len(noted) == 1
        go_on.set()
        await health.refresh(10, at_first=0)

    asyncio.run(look())
    assert [report.healthy for report in noted] == [True, True]


class Example(settings.ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="EXAMPLE_")
    size: int = 1
    password: int = 1

    @classmethod
    def secrets(cls) -> frozenset[str]:
        return frozenset({"password"})


def test_a_message_shows_the_value_in_one_line_but_never_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXAMPLE_SIZE", "x" * 500 + "\n")
    with pytest.raises(settings.SettingsError, match=r"^EXAMPLE_SIZE='x{120}…' is unusable: expected a valid integer"):
        settings.load(Example)
    monkeypatch.setenv("EXAMPLE_SIZE", "")
    monkeypatch.setenv("EXAMPLE_PASSWORD", "hush")
    with pytest.raises(settings.SettingsError, match=r"^EXAMPLE_PASSWORD is unusable") as refused:
        settings.load(Example)
    assert "hush" not in str(refused.value)


def test_routes_are_labelled_by_template_and_strangers_alike() -> None:
    labels = RouteLabels(["/d/{id}", "/d/verify", "/d"])
    assert [labels.of(path) for path in ("/d", "/d/verify", "/d/7", "/x", "/d/7/8")] == [
        "/d",
        "/d/verify",
        "/d/{id}",
        "unmatched",
        "unmatched",
    ]
