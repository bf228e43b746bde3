"""The write-ahead log is moved into the database aside, whoever else uses the file, and only where there is one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from caio.store import checkpoints
from caio.store.checkpoints import ENOUGH, move
from caio.store.records import FILE_NAME, Records

from tests.systems.caio.service.conftest import until


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    found = Records(tmp_path)
    yield found
    found.close()


def save(records: Records, first: int, count: int) -> None:
    for number in range(first, first + count):
        records.save_decisions([(f"dec-{number}", b'"%d"' % number)]).result(5)


def log_of(folder: Path) -> tuple[int, int]:
    """Pages in the log, and how many of them are in the file as well; looking moves none."""
    index = (folder / f"{FILE_NAME}-shm").read_bytes()
    # sqlite.org/walformat.html, section 2.2
    return int.from_bytes(index[16:20], "little"), int.from_bytes(index[96:100], "little")


def left(folder: Path) -> int:
    last, moved = log_of(folder)
    return last - moved


def test_enough_rows_are_moved_without_anybody_waiting_for_it(records: Records, tmp_path: Path) -> None:
    save(records, 0, ENOUGH)
    until(lambda: log_of(tmp_path)[1] > ENOUGH, "they are moved")
    assert records.decision("dec-0").result(5) == b'"0"'


def test_once_all_is_moved_the_log_begins_anew(records: Records, tmp_path: Path) -> None:
    save(records, 0, ENOUGH // 2)
    assert left(tmp_path) > 0
    assert move(tmp_path / FILE_NAME)
    assert left(tmp_path) == 0
    size = (tmp_path / f"{FILE_NAME}-wal").stat().st_size
    save(records, ENOUGH, ENOUGH // 4)
    assert (tmp_path / f"{FILE_NAME}-wal").stat().st_size == size


def test_whoever_reads_or_writes_meanwhile_is_not_disturbed(records: Records, tmp_path: Path) -> None:
    save(records, 0, 10)
    other = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
    other.execute("BEGIN")
    assert other.execute("SELECT count(*) FROM decisions").fetchone() == (10,)
    save(records, 10, 10)
    assert move(tmp_path / FILE_NAME)
    # What came after the reader began has to stay in the log for now.
    assert left(tmp_path) > 0
    assert other.execute("SELECT count(*) FROM decisions").fetchone() == (10,)
    other.execute("ROLLBACK")
    other.execute("BEGIN IMMEDIATE")
    assert move(tmp_path / FILE_NAME)
    other.execute("ROLLBACK")
    other.close()
    assert left(tmp_path) == 0


def test_where_the_file_has_gone_none_is_made(tmp_path: Path) -> None:
    assert not move(tmp_path / FILE_NAME)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_database_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"no database" * 1000)
    assert not move(tmp_path / FILE_NAME)


def test_a_file_that_takes_the_place_of_another_is_looked_after_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved: list[Path] = []
    monkeypatch.setattr(checkpoints, "move", lambda path: moved.append(path) or True)
    known = checkpoints.Checkpoints(tmp_path / FILE_NAME)
    known.written(ENOUGH)
    until(lambda: len(moved) == 1, "the first file is moved")
    known.written(1)
    until(lambda: len(moved) == 2, "so is the second, whose connection counts from zero")
    known.close()
