"""The folder of reports: held by one run at a time, freed with its process, cleared of the run before."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from support.acceptance import folder
from support.base.outcomes import UsageError
from support.base.settings import ROOT


class Usage(NamedTuple):
    total: int
    used: int
    free: int


HOLDER = """
import sys, pathlib
from support.acceptance import folder
with folder.held(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_run_is_refused_until_the_first_has_ended_however_it_ended(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(UsageError, match=r"another run is writing to .*--reports"), folder.held(tmp_path):
            pytest.fail("two runs held the folder")
        holder.kill()
    with folder.held(tmp_path):
        assert (tmp_path / folder.LOCK).exists()


def test_folders_of_their_own_are_held_side_by_side(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for each in folders:
        folder.check(each)
    with folder.held(folders[0]), folder.held(folders[1]):
        assert (tmp_path / "two" / folder.LOCK).exists()


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("not a folder")
    with pytest.raises(UsageError, match=r"cannot be written: File exists; .*--reports"):
        folder.check(tmp_path / "reports")


def test_a_folder_is_made_where_there_is_none(tmp_path: Path) -> None:
    folder.check(tmp_path / "new" / "reports")
    assert list((tmp_path / "new" / "reports").iterdir()) == []


def test_a_disk_that_is_nearly_full_is_told_with_what_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 3 * 2**20))
    with pytest.raises(UsageError, match=r"only 3 MB are free .* a run needs 200 MB; make room"):
        folder.check(tmp_path)


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", refuse)
    with pytest.raises(UsageError, match=r"cannot be written: Permission denied; make it writable .* --reports"):
        folder.check(tmp_path)


def test_clearing_removes_an_earlier_run_and_nothing_else(tmp_path: Path) -> None:
    for name in (
        "run.json",
        "acceptance.html",
        "README.md",
        "allure-results/x-result.json",
        "allure-report/index.html",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("earlier")
    folder.clear(tmp_path)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["README.md", "allure-results"]
