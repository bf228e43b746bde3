"""One behave run on the crew: each shared sentence about processes and stores by name does what it says."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.base.settings import ROOT
from support.deployments import processes

HERE = Path(__file__).parent
LONG = ("-D", "timeouts.start=120", "-D", "timeouts.settle=60", "-D", "timeouts.stop=60")
LEFT_BROKEN = "A worker that stays dead is not ready"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout that has the crew as a system, too."""
    root = tmp_path_factory.mktemp("checkout")
    for name in ("support", "steps", "systems/caio"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("environment.py", "behave.ini"):
        shutil.copy(ROOT / name, root / name)
    shutil.copytree(HERE / "crew", root / "systems/crew")
    shutil.copytree(HERE / "features/crew", root / "features/crew")
    return root


def behave(checkout: Path, *options: str) -> tuple[dict[str, str], str]:
    """Run its features. Returns the status of each scenario, and all that was written."""
    report = checkout / "report.json"
    done = subprocess.run(
        [sys.executable, "-m", "behave", "features/crew", "-f", "json", "-o", str(report), *LONG, *options],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(checkout)},
    )
    said = f"{done.stdout[-6000:]}\n{done.stderr[-4000:]}"
    assert report.exists(), said
    scenarios = json.loads(report.read_text())[0]["elements"]
    return {each["name"]: each["status"] for each in scenarios}, said + report.read_text()


def test_every_fault_is_injected_by_name_seen_and_healed(checkout: Path) -> None:
    found, said = behave(checkout, "--name", "^(?!.*(stays dead|nobody declared))")
    assert len(found) >= 10
    passed = {name for name, status in found.items() if status == "passed"}
    assert passed == {name for name in found if "stays dead" not in name and "nobody declared" not in name}, said
    assert [each for each in (checkout / "reports/run").glob("*/*") if each.is_dir()] == []
    assert processes.carrying("PYTHONPATH", str(checkout)) == []


def test_a_process_that_stays_dead_is_not_met_and_undeclared_names_are_not_verified(checkout: Path) -> None:
    found, said = behave(checkout, "--name", "stays dead|nobody declared", "-D", "timeouts.settle=20")
    assert found[LEFT_BROKEN] == "failed", said
    assert found["A name that nobody declared"] == found["A disk that nobody declared"] == "skipped", said
    assert "does not declare processes.wroker, which this needs; did you mean 'worker'?" in said
    assert "does not declare stores.ledger.disk" in said
    assert "in vain for the process worker to be ready" in said
