"""Each defect that the gateway can be started with breaks the promise that it is meant to break."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from support.deployments.ports import HOST, HeldPort
from tests.systems.gateway import promises
from tests.systems.gateway.promises import Make

HERE = Path(__file__).parent
BREAKS: dict[str, Callable[..., None]] = {
    "no-auth": promises.strangers_are_refused,
    "every-key-is-an-admins": promises.only_administrators_see_the_configuration,
    "no-challenge": promises.strangers_are_challenged,
    "cors-wildcard": promises.only_listed_origins_may_read,
    "no-cors": promises.only_listed_origins_may_read,
    "no-rate-limit": promises.a_key_is_limited_and_told_how_long,
    "one-limit-for-all-keys": promises.a_key_is_limited_by_itself,
    "no-retry-after": promises.a_key_is_limited_and_told_how_long,
    "health-lies": promises.health_tells_of_dead_upstreams,
    "metrics-do-not-count": promises.metrics_count_requests_by_status,
    "metrics-miss-errors": promises.metrics_count_requests_by_status,
    "logs-the-key": promises.logs_tell_each_request_and_no_key,
    "logs-nothing": promises.logs_tell_each_request_and_no_key,
    "logs-another-request-id": promises.logs_tell_each_request_and_no_key,
    "errors-as-500": promises.errors_are_error_objects,
    "errors-as-text": promises.errors_are_error_objects,
    "no-body-limit": promises.large_requests_are_refused,
    "no-failover": promises.a_dead_upstream_is_passed_over,
    "drops-requests": promises.every_caller_gets_the_own_answer,
    "mixes-answers-up": promises.every_caller_gets_the_own_answer,
}
LATE = {"slow", "waits-for-dead-upstreams"}
"""Their tests measure the least time that they take; the gateway's own time is not judged, for machines differ."""

AREAS = {"auth", "cors", "rate_limit", "health", "metrics", "logs", "errors", "failover", "load", "slo"}


def test_every_defect_is_tried_and_every_area_has_one(program: Any) -> None:
    assert set(program.DEFECTS) == BREAKS.keys() | LATE
    assert {defect.area for defect in program.DEFECTS.values()} == AREAS


@pytest.mark.parametrize(("name", "promise"), BREAKS.items(), ids=BREAKS.keys())
def test_a_defect_breaks_its_promise(
    program: Any, make: Make, upstreams: list[str], name: str, promise: Callable[..., None]
) -> None:
    program.DEFECTS[name].apply()
    judge = partial(promise, second=upstreams[1]) if promise is promises.a_dead_upstream_is_passed_over else promise
    with pytest.raises(AssertionError):
        judge(make)


def test_a_slow_gateway_is_late(program: Any, make: Make) -> None:
    program.DEFECTS["slow"].apply()
    gateway = make()
    started = time.monotonic()
    assert gateway.chat().status_code == 200
    assert time.monotonic() - started >= program.SLOW


def test_a_gateway_that_waits_for_dead_upstreams_is_late(
    program: Any, make: Make, upstreams: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "PATIENCE", 0.5)
    program.DEFECTS["waits-for-dead-upstreams"].apply()
    dead = HeldPort()
    gateway = make(GATEWAY_UPSTREAMS=f"http://{HOST}:{dead.number},{upstreams[1]}")
    started = time.monotonic()
    assert gateway.chat().status_code == 200
    assert time.monotonic() - started >= 0.5
    dead.release()


@pytest.mark.parametrize(("name", "status"), [("no-such-defect", 97), ("none", 2), ("no-auth", 2)])
def test_the_launcher_knows_its_defects_and_becomes_the_gateway(name: str, status: int) -> None:
    """Without settings the gateway itself ends with 2."""
    ended = subprocess.run(
        [sys.executable, f"{HERE}/broken.py"],
        check=False,
        env={**os.environ, "BROKEN_GATEWAY": name},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == status
    assert ("known are" in ended.stderr) is (status == 97)
