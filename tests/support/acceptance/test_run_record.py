"""The record of a run survives on disk as it was, and what cannot be written or read is told in one message."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.acceptance import atomic, run_record
from support.base.outcomes import UsageError
from tests.support.acceptance import runs


def test_a_record_is_read_as_it_was_saved(tmp_path: Path) -> None:
    record = runs.rejected().record
    assert record.save(tmp_path) == tmp_path / "run.json"
    assert run_record.load(tmp_path) == record


def test_credentials_in_an_address_are_not_kept(tmp_path: Path) -> None:
    kept = runs.accepted().record.save(tmp_path).read_text(encoding="utf-8")
    assert "http://…@127.0.0.1:8080" in kept
    assert "hunter2" not in kept


def test_a_run_that_has_not_finished_has_no_duration() -> None:
    run = runs.accepted()
    assert run.record.duration is not None
    run.finished = False
    assert run.record.duration is None


def test_without_a_record_the_message_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="run `signoff accept` first"):
        run_record.load(tmp_path)


@pytest.mark.parametrize("text", ["", "{}", "{", '{"run_id": 7}'])
def test_a_damaged_record_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "run.json").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"run\.json is damaged at .* run `signoff accept` again"):
        run_record.load(tmp_path)


def test_times_without_an_offset_are_refused(tmp_path: Path) -> None:
    path = runs.accepted().record.save(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace("2026-11-20T09:30:00Z", "2026-11-20T09:30:00"))
    with pytest.raises(UsageError, match="damaged at started"):
        run_record.load(tmp_path)


def test_writing_makes_the_folder_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "reports" / "page.html"
    atomic.write(path, "first")
    atomic.write(path, "second €")
    assert path.read_text(encoding="utf-8") == "second €"
    assert list(path.parent.iterdir()) == [path]
    assert path.stat().st_mode & 0o777 == 0o644


def test_what_cannot_be_encoded_is_kept_escaped(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    atomic.write(path, "old")
    atomic.write(path, "new \ud800")
    assert path.read_text(encoding="utf-8") == r"new \ud800"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_told_in_one_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "page.html"
    atomic.write(path, "old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match=r"cannot write .*page\.html: No space left on device; make room"):
        atomic.write(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_a_file_is_told_in_one_message(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("in the way")
    with pytest.raises(UsageError, match="cannot write"):
        atomic.write(tmp_path / "reports" / "page.html", "text")
