"""Crowds of callers, and a database that is kept busy."""

from __future__ import annotations

import sqlite3
import time
from itertools import count
from pathlib import Path

import pytest

from support.base.outcomes import Broken
from support.base.waiting import until
from support.faults import BusyDatabase, Crowd


def test_a_crowd_calls_until_it_is_healed_and_tells_what_came_of_it() -> None:
    numbers = count()
    crowd = Crowd("some callers", lambda: next(numbers) % 2, callers=3)
    with crowd:
        until(lambda: sum(crowd.outcomes.values()) > 50, 5, "some calls")
    called = sum(crowd.outcomes.values())
    told = " ".join(event.what for event in crowd.journal)
    assert "× 0" in told
    assert "× 1" in told
    assert sum(crowd.outcomes.values()) == called


def test_a_busy_database_makes_writers_wait_and_is_free_again(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    connection = sqlite3.connect(path, timeout=5, isolation_level=None)
    connection.execute("CREATE TABLE a (b)")

    def slowest() -> float:
        waited = []
        for _ in range(10):
            began = time.monotonic()
            connection.execute("INSERT INTO a VALUES (1)")
            waited.append(time.monotonic() - began)
        return max(waited)

    with BusyDatabase(path, held=0.2, free=0.01):
        until(lambda: slowest() > 0.1, 5, "a writer to wait")
    until(lambda: slowest() < 0.1, 5, "writers not to wait any more")
    connection.close()


def test_a_database_that_is_not_there_cannot_be_kept_busy(tmp_path: Path) -> None:
    with pytest.raises(Broken, match="there is no database"), BusyDatabase(tmp_path / "none.db"):
        pass
