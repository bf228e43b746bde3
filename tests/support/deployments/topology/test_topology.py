"""Several processes in order over stores of their own: readiness, names, number, and nothing left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from support.base.outcomes import DeploymentFailed
from support.base.settings import ROOT, Settings
from support.base.systems import System
from support.base.waiting import until
from support.deployments import LeasePool, TopologyDeployment, processes, sweep
from support.deployments.processes import ProcessIdentity
from support.deployments.server import Launch, ServerProcess

PATIENCE = 60


def do(crew: TopologyDeployment, job: str) -> int:
    return requests.post(f"{crew.url}/jobs", data=job, timeout=PATIENCE).status_code


def done(crew: TopologyDeployment) -> dict[str, str]:
    found: dict[str, str] = requests.get(f"{crew.url}/jobs", timeout=PATIENCE).json()
    return found


def test_a_job_goes_through_both_processes_and_both_stores(crew: TopologyDeployment) -> None:
    position = crew.log_position()
    assert do(crew, "first") == 202
    until(lambda: "first" in done(crew), PATIENCE, "the job to be done")
    until(lambda: "did first" in crew.logs(position), PATIENCE, "the worker to say so")
    assert "queued first" in crew.processes["api"].logs()
    assert "did first" not in crew.processes["api"].logs()
    assert "works for" not in crew.logs(position)
    assert crew.usage().processes >= 3


def test_processes_are_started_in_the_order_of_the_definition_each_when_the_one_before_is_ready(
    crew: TopologyDeployment,
) -> None:
    api, worker = crew.processes["api"].first, crew.processes["worker"]
    started = [_created(each.pid) for each in (api, *worker.replicas)]
    stores = [_created(store.pid) for store in crew.stores.values()]
    assert sorted(started) == started
    assert max(stores) < started[0]
    assert started[0] + api.ready_seconds[0] <= started[1] + 0.1
    assert started[1] + worker.first.ready_seconds[0] <= started[2] + 0.1
    assert f"works for {api.url}" in worker.logs()


def _created(pid: int | None) -> float:
    assert pid is not None
    identity = ProcessIdentity.of(pid)
    assert identity is not None
    return identity.created


def test_one_that_does_not_start_is_named_with_its_last_lines_and_nothing_of_it_runs(
    pool: LeasePool, settings: Settings
) -> None:
    before = {process.pid for process in processes.of_run(settings.run_id)}
    with pytest.raises(DeploymentFailed) as failed:
        pool.acquire("process", "default", {"LAZY": "2"})
    said = str(failed.value)
    assert said.startswith("the process worker 2 of Crew did not start: it ended with exit code 1")
    assert "worker-2 will not work" in said
    assert "line 39" in said
    assert "line 1\n" not in said
    assert {process.pid for process in processes.of_run(settings.run_id)} == before


def test_the_number_of_a_process_is_raised_and_lowered(pool: LeasePool) -> None:
    lease = pool.acquire("process", own=True)
    crew = lease.deployment
    assert isinstance(crew, TopologyDeployment)
    worker = crew.processes["worker"]
    worker.scale(3)
    assert [each.running for each in worker.replicas] == [True] * 3
    assert worker.well
    assert "worker-3 works" in worker.logs()
    third = worker.replicas[2]
    worker.scale(1)
    assert not third.running
    assert len(worker.replicas) == 1
    assert crew.running
    port = third.port
    worker.scale(3)
    assert worker.replicas[2].running
    assert worker.replicas[2].port == port
    pool.release(lease)


def test_data_outlives_a_restart_and_close_leaves_neither_process_nor_folder(
    pool: LeasePool, settings: Settings
) -> None:
    before = {process.pid for process in processes.of_run(settings.run_id)}
    lease = pool.acquire("process", own=True)
    crew = lease.deployment
    assert isinstance(crew, TopologyDeployment)
    do(crew, "kept")
    until(lambda: "kept" in done(crew), PATIENCE, "the job to be done")
    stores = [store.pid for store in crew.stores.values()]
    crew.restart()
    assert done(crew)["kept"].startswith("worker-")
    assert [store.pid for store in crew.stores.values()] == stores
    crew.kill()
    assert not crew.running
    assert all(store.running for store in crew.stores.values())
    pool.release(lease)
    assert not crew.folder.exists()
    assert {process.pid for process in processes.of_run(settings.run_id)} == before


def test_passwords_of_stores_are_secrets(crew: TopologyDeployment) -> None:
    password = crew.stores["queue"].url.split(":")[2].partition("@")[0]
    assert password in crew.files["config"].read_text()
    assert password in crew.secrets()


def test_the_template_has_the_address_of_the_proxy_and_of_the_store_itself(crew: TopologyDeployment) -> None:
    written = crew.files["config"].read_text()
    assert crew.relays["queue"].store_url in written
    assert crew.stores["queue"].url not in written
    assert crew.stores["ledger"].url in written


def test_clients_show_a_certificate_where_the_profile_says_so(pool: LeasePool) -> None:
    lease = pool.acquire("process", "mutual")
    crew = lease.deployment
    assert isinstance(crew, TopologyDeployment)
    assert crew.url.startswith("https:")
    trusted, shown = str(crew.authority), str(crew.client_certificate)
    assert requests.get(f"{crew.url}/ready", verify=trusted, cert=shown, timeout=PATIENCE).ok
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{crew.url}/ready", verify=trusted, timeout=PATIENCE)
    pool.release(lease)


SUITE = """
import sys, time
from pathlib import Path
import psutil
from support.base import systems
from support.base.settings import Settings, Timeouts
from support.deployments import LeasePool
from support.faults.stores import StoreProxy
settings = Settings(reports=Path(sys.argv[2]), timeouts=Timeouts(start=120, stop=60))
pool = LeasePool(settings, systems.load(Path(sys.argv[1])), StoreProxy)
pool.acquire("process")
print(*(process.pid for process in psutil.Process().children(recursive=True)), flush=True)
time.sleep(600)
"""


def test_a_suite_that_is_killed_leaves_nothing(system: System, tmp_path: Path) -> None:
    suite = subprocess.Popen(
        [sys.executable, "-c", SUITE, str(system.path), str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert suite.stdout is not None
    pids = [int(pid) for pid in suite.stdout.readline().split()]
    started = [process for process in map(ProcessIdentity.of, pids) if process]
    assert len(started) > 5
    suite.send_signal(signal.SIGKILL)
    suite.wait()
    suite.stdout.close()
    until(lambda: not any(process.alive for process in started), PATIENCE, "all its processes to end")
    assert len(sweep(tmp_path)) == 1
    assert list((tmp_path / "run").iterdir()) == []


def test_the_address_of_a_process_stays_the_same_when_it_cannot_share_a_held_port(
    settings: Settings, tmp_path: Path
) -> None:
    listen = "import socket, sys, time; s = socket.socket(); s.bind(('127.0.0.1', int(sys.argv[1]))); s.listen(); "
    launch = lambda port: Launch("it", [sys.executable, "-c", f"{listen}time.sleep(600)", str(port)], {}, None)  # noqa: E731
    server = ServerProcess(launch, settings, tmp_path / "it", shared_port=True)
    port = server.port
    try:
        server.start()
        assert server.port == port
    finally:
        server.close()
