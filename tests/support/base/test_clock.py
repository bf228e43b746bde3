"""A machine's clock that is set while a run goes on changes no duration, and no moment of that run."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest
from support.evidence.recording import Executable

from support.acceptance import run_record
from support.base import clock

HOUR = 3600


def test_the_time_of_a_run_goes_on_as_the_monotonic_clock_does(monkeypatch: pytest.MonkeyPatch) -> None:
    began, counted = clock.now(), time.monotonic()
    monkeypatch.setattr(time, "time", lambda: began - HOUR)
    monkeypatch.setattr(time, "monotonic", lambda: counted + 5)
    assert 4 < clock.now() - began < 6
    assert run_record.now().timestamp() == pytest.approx(clock.now())


def test_a_scenario_does_not_end_before_it_began(monkeypatch: pytest.MonkeyPatch) -> None:
    before = time.time()
    begun = Executable(name="a step")
    monkeypatch.setattr(time, "time", lambda: before - HOUR)
    assert 0 <= Executable(name="another").start - begun.start < HOUR * 1000


def test_processes_of_a_run_agree() -> None:
    script = "import time; time.time = lambda: 0.0\nfrom support import clock; print(clock.now())"
    said = subprocess.run([sys.executable, "-c", script], env=os.environ, capture_output=True, check=True).stdout
    assert abs(float(said) - clock.now()) < HOUR
    for value in (None, "nonsense"):
        environment = {name: text for name, text in os.environ.items() if name != clock.VARIABLE}
        environment |= {clock.VARIABLE: value} if value else {}
        alone = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True).stdout
        assert float(alone) < HOUR
