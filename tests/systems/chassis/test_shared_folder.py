"""The folder that processes share: there while any of them lives, and gone after them, also when they were killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from chassis.shared_folder import shared_folder

from tests.systems.caio.service.conftest import until

HOLDS = r"""
import os, time
from chassis.shared_folder import shared_folder

with shared_folder("of-workers-") as folder:
    (folder / "counted").touch()
    child = os.fork()
    os.write(1, f"{folder if child else 'child'}\n".encode())  # in one piece: print may write the line's end by itself
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("TMPDIR", str(tmp_path))


def folders(place: Path) -> list[Path]:
    return sorted(place.glob("of-workers-*"))


def test_it_goes_in_the_end(tmp_path: Path) -> None:
    with shared_folder("of-workers-") as folder:
        assert folders(tmp_path) == [folder]
    assert folders(tmp_path) == []


def test_what_killed_processes_left_is_removed_once_the_last_has_gone(tmp_path: Path) -> None:
    group = subprocess.Popen([sys.executable, "-c", HOLDS], stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert group.stdout is not None
    said = {group.stdout.readline().strip(), group.stdout.readline().strip()}
    (left,) = folders(tmp_path)
    assert said == {str(left), "child"}
    group.kill()
    group.wait()
    with shared_folder("of-workers-") as mine:
        assert folders(tmp_path) == sorted([left, mine])
    os.killpg(group.pid, signal.SIGKILL)
    group.stdout.read()
    until(lambda: removed(tmp_path), "what the last process left is removed")


def removed(place: Path) -> bool:
    """Whether another group finds no folder beside its own; who has been killed lets go of the lock in the end."""
    with shared_folder("of-workers-") as mine:
        return folders(place) == [mine]


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "of-workers-mine").mkdir()
    with shared_folder("of-workers-"):
        assert tmp_path / "of-workers-mine" in folders(tmp_path)
