"""The store by itself: what is committed together, what fails alone, and what a lock or a lost file does."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from caio.store import changes, database
from caio.store import records as tables
from caio.store.database import Database, StoreUnavailable
from caio.store.records import Records, StoredService


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    found = Records(tmp_path)
    yield found
    found.close()


def test_readers_go_on_while_another_process_holds_the_database(records: Records, tmp_path: Path) -> None:
    records.save_service(StoredService("a", "{}"), 0).result(5)
    holder = sqlite3.connect(tmp_path / "caio.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    # Submitted together, so that they meet in one batch.
    writes = [records.try_write() for _ in range(5)]
    reads = [records.decision("none") for _ in range(5)] + [records.try_read() for _ in range(5)]
    assert [read.result(10) for read in reads] == [None] * 10
    for write in writes:
        with pytest.raises(StoreUnavailable):
            write.result(10)
    holder.execute("ROLLBACK")
    holder.close()
    records.try_write().result(5)


def test_one_bad_piece_of_work_harms_no_other(tmp_path: Path) -> None:
    store = Database(tmp_path / "caio.db")
    busy = threading.Event()
    first = store.submit(lambda connection: busy.wait(10))
    good = [store.submit(lambda connection, n=n: insert(connection, str(n))) for n in range(3)]  # type: ignore[misc]
    bad = store.submit(lambda connection: insert(connection, "1"))
    busy.set()
    first.result(5)
    for done in good:
        done.result(5)
    with pytest.raises(StoreUnavailable):
        bad.result(5)
    store.close()


def insert(connection: sqlite3.Connection, service_id: str) -> None:
    connection.execute("INSERT INTO services VALUES (?, '{}', 0)", (service_id,))


def test_a_replaced_service_keeps_its_place_and_a_removed_one_is_gone(records: Records) -> None:
    revision = 0
    for name in ("b", "a", "c"):
        revision = records.save_service(StoredService(name, "1"), revision).result(5).revision
    revision = records.save_service(StoredService("b", "2"), revision).result(5).revision
    revision = records.delete_service("a", revision).result(5).revision
    kept = records.changes(None).result(5)
    assert (list(kept.contracts.items()), kept.whole) == ([("b", "2"), ("c", "1")], True)


def test_of_equal_decisions_the_first_stays(records: Records) -> None:
    assert records.save_decisions([("d", b'"first"')]).result(5) == [b'"first"']
    again = [("d", b'"second"'), ("e", b'"other"'), ("e", b'"third"')]
    assert records.save_decisions(again).result(5) == [b'"first"', b'"other"', b'"other"']
    assert records.decision("d").result(5) == b'"first"'
    assert records.decision("none").result(5) is None


def test_a_lost_file_is_not_quietly_replaced_by_an_empty_one(records: Records, tmp_path: Path) -> None:
    records.save_service(StoredService("a", "1"), 0).result(5)
    (tmp_path / "caio.db").rename(tmp_path / "lost.db")
    with pytest.raises(StoreUnavailable):
        records.save_service(StoredService("b", "1"), 1).result(5)
    assert not (tmp_path / "caio.db").exists()
    (tmp_path / "lost.db").rename(tmp_path / "caio.db")
    assert list(records.changes(None).result(5).contracts) == ["a"]


def test_without_a_folder_only_the_latest_decisions_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("caio.store.records.KEPT_IN_MEMORY", 2)
    records = Records(None)
    for number in range(4):
        records.save_decisions([(str(number), str(number).encode())]).result(5)
    assert records.decisions(10).result(5) == [3, 2]
    records.close()


def test_a_file_that_is_no_database_is_said_to_be_unusable(tmp_path: Path) -> None:
    (tmp_path / "caio.db").write_text("nonsense " * 1000)
    store = Database(tmp_path / "caio.db")
    with pytest.raises(StoreUnavailable, match="not a database"):
        store.submit(database.identity).result(5)  # type: ignore[arg-type]
    store.close()


def test_a_file_of_the_first_version_is_taken_over(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "caio.db", isolation_level=None)) as old:
        old.execute("CREATE TABLE services (service_id TEXT PRIMARY KEY, contract TEXT NOT NULL, position INTEGER)")
        old.execute("INSERT INTO services VALUES ('a', '1', 1)")
    records = Records(tmp_path)
    kept = records.changes(None).result(5)
    assert (kept.contracts, kept.revision) == ({"a": "1"}, 0)
    assert records.save_service(StoredService("b", "1"), 0).result(5).revision == 1
    assert records.changes(0).result(5).contracts == {"b": "1"}
    records.close()


def test_what_was_decided_without_knowing_a_change_is_not_kept(tmp_path: Path) -> None:
    one, two = Records(tmp_path), Records(tmp_path)
    assert one.save_service(StoredService("a", "1"), 0).result(5).revision == 1
    missed = two.save_service(StoredService("a", "2"), 0).result(5)
    assert (missed.overtakes, missed.contracts, missed.revision) == (True, {"a": "1"}, 1)
    assert two.delete_service("a", 0).result(5).overtakes
    assert one.changes(None).result(5).contracts == {"a": "1"}
    # How a call ended is no reason to decide anew, and is not missed.
    one.add_outcome("b", False).result(5)
    written = two.save_service(StoredService("c", "1"), 1).result(5)
    assert (written.overtakes, written.outcomes, written.revision) == (False, {"b": (False,)}, 3)
    one.close()
    two.close()


def test_of_outcomes_only_the_recent_are_kept_and_a_changed_service_begins_anew(records: Records) -> None:
    for number in range(25):
        records.add_outcome("a", number >= 10).result(5)
    assert records.changes(None).result(5).outcomes == {"a": (False,) * 5 + (True,) * 15}
    records.save_service(StoredService("a", "2"), 25).result(5)
    assert records.changes(None).result(5).outcomes == {}


def test_no_write_and_no_question_looks_at_all_that_is_kept(tmp_path: Path) -> None:
    """By SQLite's own plan of every statement: what a request takes must not grow with the services or decisions."""
    store, said = Database(tmp_path / "caio.db"), []

    def work(connection: sqlite3.Connection) -> None:
        connection.set_trace_callback(said.append)
        tables.write_service(connection, StoredService("a", "{}"), 0)
        tables.write_outcome(connection, "a", ok=True)
        tables.write_decisions(connection, [("one", b"{}"), ("two", b"{}")])
        tables.write_decisions(connection, [("one", b"{}")])
        tables.erase_decisions(connection, 1)
        tables.read_decision(connection, "one")
        tables.try_read(connection)
        changes.since(connection, 1)
        tables.erase_service(connection, "a", 2)
        connection.set_trace_callback(None)

    store.submit(work).result(5)
    statements = [each for each in said if each.split()[0] in ("SELECT", "INSERT", "DELETE", "UPDATE")]
    assert len(statements) >= 15
    scans = {
        statement: detail
        for statement in statements
        for *_, detail in store.submit(
            lambda connection, about=statement: connection.execute(f"EXPLAIN QUERY PLAN {about}").fetchall()  # type: ignore[misc]
        ).result(5)
        if detail.startswith(tuple(f"SCAN {table}" for table in ("services", "decisions", "changes", "outcomes")))
    }
    store.close()
    assert scans == {}


def test_services_stay_in_the_order_in_which_they_came(records: Records) -> None:
    for number, name in enumerate("cab"):
        assert not records.save_service(StoredService(name, "{}"), number).result(5).overtakes
    records.save_service(StoredService("c", '{"again": 1}'), 3).result(5)
    records.delete_service("b", 4).result(5)
    records.save_service(StoredService("d", "{}"), 5).result(5)
    assert list(records.changes(None).result(5).contracts) == ["c", "a", "d"]
