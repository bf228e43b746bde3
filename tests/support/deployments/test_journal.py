"""The sweep ends and removes what a killed run left, and touches nothing of a run that lives or of a stranger."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.base.outcomes import UsageError
from support.base.settings import Settings
from support.base.systems import System
from support.base.waiting import until
from support.deployments import LeasePool, RunJournal, sweep
from support.deployments.processes import ProcessIdentity
from tests.support.deployments.test_leases import SUITE


@pytest.fixture
def stranger() -> Iterator[ProcessIdentity]:
    """A process that no run has started."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    identity = ProcessIdentity.of(process.pid)
    assert identity is not None
    yield identity
    process.kill()
    process.wait()


def killed_run(system: System, reports: Path) -> tuple[Path, list[ProcessIdentity]]:
    """A run that was killed by SIGKILL; its folder and the processes it had started."""
    suite = subprocess.Popen(
        [sys.executable, "-c", SUITE, str(system.path), str(reports)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert suite.stdout is not None
    pids = [int(pid) for pid in suite.stdout.readline().split()]
    started = [process for process in map(ProcessIdentity.of, pids) if process]
    suite.kill()
    suite.wait()
    suite.stdout.close()
    (folder,) = [path for path in (reports / "run").iterdir() if len(path.name) == 12]
    return folder, started


def test_what_a_killed_run_left_is_ended_and_removed(system: System, tmp_path: Path) -> None:
    folder, (server, child) = killed_run(system, tmp_path / "reports")
    until(lambda: not server.alive, 10, "the kernel to end the server with the suite")
    assert child.alive
    (note,) = sweep(tmp_path / "reports")
    assert folder.name in note
    assert "was cut short" in note
    until(lambda: not child.alive, 10, "the child to end")
    assert not folder.exists()
    assert sweep(tmp_path / "reports") == []


def test_a_run_that_lives_is_left_alone(pool: LeasePool, settings: Settings) -> None:
    lease = pool.acquire("process")
    assert sweep(settings.reports) == []
    assert lease.deployment.running
    assert settings.scratch.exists()


def test_a_dead_shard_of_a_run_that_lives_is_left_alone(settings: Settings, stranger: ProcessIdentity) -> None:
    RunJournal(settings.scratch, "main")
    dead = {"what": "owner", "pid": 2**22 + 1, "created": 1.0}
    started = {"what": "started", "pid": stranger.pid, "created": stranger.created}
    (settings.scratch / "journal-other-1.jsonl").write_text(json.dumps(dead) + "\n" + json.dumps(started) + "\n")
    assert sweep(settings.reports) == []
    assert stranger.alive


def test_a_stranger_with_an_old_number_is_left_alone(settings: Settings, stranger: ProcessIdentity) -> None:
    settings.scratch.mkdir(parents=True)
    entries = [
        {"what": "owner", "pid": stranger.pid, "created": stranger.created - 3600},
        {"what": "started", "pid": stranger.pid, "created": stranger.created - 3000},
    ]
    lines = "".join(json.dumps(entry) + "\n" for entry in entries)
    (settings.scratch / "journal-main-1.jsonl").write_text(lines + '{"what": "sta')
    (note,) = sweep(settings.reports)
    assert note.endswith("was cut short; removed its working files")
    assert stranger.alive
    assert not settings.scratch.exists()


def test_a_run_that_ended_in_order_is_removed_without_a_word(settings: Settings) -> None:
    settings.scratch.mkdir(parents=True)
    entries = [{"what": what, "pid": 2**22 + 1, "created": 1.0} for what in ("owner", "closed")]
    (settings.scratch / "journal-main-1.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    assert sweep(settings.reports) == []
    assert not settings.scratch.exists()


def test_a_folder_that_a_run_is_just_making_is_left_alone(settings: Settings) -> None:
    settings.scratch.mkdir(parents=True)
    assert sweep(settings.reports) == []
    assert settings.scratch.exists()


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("a file, where a folder is needed")
    with pytest.raises(UsageError, match=r"cannot be written to \(Not a directory\): give another -D reports"):
        RunJournal(tmp_path / "reports" / "run" / "x", "main")


def test_nothing_to_sweep_is_nothing_to_say(tmp_path: Path) -> None:
    assert sweep(tmp_path / "nowhere") == []
