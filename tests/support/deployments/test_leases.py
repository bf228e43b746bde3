"""Leases: equal wishes share a deployment, dirty ones are thrown away, few are kept, and nothing outlives the pool."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from support.base import systems
from support.base.outcomes import DeploymentFailed, NotVerified, UsageError
from support.base.settings import Settings
from support.base.systems import System
from support.base.waiting import until
from support.deployments import LeasePool, ProcessDeployment, RemoteDeployment, sweep
from support.deployments import leases as leases_module
from support.deployments.processes import ProcessIdentity


def starts(settings: Settings) -> dict[str, object]:
    content: dict[str, object] = json.loads((settings.scratch / f"starts-tiny-{settings.shard}.json").read_text())
    return content


def test_equal_wishes_share_one_deployment_one_after_the_other(pool: LeasePool) -> None:
    first = pool.acquire("process", "loud", {"TINY_B": "2", "TINY_A": "1"})
    pool.release(first)
    second = pool.acquire("process", "loud", {"TINY_A": "1", "TINY_B": "2"})
    assert second.deployment is first.deployment
    assert (len(pool.record.servers), pool.record.reused) == (1, 1)


def test_a_lease_is_never_given_to_two_at_once(pool: LeasePool) -> None:
    assert pool.acquire("process").deployment is not pool.acquire("process").deployment


def test_other_settings_or_another_profile_mean_another_deployment(pool: LeasePool) -> None:
    plain = pool.acquire("process")
    pool.release(plain)
    loud = pool.acquire("process", "loud")
    pool.release(loud)
    own = pool.acquire("process", "default", {"TINY_A": "1"})
    assert len({plain.deployment.url, loud.deployment.url, own.deployment.url}) == 3
    assert pool.record.distinct == 3
    environment = requests.get(loud.deployment.url + "/environment", timeout=5).json()
    assert environment["TINY_LOUD"] == "yes"
    assert "a-long-secret" in loud.deployment.secrets()


def test_a_dirty_lease_is_thrown_away(pool: LeasePool) -> None:
    lease = pool.acquire("process")
    lease.dirty = True
    pool.release(lease)
    assert not lease.deployment.running
    assert pool.acquire("process").deployment is not lease.deployment
    assert pool.record.dirtied == 1


def test_one_that_was_asked_for_as_ones_own_is_new_and_thrown_away(pool: LeasePool) -> None:
    shared = pool.acquire("process")
    pool.release(shared)
    own = pool.acquire("process", own=True)
    assert own.deployment is not shared.deployment
    pool.release(own)
    assert not own.deployment.running
    assert pool.acquire("process").deployment is shared.deployment


def test_one_that_ended_meanwhile_is_replaced(pool: LeasePool) -> None:
    lease = pool.acquire("process")
    pool.release(lease)
    assert isinstance(lease.deployment, ProcessDeployment)
    lease.deployment.kill()
    again = pool.acquire("process")
    assert again.deployment.running
    assert pool.record.died == 1


def test_a_failed_start_leaves_nothing_running_but_its_log(pool: LeasePool, settings: Settings) -> None:
    with pytest.raises(DeploymentFailed):
        pool.acquire("process", "default", {"TINY_FAIL": "1"})
    assert pool.record.failed == 1
    assert len(list(settings.scratch.glob("*/log.txt"))) == 1


def test_what_did_not_start_is_not_waited_for_again(pool: LeasePool) -> None:
    for said in ("Tiny did not start", "not tried again after an earlier scenario of this run: Tiny did not start"):
        with pytest.raises(DeploymentFailed, match=f"^{said}"):
            pool.acquire("process", "default", {"TINY_FAIL": "1"})
    assert pool.acquire("process").deployment.running


def test_where_nothing_starts_in_any_set_up_nothing_else_is_tried(pool: LeasePool) -> None:
    for number in range(leases_module.HOPELESS):
        with pytest.raises(DeploymentFailed, match=r"^Tiny did not start"):
            pool.acquire("process", "default", {"TINY_FAIL": str(number)})
    with pytest.raises(DeploymentFailed, match=r"^not tried again .*: Tiny did not start"):
        pool.acquire("process")


def test_where_something_has_started_another_set_up_is_always_tried(pool: LeasePool) -> None:
    pool.release(pool.acquire("process"))
    for number in range(leases_module.HOPELESS + 1):
        with pytest.raises(DeploymentFailed, match=r"^Tiny did not start"):
            pool.acquire("process", "default", {"TINY_FAIL": str(number)})
    assert pool.acquire("process", "loud").deployment.running


def test_a_fresh_one_is_not_started_and_its_files_can_be_prepared(pool: LeasePool) -> None:
    lease = pool.fresh("process", "default", {"TINY_X": "1"})
    assert isinstance(lease.deployment, ProcessDeployment)
    lease.deployment.files["notes"].write_text("before")
    lease.deployment.start()
    assert requests.get(lease.deployment.url, timeout=5).json()["notes"] == "before"
    folder = lease.deployment.folder
    pool.release(lease)
    assert not lease.deployment.running
    assert not folder.exists()
    assert (pool.record.own, pool.record.dirtied) == (1, 0)


def test_few_idle_ones_are_kept_and_the_longest_unused_goes_first(
    pool: LeasePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases_module, "IDLE", 2)
    leases = [pool.acquire("process", "default", {"TINY_N": str(number)}) for number in range(3)]
    for lease in leases:
        pool.release(lease)
    assert [lease.deployment.running for lease in leases] == [False, True, True]
    assert (pool.record.evicted, pool.record.dirtied) == (1, 0)


def test_companions_are_shared_by_name(pool: LeasePool) -> None:
    chat = pool.companion("backend", "local-chat")
    embed = pool.companion("backend", "local-embed")
    assert chat.deployment.url != embed.deployment.url
    pool.release(chat)
    assert pool.companion("backend", "local-chat").deployment is chat.deployment
    assert chat.deployment.kind == "backend"


def test_the_python_driver_is_leased_too(pool: LeasePool) -> None:
    lease = pool.acquire("python")
    pool.release(lease)
    assert pool.acquire("python").deployment is lease.deployment


def test_closing_stops_all_and_writes_down_the_starts(settings: Settings, system: System) -> None:
    pool = LeasePool(settings, system)
    out, idle = pool.acquire("process", "loud"), pool.acquire("process")
    pool.release(idle)
    pool.close()
    pool.close()
    assert not out.deployment.running
    assert not idle.deployment.running
    written = starts(settings)
    assert written["starts"] == written["distinct"] == 2
    assert isinstance(written["ready_median"], float)
    assert "a-long-secret" not in json.dumps(written)
    assert [path.name for path in settings.scratch.iterdir() if path.is_dir()] == []


def test_a_remote_deployment_is_used_as_it_is(pool: LeasePool, system: System, settings: Settings) -> None:
    there = pool.acquire("process")
    remote = LeasePool(settings.model_copy(update={"url": there.deployment.url + "/", "shard": "remote"}), system)
    lease = remote.acquire("remote", "loud")
    assert isinstance(lease.deployment, RemoteDeployment)
    assert lease.deployment.url == there.deployment.url
    with pytest.raises(NotVerified, match="cannot be given settings: TINY_A"):
        remote.acquire("remote", "default", {"TINY_A": "1"})
    remote.release(lease)
    remote.close()
    assert there.deployment.running


def test_a_remote_system_that_does_not_run_in_a_profile_is_not_verified(system: System) -> None:
    remote = RemoteDeployment(system, "http://127.0.0.1:1")
    with pytest.raises(NotVerified, match="not said to run as 'production'"):
        remote.check_profile("production", {})


def test_an_unreachable_url_is_said(system: System) -> None:
    with pytest.raises(UsageError, match=r"is not ready at http://127.0.0.1:1 .*no answer.*: check the URL"):
        RemoteDeployment(system, "http://127.0.0.1:1").start()
    with pytest.raises(UsageError, match="unusable"):
        RemoteDeployment(system, "caio.example.org")


def test_two_runs_side_by_side_do_not_disturb_each_other(settings: Settings, system: System) -> None:
    ours, theirs = (LeasePool(settings.model_copy(update={"run_id": run}), system) for run in ("ours", "theirs"))
    our_lease, their_lease = ours.acquire("process"), theirs.acquire("process")
    assert our_lease.deployment.url != their_lease.deployment.url
    assert sweep(settings.reports) == []
    ours.close()
    assert not our_lease.deployment.running
    assert requests.get(their_lease.deployment.url + "/ready", timeout=5).ok
    theirs.close()


def test_two_systems_in_one_process_do_not_disturb_each_other(
    settings: Settings, system: System, tmp_path: Path
) -> None:
    path = tmp_path / "other" / "system.yaml"
    path.parent.mkdir()
    path.write_text(system.path.read_text().replace("name: tiny", "name: other"))
    ours, theirs = LeasePool(settings, system), LeasePool(settings, systems.load(path))
    our_lease, their_lease = ours.acquire("process"), theirs.acquire("process")
    assert our_lease.deployment.url != their_lease.deployment.url
    trusted = [pool._trusted for pool in (ours, theirs)]
    assert len({each.read_bytes() for each in trusted}) == 2
    ours.close()
    assert requests.get(their_lease.deployment.url + "/ready", timeout=5).ok
    theirs.close()
    assert sorted(each.name for each in settings.scratch.glob("starts-*.json")) == [
        "starts-other-main.json",
        "starts-tiny-main.json",
    ]


SUITE = """
import sys, time
from pathlib import Path
from support.base import systems
from support.deployments import LeasePool
from support.base.settings import Settings
pool = LeasePool(Settings(reports=Path(sys.argv[2])), systems.load(Path(sys.argv[1])))
lease = pool.acquire("process", "default", {"TINY_CHILD": "1"})
print(lease.deployment.pid, (lease.deployment.data / "child.pid").read_text(), flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_suite_that_is_interrupted_leaves_nothing_running(
    number: signal.Signals, system: System, tmp_path: Path
) -> None:
    suite = subprocess.Popen(
        [sys.executable, "-c", SUITE, str(system.path), str(tmp_path / "reports")],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert suite.stdout is not None
    pids = [int(pid) for pid in suite.stdout.readline().split()]
    started = [process for process in map(ProcessIdentity.of, pids) if process]
    assert len(started) == 2
    suite.send_signal(number)
    assert suite.wait(20) != 0
    until(lambda: not any(process.alive for process in started), 10, "server and child to end")
    assert len(list((tmp_path / "reports" / "run").glob("*/starts-tiny-main.json"))) == 1
    suite.stdout.close()
