"""Nothing in the engine outlives a run: not on Ctrl-C, not when a process is killed, and a leak decides the verdict."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from support.base.systems import System
from support.base.waiting import until
from support.deployments.containers import base_image, engine, labels, leftover_probe, sweeping
from support.deployments.containers.container import Container
from support.deployments.containers.engine import Engine
from support.deployments.containers.sdk import EngineTrouble
from support.deployments.containers.spec import ContainerSpec
from support.run.accept import accept
from tests.support.deployments.containers import tiny_system
from tests.support.deployments.containers.tiny_system import needs_engine

from .conftest import Checkout, listed

Said = tuple[Console, Callable[[], str]]
STEPS = """
    import os, pathlib, time
    from behave import given, then
    from support.base import settings, systems
    from support.deployments import LeasePool
    from support.deployments.containers import labels
    from support.deployments.containers.host import ContainerHost
    from support.deployments.containers.spec import ContainerSpec
    here = (pathlib.Path("machine").read_text(), *labels._here()[1:])
    labels._here = lambda: here
    @given("Tiny runs in a container")
    def contained(context):
        "It is up."
        chosen = settings.from_userdata(context.config.userdata, [])
        context.pool = LeasePool(chosen, systems.load(pathlib.Path(pathlib.Path("definition").read_text())))
        context.add_cleanup(context.pool.close)
        context.lease = context.pool.acquire("container")
    @then("it runs")
    def runs(context):
        "Its container is up."
        assert context.lease.deployment.container.details()["State"]["Running"]
    @given("a container is left")
    def left(context):
        "Nobody will remove it."
        chosen = settings.from_userdata(context.config.userdata, [])
        ContainerHost(chosen).create("forgotten", ContainerSpec(context.lease.deployment.container.details()["Image"]))
        context.pool.containers.close = lambda: []
    @given("nothing happens for a minute")
    def waits(context):
        "It is slow."
        pathlib.Path(f"started-{os.getpid()}").touch()
        time.sleep(60)
    @given("the process is killed")
    def killed(context):
        "The worst."
        os.kill(os.getpid(), 9)
    """
RUN = """
    import signal
    from pathlib import Path
    from rich.console import Console
    from support.evidence import report
    from support.run.accept import accept
    from tests.support.run.conftest import Checkout, listed
    report.generate, report.report_links = lambda results, output, *_: output / "index.html", lambda _: {}
    report.shown = listed
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as the command has it
    checkout = Checkout.__new__(Checkout)
    checkout.root = Path.cwd()
    raise SystemExit(accept(checkout.order(), Console(width=200)))
    """


@pytest.fixture(autouse=True)
def _report(monkeypatch: pytest.MonkeyPatch) -> None:
    """The report has tests of its own; here it takes no time."""
    monkeypatch.setattr("support.evidence.report.generate", lambda results, output, *_: output / "index.html")
    monkeypatch.setattr("support.evidence.report.report_links", lambda report: {})
    monkeypatch.setattr("support.evidence.report.shown", listed)


@pytest.fixture(scope="module")
def contained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with tiny_system.made(tmp_path_factory.mktemp("systems")) as system:
        yield system


@pytest.fixture
def real() -> Iterator[Engine]:
    found = engine.connect()
    yield found
    found.close()


@pytest.fixture
def asked(checkout: Checkout, contained: System, real: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Checkout]:
    """A checkout whose one scenario needs a container, on a machine of its own: other runs do not sweep it."""
    machine = (f"machine-{uuid.uuid4().hex[:8]}", *labels._here()[1:])
    monkeypatch.setattr(labels, "_here", lambda: machine)
    checkout.write("machine", machine[0])
    checkout.write("steps/containers.py", STEPS)
    checkout.write("definition", str(contained.path))
    yield checkout
    for each in real.leftovers():  # of a test that failed: no later run would take this machine for its own
        if each.labels.get(labels.OWNER, "").startswith(machine[0]):
            real.remove(each)


@pytest.fixture
def strangers(real: Engine, asked: Checkout) -> Iterator[dict[str, Container]]:
    """Containers that are none of this machine's dead runs': without labels, of another machine, of a living run."""
    base = base_image.choose(real, None, print)
    asleep = ContainerSpec(base.name, ["sleep", "600"])
    elsewhere = ContainerSpec(base.name, ["sleep", "600"], labels={"org.opencontainers.image.title": "CAIO"})
    made = {"alive": real.create(f"alive-{uuid.uuid4().hex[:8]}", asleep, "run-that-lives")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(labels, "of_run", lambda *_: {})
        made["unlabelled"] = real.create(f"unlabelled-{uuid.uuid4().hex[:8]}", elsewhere, "")
        other = {labels.RUN: "run-elsewhere", labels.OWNER: "another-machine boot pid:[1] 1 1.0"}
        patch.setattr(labels, "of_run", lambda *_: other)
        made["elsewhere"] = real.create(f"elsewhere-{uuid.uuid4().hex[:8]}", asleep, "")
    for each in made.values():
        each.start()
    yield made
    for each in made.values():
        each.remove()


def started(checkout: Checkout) -> subprocess.Popen[str]:
    """A run in a process of its own, once its scenario has its container."""
    suite = Path(__file__).resolve().parents[3]
    run = subprocess.Popen(
        [sys.executable, str(checkout.write("run.py", RUN))],
        env={**os.environ, "PYTHONPATH": str(suite)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    until(lambda: list(checkout.root.glob("started-*")) or run.poll() is not None, 60, "the scenario starts")
    return run


def run_id(checkout: Checkout) -> str:
    return str(json.loads((checkout.reports / "run.json").read_text())["run_id"])


def left(real: Engine, checkout: Checkout) -> list[str]:
    return [each.kind for each in real.leftovers(run_id(checkout))]


def decision(checkout: Checkout) -> str:
    return str(json.loads((checkout.reports / "acceptance.json").read_text())["decision"])


@needs_engine
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing(asked: Checkout, real: Engine, number: signal.Signals) -> None:
    asked.feature("Given Tiny runs in a container", "And nothing happens for a minute")
    run = started(asked)
    assert left(real, asked) == ["container", "network"]
    run.send_signal(number)
    said, _ = run.communicate(timeout=60)
    assert run.returncode == 130, said
    assert "Left behind" not in said
    assert left(real, asked) == []


@needs_engine
def test_a_killed_run_has_its_processes_remove_their_containers(asked: Checkout, real: Engine) -> None:
    asked.feature("Given Tiny runs in a container", "And nothing happens for a minute")
    run = started(asked)
    assert left(real, asked) == ["container", "network"]
    run.kill()
    run.communicate()
    until(lambda: left(real, asked) == [], 30, "the orphan to remove its containers")


@needs_engine
def test_what_a_run_left_whose_every_process_was_killed_is_swept_and_nothing_else(
    asked: Checkout, real: Engine, strangers: dict[str, Container]
) -> None:
    asked.feature("Given Tiny runs in a container", "And nothing happens for a minute")
    run = started(asked)
    children = psutil.Process(run.pid).children(recursive=True)
    run.send_signal(signal.SIGSTOP)  # so that it does not notice, nor its children that it is gone
    for child in children:
        child.kill()
    run.kill()
    run.communicate()
    psutil.wait_procs(children, timeout=10)
    assert left(real, asked) == ["container", "network"]
    (note,) = [note for note in sweeping.sweep() if run_id(asked) in note]
    assert note.startswith(
        f"an earlier run ({run_id(asked)}) was cut short; removed container signoff-{run_id(asked)}-"
    )
    assert f", network signoff-{run_id(asked)}-" in note
    assert left(real, asked) == []
    assert {name: each.state().status for name, each in strangers.items()} == dict.fromkeys(strangers, "running")


@needs_engine
def test_the_containers_of_a_process_that_was_killed_are_removed_and_told_and_the_run_is_undecided(
    asked: Checkout, real: Engine, console: Said
) -> None:
    asked.feature("Given Tiny runs in a container", "And the process is killed")
    assert accept(asked.order(), console[0]) == 1
    assert decision(asked) == "undecided"
    assert f"Left behind, and removed now: container signoff-{run_id(asked)}-" in console[1]()
    assert left(real, asked) == []


@needs_engine
def test_a_leak_is_named_and_removed_and_leaves_the_run_undecided(asked: Checkout, real: Engine, console: Said) -> None:
    asked.feature("Given Tiny runs in a container", "And a container is left")
    assert accept(asked.order(), console[0]) == 1
    assert decision(asked) == "undecided"
    assert f"container signoff-{run_id(asked)}-http-1-1-forgotten" in console[1]()
    assert left(real, asked) == []


@needs_engine
def test_a_run_that_tidies_up_is_accepted_and_says_nothing_of_it(asked: Checkout, real: Engine, console: Said) -> None:
    asked.feature("Given Tiny runs in a container", "Then it runs")
    assert accept(asked.order(), console[0]) == 0, console[1]()
    assert decision(asked) == "accepted with reservations"
    assert "Left behind" not in console[1]()
    assert left(real, asked) == []


def test_an_engine_that_fails_while_leftovers_are_looked_for_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise EngineTrouble("what earlier runs left could not be listed: it hangs")

    monkeypatch.setattr(leftover_probe, "empty", lambda *_: False)
    monkeypatch.setattr(engine, "why_not", lambda: "")
    monkeypatch.setattr(engine, "connect", lambda: engine.Engine(Closing()))
    monkeypatch.setattr(engine.Engine, "leftovers", fails)
    assert sweeping.leaks("some") == ["what earlier runs left could not be listed: it hangs"]
    (note,) = sweeping.sweep()
    assert note.endswith("stays: what earlier runs left could not be listed: it hangs")


class Closing:
    """A connection that can be closed."""

    def close(self) -> None:
        """Nothing is to be done."""
