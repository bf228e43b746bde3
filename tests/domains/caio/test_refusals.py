"""A plain `behave` that cannot begin says why in one message, and leaves what an earlier run left as it was."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

from support.base.settings import ROOT

FEATURE = "features/caio/cors.feature"


def behave(reports: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "behave", "-D", f"reports={reports}", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """A folder of reports with what an earlier run left."""
    for name in ("caio/run.json", "caio/acceptance.html", "caio/allure-results/0-result.json"):
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


def definition(folder: Path, *changes: tuple[str, str]) -> Path:
    """CAIO's definition with some changes, elsewhere."""
    text = (ROOT / "systems/caio/system.yaml").read_text().replace("checklist: hardening.yaml", "#")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "own.yaml"
    path.write_text(text)
    return path


def test_all_that_contradicts_a_run_is_told_at_once(
    reports: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NOWHERE_SET", raising=False)
    token = "${CAIO_TEST_ADMIN_TOKEN:-caio-test-only-admin-Zk3vQ9wLr7Ty2Xb6Nc1Hd8Jf}"
    given = definition(tmp_path_factory.mktemp("own"), ("name: caio\n", "name: other\n"), (token, "${NOWHERE_SET}"))
    done = behave(reports, "-D", f"definition={given}", FEATURE)
    assert done.returncode == 2
    assert "identities.admin.token: reads the environment variable NOWHERE_SET, which is not set" in done.stderr
    assert "features/caio/criteria.yaml:" in done.stderr
    assert "system: is 'caio', but the system is 'other'" in done.stderr


def test_what_a_definition_lacks_is_told_before_the_first_scenario(tmp_path: Path) -> None:
    given = definition(tmp_path, ("  browser-facing:", "  facing-browsers:"))
    done = behave(tmp_path / "reports", "-D", f"definition={given}", f"{FEATURE}:12")
    assert "does not declare what scenarios need, so they cannot be verified:" in done.stdout
    assert "\n  profiles.browser-facing (there are: authenticated, default, facing-browsers, " in done.stdout
    assert "scenarios passed, 0 failed" in done.stdout
    assert "own.yaml does not declare profiles.browser-facing, which this needs" in done.stdout + done.stderr


def test_a_run_in_the_folder_of_another(reports: Path) -> None:
    with (reports / "caio" / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert_refused(behave(reports, FEATURE), f"another run is writing to {reports / 'caio'}", reports)
