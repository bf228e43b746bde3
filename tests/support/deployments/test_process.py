"""A system as a real process: it starts and is ready, fails with its own words, keeps port and data, and ends."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from support.base.outcomes import Broken, DeploymentFailed, UsageError
from support.base.settings import Settings, Timeouts
from support.base.waiting import until
from support.deployments import (
    HasData,
    HasLogs,
    Killable,
    Pausable,
    ProcessDeployment,
    Restartable,
    Stoppable,
    require_capability,
)
from support.deployments import processes as processes_module
from support.deployments import server as server_module

Make = Callable[..., ProcessDeployment]


def pid_of(deployment: ProcessDeployment) -> int:
    return int(requests.get(deployment.url, timeout=5).json()["pid"])


def gone(pid: int) -> bool:
    found = processes_module.ProcessIdentity.of(pid)
    return found is None or not found.alive


def test_it_is_ready_when_start_returns_and_answers_at_its_url(make: Make) -> None:
    deployment = make()
    deployment.start()
    assert requests.get(deployment.url + "/ready", timeout=5).json() == {"ready": True}
    assert pid_of(deployment) == deployment.pid
    assert deployment.url.startswith("http://127.0.0.1:")


def test_it_has_every_power(make: Make) -> None:
    deployment = make()
    for kind in (Stoppable, Killable, Pausable, Restartable, HasLogs, HasData):
        assert require_capability(deployment, kind) is deployment


def test_its_environment_holds_its_settings_and_nothing_of_the_users_own(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAIO_AUTH_REQUIRED", "false")
    deployment = make(TINY_LOUD="yes", TINY_PORT_SAID="{port}", PYTHONHASHSEED=None)
    deployment.start()
    environment = requests.get(deployment.url + "/environment", timeout=5).json()
    assert environment["TINY_LOUD"] == "yes"
    assert environment["TINY_PORT_SAID"] == str(deployment.port)
    assert environment["TINY_DATA"] == str(deployment.data)
    assert "CAIO_AUTH_REQUIRED" not in environment
    assert "PYTHONHASHSEED" not in environment


def test_a_start_that_fails_says_how_and_shows_the_last_lines_of_the_log(make: Make) -> None:
    deployment = make(TINY_FAIL="on purpose")
    with pytest.raises(DeploymentFailed) as failure:
        deployment.start()
    said = str(failure.value)
    assert "Tiny did not start: it ended with exit code 1" in said
    assert "cannot start: TINY_FAIL=on purpose" in said
    assert "line 39" in said
    assert "line 9\n" not in said
    assert said.splitlines()[-1].startswith("command: ")


def test_a_start_that_is_never_ready_is_given_up_and_ended(make: Make, settings: Settings) -> None:
    impatient = settings.model_copy(update={"timeouts": Timeouts(start=4)})
    deployment = make(impatient, TINY_NEVER_READY="1")
    with pytest.raises(DeploymentFailed, match=r"was not ready \(GET /ready: 503 .*ready.*false"):
        deployment.start()
    assert not deployment.running


def test_a_start_that_is_interrupted_leaves_nothing_running(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    deployment = make()
    monkeypatch.setattr(server_module, "probe", interrupted)
    with pytest.raises(KeyboardInterrupt):
        deployment.start()
    assert deployment.exit_code == -9


def test_a_command_that_does_not_exist_is_named(make: Make) -> None:
    deployment = make()
    deployment._command = deployment._command.model_copy(update={"command": ["/no/such/program"]})
    with pytest.raises(DeploymentFailed, match="/no/such/program"):
        deployment.start()


def test_a_launch_does_not_wait_and_its_exit_code_and_log_can_be_read(make: Make) -> None:
    deployment = make(TINY_FAIL="again")
    deployment.launch()
    assert deployment.exit_within(10) == 1
    assert "TINY_FAIL=again" in deployment.logs()
    assert not deployment.running


def test_exit_within_gives_none_while_it_runs(make: Make) -> None:
    deployment = make()
    deployment.start()
    assert deployment.exit_within(0.05) is None
    assert deployment.exit_code is None


def test_stop_asks_it_to_end(make: Make) -> None:
    deployment = make()
    deployment.start()
    assert deployment.stop() == 0
    assert deployment.notes == []
    assert not deployment.running


def test_stop_kills_what_does_not_listen_and_notes_it(make: Make) -> None:
    deployment = make(TINY_DEAF="1")
    deployment.start()
    assert deployment.stop(grace=0.2) == -9
    assert "had to be killed" in deployment.notes[0]


def test_stop_ends_children_left_behind_and_notes_it(make: Make) -> None:
    deployment = make(TINY_CHILD="1")
    deployment.start()
    child = int((deployment.data / "child.pid").read_text())
    deployment.stop()
    until(lambda: gone(child), 5, "the child to end")
    assert "left processes of its own behind" in deployment.notes[0]


def test_a_killed_process_takes_its_children_along(make: Make) -> None:
    deployment = make(TINY_CHILD="1")
    deployment.start()
    child = int((deployment.data / "child.pid").read_text())
    deployment.kill()
    until(lambda: gone(child), 5, "the child to end")
    assert deployment.exit_code == -9


def test_a_restart_keeps_port_and_data_and_log(make: Make) -> None:
    deployment = make()
    deployment.start()
    url, first = deployment.url, pid_of(deployment)
    requests.post(url, data="kept", timeout=5)
    deployment.kill()
    deployment.restart()
    assert deployment.url == url
    assert pid_of(deployment) != first
    assert requests.get(url, timeout=5).json()["notes"] == "kept"
    assert deployment.logs().count("listening on") == 2


def test_a_port_is_given_to_nobody_else_while_its_server_is_down(make: Make) -> None:
    deployment = make()
    deployment.start()
    deployment.kill()
    with socket.socket() as stranger, pytest.raises(OSError, match="in use"):
        stranger.bind(("127.0.0.1", deployment.port))
    with pytest.raises(requests.ConnectionError):
        requests.get(deployment.url, timeout=5)


def test_a_taken_port_is_exchanged_for_another_at_the_first_start(make: Make) -> None:
    deployment = make()
    taken = deployment.port
    with socket.socket() as intruder:
        intruder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        intruder.bind(("127.0.0.1", taken))
        intruder.listen()
        deployment.start()
        assert deployment.port != taken
        assert pid_of(deployment) == deployment.pid


def test_a_frozen_process_does_not_answer_until_it_goes_on(make: Make) -> None:
    deployment = make()
    deployment.start()
    deployment.pause()
    with pytest.raises(requests.ReadTimeout):
        requests.get(deployment.url, timeout=0.3)
    deployment.resume()
    assert pid_of(deployment) == deployment.pid


def test_a_frozen_process_can_be_stopped(make: Make) -> None:
    deployment = make()
    deployment.start()
    deployment.pause()
    assert deployment.stop() == 0


def test_logs_are_read_from_a_position_on(make: Make) -> None:
    deployment = make()
    deployment.start()
    position = deployment.log_position()
    requests.post(deployment.url, data="hello", timeout=5)
    until(lambda: deployment.logs(position), 5, "the log line")
    assert deployment.logs(position) == "noted hello\n"


def test_its_folders_are_there_before_the_start(make: Make) -> None:
    deployment = make()
    assert deployment.files["contracts"].is_dir()
    assert deployment.files["notes"] == deployment.data / "notes.txt"
    assert not deployment.files["notes"].exists()


def test_settings_can_be_changed_for_the_next_start(make: Make) -> None:
    deployment = make(TINY_FAIL="first")
    with pytest.raises(DeploymentFailed):
        deployment.start()
    deployment.set_environment({"TINY_FAIL": None})
    deployment.start()
    assert deployment.running


def test_secrets_are_tokens_and_secret_settings(make: Make) -> None:
    deployment = make(
        TINY_AUTH_SECRET_KEY="s3cret-key",
        TINY_AUTH_TOKENS="tok-one:admin,tok-two:user",
        TINY_KEY_FILE="/a/path",
        TINY_X="y",
    )
    secrets = deployment.secrets()
    assert {"admin-token", "s3cret-key", "tok-one", "tok-two"} <= set(secrets)
    assert not {"/a/path", "y"} & set(secrets)


def test_usage_counts_memory_and_cpu(make: Make) -> None:
    deployment = make()
    deployment.start()
    usage = deployment.usage()
    assert usage.memory > 1_000_000
    assert usage.processes == 1
    assert usage.cpu > 0


def test_starting_it_twice_is_refused(make: Make) -> None:
    deployment = make()
    deployment.start()
    with pytest.raises(Broken, match="runs already"):
        deployment.start()


def test_a_system_without_process_deployment_says_so(make: Make, settings: Settings, tmp_path: Path) -> None:
    system = make().system
    deployments = system.deployments.model_copy(update={"process": None})
    without = system.model_copy(update={"deployments": deployments})
    with pytest.raises(UsageError, match="deployments has no process"):
        ProcessDeployment(without, {}, settings, tmp_path / "none")


def test_the_child_heads_a_session_of_its_own(make: Make) -> None:
    deployment = make()
    deployment.start()
    assert deployment.pid is not None
    assert os.getsid(deployment.pid) == deployment.pid
