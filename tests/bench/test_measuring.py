"""The measurements measure what they say: the real hooks and formatter, the memory of the processes they follow."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from bench import step_cost
from bench.caio import routing
from bench.caio.routing import Case
from bench.processes import follow

MEGABYTE = 2**20


def test_every_step_of_the_synthetic_features_is_measured_with_an_exchange() -> None:
    measured = step_cost.measure_once()
    assert len(measured.steps) == step_cost.SCENARIOS * (step_cost.STEPS - 1)
    assert min(measured.steps) > 0
    assert measured.with_share > 0
    assert 2_000 < measured.exchange_bytes < 3_000


def test_the_memory_and_work_of_a_command_and_its_shards_are_seen(tmp_path: Path) -> None:
    hold = "import time; held = bytearray({megabytes} << 20); time.sleep({seconds})"
    shard = [sys.executable, "-c", hold.format(megabytes=40, seconds=1), "support.run.child"]
    command = [sys.executable, "-c", f"import subprocess; subprocess.run({shard!r}); raise SystemExit(3)"]
    done = follow(command, tmp_path, tmp_path / "console.txt", patience=30)
    assert done.status == 3
    assert done.peaks.shard > 40 * MEGABYTE > done.peaks.command > 0
    assert done.peaks.suite > done.peaks.shard
    assert done.peaks.generator == 0
    assert done.processor > 0


def test_a_command_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    tell = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    console = tmp_path / "console.txt"
    with pytest.raises(TimeoutError, match="did not end within 1 s"):
        follow([sys.executable, "-c", tell], tmp_path, console, patience=1)
    with pytest.raises(ProcessLookupError):
        os.kill(int(console.read_text().split()[0]), 0)


def test_a_round_of_decisions_gives_a_time_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routing, "DECISIONS", 20)
    monkeypatch.setattr(routing, "ROUNDS", 2)
    figures = routing.figures_of(Case(services=30, matching=10))
    assert [len(figure.samples) for figure in figures] == [2, 2, 2]
    p50, p95, alone = (figure.median or 0 for figure in figures)
    assert 0 < p50 <= p95
    assert alone > 0
