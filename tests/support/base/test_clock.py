"""A machine's clock that is set while a run goes on changes no duration, and no moment of that run."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import allure_behave.listener
import pytest

from support.acceptance import run_record
from support.base import clock
from support.evidence import allure_formatter

HOUR = 3600


def test_the_time_of_a_run_goes_on_as_the_monotonic_clock_does(monkeypatch: pytest.MonkeyPatch) -> None:
    began, counted = clock.now(), time.monotonic()
    monkeypatch.setattr(time, "time", lambda: began - HOUR)
    monkeypatch.setattr(time, "monotonic", lambda: counted + 5)
    assert 4 < clock.now() - began < 6
    assert run_record.now().timestamp() == pytest.approx(clock.now())


def test_a_scenario_does_not_end_before_it_began(monkeypatch: pytest.MonkeyPatch) -> None:
    before = time.time()
    begun = allure_formatter.now()
    monkeypatch.setattr(time, "time", lambda: before - HOUR)
    assert 0 <= allure_formatter.now() - begun < HOUR * 1000
    assert allure_behave.listener.now is allure_formatter.now, "stock's own listener asks the same clock"


def test_processes_of_a_run_agree() -> None:
    script = "import time; time.time = lambda: 0.0\nfrom support.base import clock; print(clock.now())"
    said = subprocess.run([sys.executable, "-c", script], env=os.environ, capture_output=True, check=True).stdout
    assert abs(float(said) - clock.now()) < HOUR
    for value in (None, "nonsense"):
        environment = {name: text for name, text in os.environ.items() if name != clock.VARIABLE}
        environment |= {clock.VARIABLE: value} if value else {}
        alone = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True).stdout
        assert float(alone) < HOUR
