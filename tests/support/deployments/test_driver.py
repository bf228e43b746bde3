"""The Python driver: calls, errors of the system, and a driver that dies or is silent."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.base.outcomes import DeploymentFailed, NotVerified
from support.base.settings import Settings
from support.base.systems import System
from support.deployments import DriverDeployment, HasLogs, Killable, Pausable, Restartable, require_capability

Make = Callable[..., DriverDeployment]


@pytest.fixture
def driver(system: System, settings: Settings, tmp_path: Path) -> Iterator[Make]:
    made: list[DriverDeployment] = []

    def deployment(**environment: str | None) -> DriverDeployment:
        made.append(DriverDeployment(system, environment, settings, tmp_path / f"driver-{len(made)}"))
        return made[-1]

    yield deployment
    for each in made:
        each.kill()


def test_it_says_its_version_and_answers_calls(driver: Make) -> None:
    deployment = driver()
    deployment.start()
    assert deployment.version == "1.2.3"
    reply = deployment.call("echo", {"text": "größer"})
    assert reply.ok
    assert reply.result == {"text": "größer"}
    assert "größer" in reply.describe()
    assert deployment.call("echo").result == {}


def test_an_error_of_the_system_is_in_the_reply(driver: Make) -> None:
    deployment = driver()
    deployment.start()
    reply = deployment.call("refuse")
    assert not reply.ok
    assert reply.error is not None
    assert (reply.error.code, reply.error.message) == (-32000, "refused")
    assert reply.error.data["type"] == "urn:tiny:refused"
    assert "urn:tiny:refused" in reply.describe()


def test_a_driver_that_dies_is_a_failure_with_its_last_lines(driver: Make) -> None:
    deployment = driver()
    deployment.start()
    reply = deployment.call("die")
    assert reply.failure is not None
    assert "exit code 3" in reply.failure
    assert "dying" in reply.failure
    again = deployment.call("echo")
    assert again.failure is not None
    deployment.restart()
    assert deployment.call("echo", {"a": 1}).result == {"a": 1}


def test_a_silent_driver_is_a_failure_and_its_late_answer_is_not_taken_for_another(driver: Make) -> None:
    deployment = driver()
    deployment.start()
    reply = deployment.call("hang", timeout=0.2)
    assert reply.failure == "it said nothing in time"
    assert "no answer after" in reply.describe()


def test_a_call_that_is_cut_short_tells_what_it_has_done(driver: Make) -> None:
    deployment = driver()
    deployment.start()
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        deployment.call("count")
    assert 0 < deployment.cut_short(5.0) < 600
    assert deployment.call("echo", {"a": 1}).result == {"a": 1}


def test_a_call_that_does_not_know_how_to_end_early_has_nothing_to_tell(driver: Make) -> None:
    deployment = driver()
    assert deployment.cut_short(5.0) is None
    deployment.start()
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        deployment.call("hang")
    assert deployment.cut_short(5.0) is None


def test_a_driver_that_does_not_start_shows_its_log(driver: Make) -> None:
    with pytest.raises(DeploymentFailed, match="no module named caio"):
        driver(TINY_FAIL="1").start()


def test_it_ends_when_its_input_is_closed(driver: Make) -> None:
    deployment = driver()
    deployment.start()
    assert deployment.stop() == 0
    assert not deployment.running


def test_it_has_the_powers_it_can_have(driver: Make) -> None:
    deployment = driver()
    for kind in (Killable, Restartable, HasLogs):
        assert require_capability(deployment, kind) is deployment
    with pytest.raises(NotVerified, match="python is not"):
        require_capability(deployment, Pausable)  # type: ignore[type-abstract]
