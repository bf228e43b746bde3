"""A system as a real container: it starts and is ready, fails with its own words, keeps port and data, and ends."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from support.base.outcomes import Broken, DeploymentFailed, UsageError
from support.base.settings import Settings, Timeouts
from support.base.systems import System
from support.base.waiting import until
from support.deployments import HasData, HasLogs, Killable, Pausable, Restartable, Stoppable, require_capability
from support.deployments.containers.deployment import ContainerDeployment
from support.deployments.containers.engine import Engine
from support.deployments.containers.host import ContainerHost
from support.deployments.containers.sdk import EngineTrouble
from support.deployments.containers.spec import ContainerSpec

from .tiny_system import needs_engine

Make = Callable[..., ContainerDeployment]


def get(deployment: ContainerDeployment, path: str = "/") -> dict[str, object]:
    return dict(requests.get(deployment.url + path, timeout=5).json())


@needs_engine
def test_it_is_ready_when_start_returns_and_has_every_power(make: Make) -> None:
    deployment = make()
    deployment.start()
    assert get(deployment, "/ready") == {"ready": True}
    assert deployment.url == f"http://127.0.0.1:{deployment.port}"
    assert deployment.state.running
    assert deployment.exit_code is None
    for kind in (Stoppable, Killable, Pausable, Restartable, HasLogs, HasData):
        assert require_capability(deployment, kind) is deployment


@needs_engine
def test_it_is_what_its_compose_file_says_and_reached_from_this_machine_alone(make: Make) -> None:
    deployment = make(TINY_ADDED="{data} on {port}")
    deployment.start()
    told = deployment.container.details()
    assert (told["Config"]["User"], told["HostConfig"]["ReadonlyRootfs"]) == ("10009:10009", True)
    assert (told["HostConfig"]["CapDrop"], told["HostConfig"]["Memory"]) == (["ALL"], 64 * 2**20)
    assert told["HostConfig"]["MemorySwap"] == told["HostConfig"]["Memory"]
    published = [bound["HostIp"] for each in told["NetworkSettings"]["Ports"].values() for bound in each or ()]
    assert published == ["127.0.0.1"]
    environment = get(deployment, "/environment")
    assert (environment["TINY_LOUD"], environment["TINY_ADDED"]) == ("no", "/data on 8000")


@needs_engine
def test_a_start_that_fails_says_how_and_shows_the_last_lines_of_the_log(make: Make) -> None:
    deployment = make(TINY_FAIL="on purpose")
    with pytest.raises(DeploymentFailed) as failure:
        deployment.start()
    said, log = str(failure.value), deployment.logs().splitlines()
    assert "Tiny did not start: it ended with exit code 1" in said
    assert "cannot start: TINY_FAIL=on purpose" in log
    assert [line.strip() for line in said.splitlines()[1:-1]] == log[-12:]
    assert said.splitlines()[-1].startswith(f"container: {deployment.container.name}, image sha256:")


@needs_engine
def test_a_start_that_is_never_ready_is_given_up_and_ended(make: Make, settings: Settings) -> None:
    impatient = settings.model_copy(update={"timeouts": Timeouts(start=1)})
    deployment = make(impatient, TINY_NEVER_READY="1")
    with pytest.raises(DeploymentFailed, match=r"was not ready \(GET /ready: "):
        deployment.start()
    assert not deployment.running


@needs_engine
def test_settings_can_be_changed_for_the_next_start(make: Make) -> None:
    deployment = make(TINY_FAIL="first")
    with pytest.raises(DeploymentFailed):
        deployment.start()
    port = deployment.port
    deployment.set_environment({"TINY_FAIL": None, "TINY_LOUD": "yes"})
    deployment.start()
    assert get(deployment, "/environment")["TINY_LOUD"] == "yes"
    deployment.set_environment({"TINY_LOUD": "very"})
    deployment.restart()
    assert get(deployment, "/environment")["TINY_LOUD"] == "very"
    assert deployment.port == port
    assert deployment.logs().count("listening on") == 2
    assert "cannot start: TINY_FAIL=first" in deployment.logs()


@needs_engine
def test_how_it_ended_is_told(make: Make) -> None:
    deployment = make()
    assert (deployment.running, deployment.exit_code, deployment.stop()) == (False, None, None)
    deployment.start()
    assert deployment.exit_within(0.1) is None
    assert deployment.stop() == 0
    assert deployment.notes == []
    deployment.start()
    deployment.kill()
    assert deployment.exit_code == 137
    deployment.kill()
    deafened = make(TINY_DEAF="1")
    deafened.start()
    assert deafened.stop(1) == 137
    assert deafened.notes == ["did not end within 1 s of being asked to and had to be killed"]


@needs_engine
def test_a_launch_does_not_wait_and_its_exit_code_and_log_can_be_read(make: Make) -> None:
    deployment = make(TINY_FAIL="as expected")
    with pytest.raises(Broken, match="Tiny was never started"):
        deployment.exit_within(1)
    deployment.launch()
    assert deployment.exit_within(10) == 1
    assert "as expected" in deployment.logs()


@needs_engine
def test_a_restart_keeps_port_data_and_log(make: Make) -> None:
    deployment = make()
    deployment.start()
    url = deployment.url
    requests.post(url, data="kept", timeout=5)
    deployment.kill()
    deployment.restart()
    assert deployment.url == url
    assert get(deployment)["notes"] == "kept"
    assert deployment.files["notes"].read_text() == "kept"
    assert deployment.logs().count("listening on") == 2
    assert len(deployment.ready_seconds) == 2


@needs_engine
def test_logs_are_read_from_a_position_on(make: Make) -> None:
    deployment = make()
    deployment.start()
    position = deployment.log_position()
    requests.post(deployment.url, data="hello", timeout=5)
    until(lambda: deployment.logs(position), 5, "the log line")
    assert deployment.logs(position) == "noted hello\n"


@needs_engine
def test_a_frozen_one_does_not_answer_until_it_goes_on_and_can_be_stopped(make: Make) -> None:
    deployment = make()
    deployment.start()
    deployment.pause()
    assert deployment.running
    with pytest.raises(requests.ReadTimeout):
        requests.get(deployment.url, timeout=0.3)
    deployment.resume()
    assert "pid" in get(deployment)
    deployment.pause()
    assert deployment.stop() == 0
    deployment.resume()


@needs_engine
def test_a_taken_port_is_exchanged_for_another_at_the_first_start(make: Make) -> None:
    deployment = make()
    taken = deployment.port
    with socket.socket() as intruder:
        intruder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        intruder.bind(("127.0.0.1", taken))
        intruder.listen()
        deployment.start()
        assert deployment.port != taken
        assert "pid" in get(deployment)


@needs_engine
def test_commands_run_inside_and_what_it_uses_is_known(make: Make) -> None:
    deployment = make()
    deployment.start()
    ran = deployment.run(["python3", "-c", "import os, sys; print(os.getuid()); sys.exit(3)"])
    assert (ran.exit_code, ran.output) == (3, "10009\n")
    usage = deployment.usage()
    assert 1_000_000 < usage.memory < 64 * 2**20
    assert usage.processes >= 1
    assert usage.cpu > 0


@needs_engine
def test_starting_it_twice_is_refused(make: Make) -> None:
    deployment = make()
    deployment.start()
    with pytest.raises(Broken, match="Tiny runs already"):
        deployment.start()


@needs_engine
def test_after_close_nothing_is_left(make: Make, host: ContainerHost, real: Engine, settings: Settings) -> None:
    deployment = make()
    deployment.start()
    kinds = [each.kind for each in real.leftovers(settings.run_id)]
    assert kinds == ["container", "network"]
    deployment.close()
    assert host.close() == []
    assert real.leftovers(settings.run_id) == []
    host.close()


@needs_engine
def test_what_is_left_is_removed_and_told(settings: Settings, real: Engine, tiny: System, tmp_path: Path) -> None:
    careless = ContainerHost(settings)
    deployment = ContainerDeployment(tiny, {}, settings, tmp_path / "left", careless)
    deployment.start()
    name = deployment.container.name
    assert careless.close() == [f"container {name} was still there"]
    assert real.leftovers(settings.run_id) == []


@needs_engine
def test_two_runs_side_by_side_do_not_disturb_each_other(
    make: Make, tiny: System, tmp_path: Path, real: Engine, host: ContainerHost
) -> None:
    others = Settings(reports=tmp_path / "reports", timeouts=Timeouts(start=20))
    second_host = ContainerHost(others)
    second = ContainerDeployment(tiny, {}, others, tmp_path / "second", second_host)
    first = make()
    first.start()
    second.start()
    assert first.port != second.port
    requests.post(first.url, data="of the first", timeout=5)
    assert get(second)["notes"] == ""
    assert host.image(first.build()) == second_host.image(second.build())
    second.close()
    assert second_host.close() == []
    assert get(first)["notes"] == "of the first"
    assert {each.kind for each in real.leftovers()} >= {"container", "network"}


@needs_engine
def test_two_systems_in_one_process_do_not_remove_each_others_containers(
    tiny: System, settings: Settings, tmp_path: Path, real: Engine
) -> None:
    hosts = [ContainerHost(settings, system=name) for name in ("tiny", "other")]
    ours, theirs = (
        ContainerDeployment(tiny, {}, settings, tmp_path / f"of-{number}", host) for number, host in enumerate(hosts)
    )
    try:
        ours.start()
        theirs.start()
        ours.close()
        assert hosts[0].close() == []
        assert get(theirs)["notes"] == ""
    finally:
        theirs.close()
        assert [host.close() for host in reversed(hosts)] == [[], []]
    assert real.leftovers(settings.run_id) == []


@needs_engine
def test_an_image_that_is_not_there_is_told(host: ContainerHost) -> None:
    with pytest.raises(EngineTrouble, match=r"the container .* could not be made: .*[Nn]o such image"):
        host.create("none", ContainerSpec("signoff-nothing:1"))


@needs_engine
def test_a_system_without_container_deployment_says_so(make: Make, settings: Settings, tmp_path: Path) -> None:
    made = make()
    without = made.system.model_copy(
        update={"deployments": made.system.deployments.model_copy(update={"container": None})}
    )
    with pytest.raises(UsageError, match="deployments has no container"):
        ContainerDeployment(without, {}, settings, tmp_path / "none", made.host)


@needs_engine
def test_what_an_engine_tells_of_itself(real: Engine) -> None:
    told = real.facts()
    assert "unknown" not in (told.version, told.api, told.storage, told.root)
