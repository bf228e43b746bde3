"""A rate limit that processes share: counted together, and on their own while the file cannot be used."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from chassis import rate_limit, shared_window
from chassis.rate_limit import RateLimiter

FIVE = rate_limit.parse("5/minute")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time of day, which stands still until it is set."""
    now = [1_000_000.0]
    monkeypatch.setattr("time.time", lambda: now[0])
    return now


def admitted(file: Path) -> int:
    limiter = RateLimiter(rate_limit.parse("50/hour"), file)
    return sum(limiter.hit("a").allowed for _ in range(40))


def test_processes_that_share_a_file_count_together(tmp_path: Path) -> None:
    with ProcessPoolExecutor(3) as pool:
        found = list(pool.map(admitted, [tmp_path / "limits.db"] * 3))
    assert sum(found) == 50


def test_callers_do_not_affect_one_another_and_the_wait_is_told(tmp_path: Path, clock: list[float]) -> None:
    one, two = RateLimiter(FIVE, tmp_path / "limits.db"), RateLimiter(FIVE, tmp_path / "limits.db")
    for limiter in (one, two, one, two, one):
        assert limiter.hit("a").allowed
        clock[0] += 1
    assert [limiter.hit("a").allowed for limiter in (one, two)] == [False, False]
    assert two.hit("a").retry_after == 55
    assert two.hit("b").allowed
    clock[0] += 55
    assert two.hit("a").allowed
    assert not one.hit("a").allowed


def test_what_no_longer_counts_is_not_kept(tmp_path: Path, clock: list[float]) -> None:
    limiter = RateLimiter(FIVE, tmp_path / "limits.db")
    for number in range(100):
        limiter.hit(f"caller-{number}")
    clock[0] += 61
    limiter.hit("late")
    assert sqlite3.connect(tmp_path / "limits.db").execute("SELECT count(*) FROM hits").fetchone() == (1,)


def test_a_file_that_cannot_be_used_lets_each_count_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_window, "BUSY_SECONDS", 0.01)
    monkeypatch.setattr(shared_window, "OPENING_SECONDS", 0.01)
    monkeypatch.setattr(rate_limit, "REST_SECONDS", 0)
    file = tmp_path / "limits.db"
    both = [RateLimiter(FIVE, file), RateLimiter(FIVE, file)]
    assert both[0].hit("a").allowed
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    assert [sum(limiter.hit("b").allowed for _ in range(7)) for limiter in both] == [5, 5]
    holder.execute("ROLLBACK")
    holder.close()
    assert [sum(limiter.hit("c").allowed for _ in range(7)) for limiter in both] == [5, 0]
    no_file = RateLimiter(FIVE, tmp_path)
    assert sum(no_file.hit("a").allowed for _ in range(7)) == 5
