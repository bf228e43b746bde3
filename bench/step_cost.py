"""The suite's own cost per step: synthetic features with the real hooks, the real vocabulary and the real formatter.

They run in the process that `signoff accept` starts for a shard. The steps call no system, so all time is the suite's.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Figure, Target, percentile, unmeasured
from support.base.settings import ROOT

ROUNDS = 5
SCENARIOS = 60
STEPS = 6
PATIENCE = 60.0
TARGET = Target(5.0)
MILLISECOND = 1e6

SCENARIO = """
  Example: Measured {number}
    Given the measurement shows an exchange for the services
      | service    | offers | accuracy | needs internet |
      | cloud-chat | chat   | 0.99     | yes            |
      | local-chat | chat   | 0.91     | no             |
    When the measurement shows an exchange
"""
THEN = "    Then the measurement shows an exchange\n"


@dataclass(frozen=True, slots=True)
class Round:
    """Milliseconds: of each step by itself, and of a step with its share of scenario, hooks and result."""

    steps: list[float]
    with_share: float
    exchange_bytes: int


def measure() -> list[Figure]:
    """Median and p95 of a step, and the mean with the scenario's share; one sample per round."""
    try:
        rounds = [measure_once() for _ in range(ROUNDS)]
    except subprocess.TimeoutExpired as error:
        return [
            unmeasured("own cost per step, median", "ms", TARGET, f"behave did not end within {error.timeout:.0f} s")
        ]
    included = (
        f"{SCENARIOS * STEPS} steps a round, each shows an exchange of {rounds[0].exchange_bytes / 1000:.1f} KB; "
        "included: behave itself, finding the step in the whole vocabulary, hooks, redaction, writing to disk, "
        "console line; nothing is subtracted"
    )
    return [
        Figure("own cost per step, median", "ms", _share(rounds, 0.5), TARGET, included),
        Figure("own cost per step, p95", "ms", _share(rounds, 0.95), None, "the same"),
        Figure(
            "own cost per step, scenario's share included",
            "ms",
            tuple(one.with_share for one in rounds),
            None,
            "mean: also building and tidying the world, and writing the scenario's result",
        ),
    ]


def _share(rounds: list[Round], share: float) -> tuple[float, ...]:
    return tuple(percentile(one.steps, share) for one in rounds)


def measure_once() -> Round:
    """One process, one round."""
    with tempfile.TemporaryDirectory(prefix="signoff-bench-") as folder:
        return _evaluate(_run(_tree(Path(folder))))


def _tree(folder: Path) -> Path:
    """A checkout in small: the real steps and hooks, and features of our own."""
    shutil.copytree(ROOT / "steps", folder / "steps", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(Path(__file__).with_name("exchange_steps.py"), folder / "steps")
    for name in ("environment.py", "behave.ini"):
        shutil.copy(ROOT / name, folder)
    features = folder / "features" / "caio"
    features.mkdir(parents=True)
    examples = (SCENARIO.format(number=number) + THEN * (STEPS - 2) for number in range(SCENARIOS))
    text = "Feature: What a step costs\n\n  Rule: A step costs little\n" + "".join(examples)
    (features / "measured.feature").write_text(text, encoding="utf-8")
    return folder


def _run(tree: Path) -> Path:
    reports, stamps = tree / "reports", tree / "stamps.json"
    results = reports / "caio" / "allure-results"
    settings = {"reports": reports, "run_id": "bench", "shard": "bench", "clean": "false", "interface": "http"}
    done = subprocess.run(
        [sys.executable, "-m", "support.run.child", str(os.getpid()), str(results),
         *(word for name, value in settings.items() for word in ("-D", f"{name}={value}")), "features"],
        cwd=tree, env={**os.environ, "BENCH_STAMPS": str(stamps), "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    attached = len(list(results.glob("*-attachment.*")))
    if done.returncode != 0 or attached < SCENARIOS * STEPS:
        said = (done.stdout + done.stderr)[-2000:]
        raise RuntimeError(f"behave ended with status {done.returncode} and {attached} attachments:\n{said}")
    return stamps


def _evaluate(file: Path) -> Round:
    found = json.loads(file.read_text(encoding="utf-8"))
    stamps: list[tuple[int, int, int]] = found["stamps"]
    steps = [
        (begun - ended) / MILLISECOND
        for (scenario, _, ended), (next_scenario, begun, _) in itertools.pairwise(stamps)
        if scenario == next_scenario
    ]
    if len(stamps) != SCENARIOS * STEPS or len(steps) != SCENARIOS * (STEPS - 1):
        raise RuntimeError(f"{len(stamps)} stamps and {len(steps)} intervals are not those of the synthetic features")
    whole = (stamps[-1][1] - stamps[0][2]) / MILLISECOND / (len(stamps) - 1)
    return Round(steps, whole, found["bytes"])
