"""What goes wrong while a load runs: workers and engine that die, interruptions, and a parent that is killed."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator

import msgpack
import pytest
import zmq

from support.base.outcomes import Broken, UsageError
from support.base.settings import ROOT
from support.deployments import processes
from support.load import runner
from support.load.result import LoadResult
from support.load.runner import LoadInterrupted, LoadRun, Workers
from tests.support.load.conftest import Target
from tests.support.load.loads import RUN_ID, left, plan


def running(target: Target, seconds: float = 20.0, workers: Workers | None = None) -> LoadRun:
    """A load that has been measuring for a second or more."""
    load = LoadRun(plan(target.url, users=3, seconds=seconds, think=(0.01, 0.02)), workers=workers, run_id=RUN_ID)
    load.start()
    until = time.monotonic() + 60
    while not (load.progress and load.progress.result and load.progress.result.samples):
        assert time.monotonic() < until, load.progress
        assert load.poll(0.05) is None
    return load


def test_a_worker_that_dies(target: Target) -> None:
    load = running(target, workers=Workers(local=2))
    os.kill(load.supervisor.pid("local-2"), signal.SIGKILL)
    result = load.wait()
    assert result.partial
    assert "load worker local-2 ended with exit code -9" in result.partial_because
    assert result.samples > 0
    assert left() == []


def test_a_worker_that_is_no_longer_heard_of(target: Target) -> None:
    """A machine that was cut off does not end its process: nothing but silence tells."""
    load = running(target, workers=Workers(local=2))
    os.kill(load.supervisor.pid("local-2"), signal.SIGSTOP)
    result = load.wait()
    assert result.partial
    assert "load worker local-2 at " in result.partial_because
    assert "disconnected" in result.partial_because
    assert {worker.name: worker.lost for worker in result.workers} == {"local-1": "", "local-2": "disconnected"}
    assert left() == []


def test_an_engine_that_dies(target: Target) -> None:
    load = running(target)
    os.kill(load.supervisor.pid("master"), signal.SIGKILL)
    result = load.wait()
    assert (result.partial, result.partial_because) == (True, "the load engine ended with exit code -9")
    assert result.samples > 0
    assert left() == []


def test_an_engine_that_cannot_start(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(Broken, match="the load engine ended with exit code 1 before anything was measured"):
        runner.run(plan(target.url, users=1, seconds=1.0), run_id=RUN_ID)


def test_stopping_a_load_gives_what_was_measured(target: Target) -> None:
    load = running(target)
    load.stop("a fault has been seen")
    result = load.wait()
    assert (result.partial, result.partial_because) == (True, "a fault has been seen")
    assert 0 < result.seconds < 20


def test_an_interruption_gives_what_was_measured_and_leaves_nothing(target: Target) -> None:
    load = running(target)
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(LoadInterrupted) as interrupted:
        load.wait()
    result = interrupted.value.result
    assert isinstance(result, LoadResult)
    assert (result.partial, result.partial_because) == (True, "interrupted")
    assert result.samples > 0
    assert left() == []


def test_an_interruption_before_anything_was_measured(target: Target) -> None:
    load = LoadRun(plan(target.url, users=3, seconds=5.0), run_id=RUN_ID)
    load.start()
    threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(LoadInterrupted) as interrupted:
        load.wait()
    assert interrupted.value.result is None
    assert left() == []


def test_nothing_outlives_a_suite_that_is_killed(target: Target) -> None:
    script = f"""
        from support.load.runner import LoadRun, Workers
        from tests.support.load.loads import plan
        load = LoadRun(plan({target.url!r}, users=3, seconds=60.0, think=(0.01, 0.02)), run_id="{RUN_ID}")
        load.start()
        while load.poll(0.1) is None:
            if load.progress and load.progress.result:
                print("measuring", flush=True)
    """
    suite = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], cwd=ROOT, stdout=subprocess.PIPE)
    assert suite.stdout is not None
    assert suite.stdout.readline() == b"measuring\n"
    assert len(processes.of_run(RUN_ID)) == 2
    suite.kill()
    suite.communicate()
    assert left() == []


def test_a_machine_from_which_no_worker_comes_is_named(target: Target) -> None:
    workers = Workers(local=1, hosts=("far-away.example", "192.0.2.7"), port=free_port(), patience=4.0)
    with pytest.raises(UsageError, match=r"no load worker came from far-away.example, 192.0.2.7 within 4 s .*none"):
        runner.run(plan(target.url, users=3, seconds=1.0), workers=workers, run_id=RUN_ID)
    assert left() == []


def test_a_port_that_is_taken(target: Target) -> None:
    taken = int(target.url.rpartition(":")[2])
    workers = Workers(local=1, hosts=("far-away.example",), port=taken, patience=4.0)
    with pytest.raises(UsageError, match=rf"port {taken}, where .* load.port="):
        runner.run(plan(target.url, users=2, seconds=1.0), workers=workers, run_id=RUN_ID)


@pytest.fixture
def helpers() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start `signoff load-worker` for a port of this machine, by a name."""
    started: list[subprocess.Popen[bytes]] = []

    def start(port: int, name: str = "helper") -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "support", "load-worker", "--master", f"127.0.0.1:{port}", "--name", name]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        started.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env=environment))
        return started[-1]

    yield start
    for helper in started:
        helper.kill()
        helper.communicate()


def sent(port: int, url: str, *hosts: str) -> list[tuple[str, int]]:
    """Who sent how much in a load of a second by the workers of these machines; none of it may be missing."""
    result = runner.run(
        plan(url, rate=50.0, seconds=1.0), workers=Workers(local=0, hosts=hosts, port=port), run_id=RUN_ID
    )
    assert not result.partial, result.partial_because
    return [(worker.name, worker.samples) for worker in result.workers]


def test_a_machine_that_helps(target: Target, helpers: Callable[..., subprocess.Popen[bytes]]) -> None:
    """`signoff load-worker` on this machine, as on any other: it works for one load after the other."""
    port = free_port()
    helper = helpers(port)
    for _ in range(2):
        assert sent(port, target.url, "helper") == [("helper", 50)]
    helper.send_signal(signal.SIGINT)
    said, _ = helper.communicate(timeout=20)
    assert said.decode().splitlines()[:2] == [
        f"helper waits for loads of 127.0.0.1:{port}; Ctrl-C ends it",
        "load 1 is over",
    ]
    assert left("load-worker-helper") == []


def test_a_worker_that_met_a_master_that_was_leaving(
    target: Target, helpers: Callable[..., subprocess.Popen[bytes]]
) -> None:
    """A master with its last breath acknowledges the worker; the next load gets it all the same."""
    port = free_port()
    helpers(port)
    with zmq.Context() as context, context.socket(zmq.ROUTER) as leaving:
        leaving.bind(f"tcp://127.0.0.1:{port}")
        client, asked = leaving.recv_multipart()
        assert msgpack.loads(asked)[0] == "client_ready"
        leaving.send_multipart([client, msgpack.dumps(("ack", {"index": 0}, client.decode()))])
        while msgpack.loads(leaving.recv_multipart()[1])[0] != "heartbeat":
            pass
        leaving.send_multipart([client, msgpack.dumps(("heartbeat", None, client.decode()))])
    assert sent(port, target.url, "helper") == [("helper", 50)]


@pytest.mark.parametrize("said", [("ack", "quit"), ("quit",)], ids=["welcomed and sent away at once", "sent away"])
def test_a_worker_that_is_sent_away_before_it_has_begun(
    target: Target, helpers: Callable[..., subprocess.Popen[bytes]], said: tuple[str, ...]
) -> None:
    """As by a master that needs others; a worker that had no processor meanwhile finds all of it at once."""
    port = free_port()
    helpers(port)
    with zmq.Context() as context, context.socket(zmq.ROUTER) as leaving:
        leaving.bind(f"tcp://127.0.0.1:{port}")
        client, _ = leaving.recv_multipart()
        (worker,) = [each.pid for each in processes.of_run("load-worker-helper")]
        os.kill(worker, signal.SIGSTOP)
        for each in said:
            leaving.send_multipart([client, msgpack.dumps((each, {"index": 0}, client.decode()))])
    # Closed, as its context is, with nothing left to be sent.
    os.kill(worker, signal.SIGCONT)
    assert sent(port, target.url, "helper") == [("helper", 50)]


def test_a_machine_that_is_not_needed_waits_for_its_turn(
    target: Target, helpers: Callable[..., subprocess.Popen[bytes]]
) -> None:
    port = free_port()
    for name in ("first", "second"):
        helpers(port, name)
    assert sent(port, target.url, "first") == [("first", 50)]
    assert sent(port, target.url, "second") == [("second", 50)]
    assert sorted(sent(port, target.url, "first", "second")) == [("first", 25), ("second", 25)]


def free_port() -> int:
    port = runner.HeldPort()
    port.release()
    return port.number
