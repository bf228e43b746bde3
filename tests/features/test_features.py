"""Runs the suite's own features: what an owner is promised of the suite itself, tried with behave on behave."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PATIENCE = 600
"""Seconds after which a run hangs: some scenarios run behave themselves, which takes its time on a busy machine."""


@pytest.mark.parametrize("feature", sorted(path.name for path in HERE.glob("*.feature")))
def test_the_suites_own_features_hold(feature: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "behave", feature],
        cwd=HERE,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        env={**os.environ, "PYTHONPATH": str(HERE.parents[1])},
    )
    said = f"{done.stdout[-8000:]}\n{done.stderr[-2000:]}"
    assert done.returncode == 0, said
    assert " 0 failed" in done.stdout, said
    assert "undefined" not in done.stdout, said
