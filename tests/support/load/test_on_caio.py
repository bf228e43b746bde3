"""The loads of scenarios, put on CAIO itself: each request makes a decision of its own, which is kept."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from support.base import systems
from support.base.settings import Load, Settings
from support.base.waiting import until
from support.deployments import LeasePool
from support.deployments.base import HasData, Measurable
from support.domains.caio import contracts
from support.domains.caio.session import Caio, caio
from support.evidence.attachments import Evidence
from support.load import store
from support.load.result import read
from support.subjects import load
from support.subjects.load import Loads
from support.world.core import World


@pytest.fixture
def world(tmp_path: Path, interface: Literal["http", "python"]) -> Iterator[World]:
    """A scenario with a CAIO that knows one service, and whose loads two workers send."""
    system, settings = systems.find("caio"), Settings(reports=tmp_path, interface=interface, load=Load(workers=2))
    pool = LeasePool(settings, system)
    scenario = World(settings, system, pool, Evidence(), "loads", parts=(Caio,))
    scenario.start(own=True)
    assert caio(scenario).register(contracts.contract({"service": "local-chat", "offers": "chat"})).accepted
    yield scenario
    scenario.close(failed=False)
    pool.close()


@pytest.fixture
def interface() -> str:
    """What CAIO is met over, unless a test names another."""
    return "http"


def kept(world: World) -> int:
    """How many decisions CAIO has stored."""
    deployment = world.deployment
    assert isinstance(deployment, HasData)
    with sqlite3.connect(deployment.files["database"]) as database:
        return int(database.execute("SELECT count(*) FROM decisions").fetchone()[0])


def interrupt_once_under_way(world: World) -> None:
    """Press Ctrl-C once CAIO has worked on the load for half a second of CPU, however long a busy machine takes."""
    deployment = world.deployment
    assert isinstance(deployment, Measurable)
    before = deployment.usage().cpu
    until(lambda: deployment.usage().cpu > before + 0.5, 60, "CAIO to work on the load")
    os.kill(os.getpid(), signal.SIGINT)


def test_every_request_of_a_load_makes_a_decision_that_is_kept(world: World) -> None:
    before = kept(world)
    sent = load.each_sends(world, 4, 50, "chat").total.succeeded
    assert (sent, kept(world) - before) == (200, 200)
    again = load.arriving(world, 100.0, 1.0, "chat", warm_up=0.5)
    assert (again.samples, again.left_out, kept(world) - before) == (100, 50, 350)


@pytest.mark.parametrize("interface", ["http", "python"])
def test_a_load_that_is_interrupted_leaves_what_was_measured_marked_as_partial(world: World) -> None:
    threading.Thread(target=interrupt_once_under_way, args=(world,)).start()
    with pytest.raises(KeyboardInterrupt):
        load.each_sends(world, 4, 100_000, "chat")
    (file,) = (world.settings.reports / store.FOLDER).glob("*.json")
    result = read(file)
    assert result.partial_because.startswith("interrupted")
    assert 0 < result.samples < 400_000
    assert [each.samples for each in world.part(Loads).results] == [result.samples]
    assert caio(world).orchestrator.services().accepted
