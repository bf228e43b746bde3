"""Stores end with the suite, however that ends, and their folders go with the run's; all that without root, too."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

from support.base.settings import ROOT
from support.base.waiting import until
from support.deployments import journal

PROGRAM = [sys.executable, "-B", "-m", "tests.support.deployments.stores.starting"]


def lives(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_they_end_when_the_suite_is_killed_and_the_next_run_takes_their_folders_away(tmp_path: Path) -> None:
    suite = subprocess.Popen([*PROGRAM, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert suite.stdout is not None
    pids = [int(word) for word in suite.stdout.readline().split()]
    assert len(pids) > 10
    assert all(lives(pid) for pid in pids)
    suite.send_signal(signal.SIGKILL)
    suite.wait()
    until(lambda: not [pid for pid in pids if lives(pid)], 30, "all processes of the stores to have ended")
    assert len(journal.sweep(tmp_path)) == 1
    assert list((tmp_path / "run").iterdir()) == []


def is_open(folder: Path) -> bool:
    return all(each.stat().st_mode & stat.S_IXOTH for each in (folder, *folder.parents))


@pytest.mark.skipif(os.geteuid() != 0, reason="whoever is not root runs all tests of this folder without it")
@pytest.mark.skipif(not is_open(ROOT), reason="the checkout lies in a folder that only root may enter")
def test_they_start_and_fill_up_without_root() -> None:
    only = "-all,+dac_read_search"  # to reach the interpreter, which may be root's own
    ordinary = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--securebits=+no_setuid_fixup"]
    ordinary += [f"--inh-caps={only}", f"--ambient-caps={only}", f"--bounding-set={only}", "--"]
    with tempfile.TemporaryDirectory() as reports:  # pytest's own folders are closed to others
        os.chown(reports, 65534, 65534)
        said = subprocess.run(
            [*ordinary, *PROGRAM, reports],
            check=False,
            cwd=ROOT,
            env={**os.environ, "FILL": "yes", "HOME": reports},
            capture_output=True,
            text=True,
        )
    assert said.returncode == 0, said.stderr
    assert "53100" in said.stdout
    assert "No space left on device" in said.stdout
