"""Machines that help, as machines are: each with a network stack of its own, at the end of a cable."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from support.base.settings import ROOT
from support.deployments import processes
from support.deployments.ports import HeldPort
from support.load.runner import LoadRun, Workers
from tests.support.load.conftest import Target
from tests.support.load.loads import RUN_ID, left, plan
from tests.support.load.stacks import Stack, stacks
from tests.support.load.stacks import left as stacks_left

ONE, TWO = f"one-{os.getpid()}", f"two-{os.getpid()}"
SIGNOFF = (sys.executable, "-m", "support")


@contextmanager
def helper(stack: Stack, port: int, name: str) -> Iterator[subprocess.Popen[bytes]]:
    """`signoff load-worker` on such a machine, which finds the master at the other end of its cable."""
    command = stack.inside(*SIGNOFF, "load-worker", "--master", f"{stack.here}:{port}", "--name", name)
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise


@contextmanager
def two_helpers() -> Iterator[tuple[Stack, Stack, Workers]]:
    """Two machines that help, and what to tell a load so that they alone send it."""
    port = HeldPort()
    port.release()
    with stacks(2) as (one, two), ExitStack() as helpers:
        for stack, name in ((one, ONE), (two, TWO)):
            helpers.enter_context(helper(stack, port.number, name))
        yield one, two, Workers(local=0, hosts=(one.there, two.there), port=port.number)


def measuring(load: LoadRun) -> None:
    """Start a load, and come back once both helpers are sending."""
    load.start()
    until = time.monotonic() + 60
    while not (load.progress and (seen := load.progress.result) and all(each.samples for each in seen.workers)):
        assert time.monotonic() < until, load.progress
        assert load.poll(0.05) is None


def ends(process: processes.ProcessIdentity, patience: float = 40.0) -> bool:
    """Whether a process ends by itself, long before its load would be over."""
    until = time.monotonic() + patience
    while (runs := process.alive) and time.monotonic() < until:
        time.sleep(0.1)
    return not runs


def test_helpers_on_other_machines_share_a_load(start: Callable[..., Target]) -> None:
    with two_helpers() as (one, _, workers):
        target = start(at=one.here)
        result = LoadRun(plan(target.url, rate=100.0, seconds=2.0), workers=workers, run_id=RUN_ID)
        result.start()
        ended = result.wait()
        assert not ended.partial, ended.partial_because
        assert {worker.name: worker.samples for worker in ended.workers} == {ONE: 100, TWO: 100}
        assert ended.total.succeeded == 200
    assert left() == []
    assert left(f"load-worker-{ONE}") + left(f"load-worker-{TWO}") == []
    assert stacks_left() == []


def test_a_cable_that_is_cut_in_the_middle(start: Callable[..., Target]) -> None:
    """What was sent counts, and the result says who is lost. Who is cut off stops; mended, both help again."""
    with two_helpers() as (one, two, workers):
        target = start(at=one.here)
        load = LoadRun(plan(target.url, users=4, seconds=120.0, think=(0.01, 0.02)), workers=workers, run_id=RUN_ID)
        measuring(load)
        (cut_off,) = processes.of_run(f"load-worker-{TWO}")
        two.cut()
        cut = load.wait()
        assert cut.partial
        assert cut.partial_because.startswith(f"load worker {TWO} at ")
        assert "disconnected" in cut.partial_because
        assert {worker.name: worker.lost for worker in cut.workers} == {ONE: "", TWO: "disconnected"}
        assert all(worker.samples for worker in cut.workers)
        assert cut.seconds < 120
        assert left() == []
        assert ends(cut_off), "the helper that was cut off goes on sending"
        two.mend()
        again = LoadRun(plan(target.url, rate=100.0, seconds=2.0), workers=workers, run_id=RUN_ID)
        again.start()
        healed = again.wait()
        assert not healed.partial, healed.partial_because
        assert {worker.name: worker.samples for worker in healed.workers} == {ONE: 100, TWO: 100}
    assert left() == []
    assert left(f"load-worker-{ONE}") + left(f"load-worker-{TWO}") == []
    assert stacks_left() == []
