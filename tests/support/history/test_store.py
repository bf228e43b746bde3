"""The history on disk: appended whole, bounded, and read past whatever is damaged."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from support.base.outcomes import Outcome, UsageError
from support.history import store
from tests.support.history.runs import entry

MET = {"CAIO-ROUTE-01": Outcome.MET}


def test_what_is_appended_is_read_again_oldest_first(tmp_path: Path) -> None:
    later, earlier = entry(2, MET, seconds=12.25), entry(1, {"CAIO-ROUTE-01": Outcome.NOT_MET})
    store.append(tmp_path, later)
    store.append(tmp_path, earlier)
    assert store.read(tmp_path, "caio") == store.History("caio", (earlier, later))
    assert store.systems(tmp_path) == ["caio"]


def test_no_history_is_no_run(tmp_path: Path) -> None:
    assert store.read(tmp_path, "caio") == store.History("caio")
    assert store.systems(tmp_path) == []


@pytest.mark.parametrize("name", ["../caio", "", "CAIO", "a/b"])
def test_a_name_that_no_system_has_reaches_no_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="is not the name of a system"):
        store.read(tmp_path, name)


def test_a_run_that_is_written_again_counts_once(tmp_path: Path) -> None:
    store.append(tmp_path, entry(1, MET))
    store.append(tmp_path, entry(1, {"CAIO-ROUTE-01": Outcome.BROKEN}))
    assert [one.outcome("CAIO-ROUTE-01") for one in store.read(tmp_path, "caio").entries] == [Outcome.BROKEN]


def test_damaged_lines_are_left_out_and_named(tmp_path: Path) -> None:
    file = store.append(tmp_path, entry(1, MET))
    whole = file.read_bytes()
    newer = whole.replace(b'"v":1', b'"v":2')
    foreign = whole.replace(b'"system":"caio"', b'"system":"other"')
    file.write_bytes(whole + b'{"v":1,"run":\n\n\x00\xff\n[]\n' + newer + foreign)
    store.append(tmp_path, entry(2, MET))
    history = store.read(tmp_path, "caio")
    assert [one.run for one in history.entries] == [entry(1, MET).run, entry(2, MET).run]
    lines = [warning.partition(" is left out: ")[0].rpartition(":")[2] for warning in history.warnings]
    assert lines == ["2", "4", "5", "6", "7"]
    assert "newer version" in history.warnings[3]
    assert "a run of other" in history.warnings[4]


def test_a_line_that_was_torn_does_not_take_the_next_run_with_it(tmp_path: Path) -> None:
    file = store.append(tmp_path, entry(1, MET))
    with file.open("ab") as torn:
        torn.write(b'{"v":1,"run":"dead')
    store.append(tmp_path, entry(2, MET))
    history = store.read(tmp_path, "caio")
    assert len(history.entries) == 2
    assert len(history.warnings) == 1


def test_a_field_of_a_later_version_is_no_damage(tmp_path: Path) -> None:
    file = store.append(tmp_path, entry(1, MET))
    file.write_bytes(file.read_bytes().replace(b'"v":1', b'"v":1,"moon":"full"'))
    assert store.read(tmp_path, "caio") == store.History("caio", (entry(1, MET),))


def test_a_full_file_is_set_aside_once_and_the_oldest_runs_go(tmp_path: Path) -> None:
    size = len(entry(1, MET).model_dump_json()) + 1
    for day in range(10):
        store.append(tmp_path, entry(day, MET), most_bytes=3 * size + 2)
    files = sorted(file.name for file in store.folder(tmp_path).glob("*.jsonl"))
    assert files == ["caio.1.jsonl", "caio.jsonl"]
    assert [one.run[:4] for one in store.read(tmp_path, "caio").entries] == ["0006", "0007", "0008", "0009"]
    assert store.systems(tmp_path) == ["caio"]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / store.FOLDER).write_text("in the way")
    with pytest.raises(UsageError, match="cannot be added to the history"):
        store.append(tmp_path, entry(1, MET))


def _append(reports: Path, first: int) -> None:
    for day in range(first, first + 20):
        store.append(reports, entry(day, MET))


def test_two_runs_at_once_lose_nothing(tmp_path: Path) -> None:
    processes = [multiprocessing.Process(target=_append, args=(tmp_path, first)) for first in (0, 20)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    history = store.read(tmp_path, "caio")
    assert len(history.entries) == 40
    assert history.warnings == ()
