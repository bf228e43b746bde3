"""A plain `behave` that cannot begin says why in one message, and leaves what an earlier run left as it was."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

from support.settings import ROOT

FEATURE = "features/caio/cors.feature"


def behave(reports: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "behave", "-D", f"reports={reports}", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """A folder of reports with what an earlier run left."""
    for name in ("run.json", "acceptance.html", "allure-results/0-result.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("earlier")
    return tmp_path


def assert_refused(done: subprocess.CompletedProcess[str], why: str, reports: Path) -> None:
    assert done.returncode == 2
    assert why in done.stderr
    assert len((done.stdout + done.stderr).splitlines()) <= 2  # behave names its runner in a line of its own
    left = [path for path in reports.rglob("*") if path.is_file() and path.name != ".lock"]
    assert {path.read_text() for path in left} == {"earlier"}


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["-D", "interfce=http", FEATURE], "unknown setting -D interfce; did you mean 'interface'?"),
        (["-D", "timeouts.start=soon", FEATURE], "setting -D timeouts.start='soon' is unusable"),
        (["--tags", "@CAIO-CROS-01", FEATURE], "unknown tag @CAIO-CROS-01"),
        (["--tags", "@CAIO-AUTH-01", FEATURE], "no scenario is selected"),
        (["-D", "url=http://127.0.0.1:1", FEATURE], "CAIO is not ready at http://127.0.0.1:1"),
        (["-D", "definition=nowhere.yaml", FEATURE], "nowhere.yaml: cannot be read"),
    ],
)
def test_a_run_that_cannot_begin(arguments: list[str], why: str, reports: Path) -> None:
    assert_refused(behave(reports, *arguments), why, reports)


def test_a_run_in_the_folder_of_another(reports: Path) -> None:
    with (reports / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert_refused(behave(reports, FEATURE), f"another run is writing to {reports}", reports)
