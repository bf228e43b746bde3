"""Replicas behind a balancer: how the balancer is understood, and images that go with the run."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.base import systems
from support.base.outcomes import NotVerified
from support.base.settings import Settings
from support.base.systems import System
from support.deployments.containers import labels
from support.deployments.containers.balancer import Seat, seats_in
from support.deployments.containers.base_image import OFFICIAL
from support.deployments.containers.compose import read, specification
from support.deployments.containers.engine import Engine
from support.deployments.containers.host import ContainerHost
from support.deployments.containers.images import Images
from support.deployments.containers.replicas import ReplicaSet
from tests.support.deployments.containers.conftest import FakeEngine
from tests.support.deployments.containers.tiny_system import needs_engine

HEADING = "# pxname,svname,scur,stot,wretr,status,check_status,"
CHANGED = """\
# A version with a file more, and one that cannot be built.
ARG IMAGE
FROM ${IMAGE} AS new
RUN touch /more
FROM new AS broken
RUN touch /still-more && false
"""


@pytest.mark.parametrize(
    ("row", "serving", "waiting", "answering"),
    [
        ("0,9,0,UP,L7OK", True, False, True),
        ("0,9,0,UP,* L7OK", True, False, True),
        ("0,9,0,DRAIN,L7OK", False, True, True),
        ("0,9,0,DRAIN,L7STS", False, False, True),
        ("0,9,0,DOWN,L7STS", False, False, True),
        ("0,9,0,DOWN,L4CON", False, False, False),
        ("0,9,0,UP 1/2,L7STS", True, False, True),
        ("0,9,0,MAINT (resolution),", False, False, False),
        ("0,9,0,no check,", False, False, False),
    ],
)
def test_a_replica_serves_until_it_was_found_unwell_and_waits_only_if_it_is_well(
    row: str, serving: bool, waiting: bool, answering: bool
) -> None:
    seat = seats_in(f"{HEADING}\ncaio,one,{row},", "caio")["one"]
    assert (seat.serving, seat.waiting, seat.answering) == (serving, waiting, answering)


def test_only_the_replicas_are_read_with_what_is_under_way_at_them() -> None:
    told = f"{HEADING}\ncallers,FRONTEND,3,9,,OPEN,,\ncaio,one,2,7,1,UP,L7OK,\ncaio,BACKEND,2,7,1,UP,,\n"
    assert seats_in(told, "caio") == {"one": Seat("one", "UP", "L7OK", 2, 7, 1)}


def test_an_answer_that_was_lost_on_the_way_is_no_table() -> None:
    assert seats_in("", "caio") == {}
    assert seats_in("caio,one,2,7,1,UP,L7OK,", "caio") == {}


def test_every_stage_of_another_version_carries_the_run_in_its_labels(fake: FakeEngine, tmp_path: Path) -> None:
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text(CHANGED, encoding="utf-8")
    Images(fake, None, "run-1", lambda _: None).variant(dockerfile, "new", OFFICIAL, "mine:new")  # type: ignore[arg-type]
    name, sent, _, arguments = fake.built[0]
    lines = sent["Dockerfile"].decode().splitlines()
    after = [lines[number + 1] for number, line in enumerate(lines) if line.startswith("FROM")]
    assert (name, arguments) == ("mine:new", {"IMAGE": OFFICIAL})
    assert len(after) == 2
    assert all(f'{labels.RUN}="run-1"' in line and f'{labels.CACHE}=""' in line for line in after)


def test_a_system_without_replicas_says_so(settings: Settings, tmp_path: Path) -> None:
    system = systems.find("caio")
    bare = system.model_copy(update={"deployments": system.deployments.model_copy(update={"replicas": None})})
    bare._path = system.path
    with pytest.raises(NotVerified, match="replicas"):
        ReplicaSet(bare, {}, settings, tmp_path, ContainerHost(settings))


def test_every_replica_is_run_as_the_single_caio_is() -> None:
    system: System = systems.find("caio")
    replicas = system.deployments.replicas
    assert replicas is not None
    single = specification(system.here / "compose.yaml", "caio", {})
    for name in (name for side in replicas.sides for name in side):
        found = specification(system.here / replicas.compose, name, {})
        for field in ("user", "read_only", "init", "cap_drop", "cap_add", "security_opt", "tmpfs", "memory", "pids"):
            assert getattr(found, field) == getattr(single, field), f"{field} of {name}"
        assert (found.stop_grace or 0) >= (single.stop_grace or 0)


def test_nothing_but_the_balancer_is_published_and_that_on_the_loopback_address() -> None:
    system = systems.find("caio")
    replicas = system.deployments.replicas
    assert replicas is not None
    services = read(system.here / replicas.compose, {}).services
    assert {name: service.ports for name, service in services.items() if service.ports} == {
        replicas.balancer: ["127.0.0.1:8080:8080"]
    }
    balancer = services[replicas.balancer]
    assert (balancer.user, balancer.read_only, balancer.cap_drop) == ("10003:10003", True, ["ALL"])


@needs_engine
def test_other_versions_are_gone_with_the_run_also_what_a_failed_build_leaves(
    real: Engine, settings: Settings, tmp_path: Path
) -> None:
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text(CHANGED, encoding="utf-8")
    host = ContainerHost(settings)
    base = host.images.base.name
    image = host.variant(dockerfile, "new", base)
    assert host.variant(dockerfile, "new", base) == image, "one run, one image"
    with pytest.raises(Exception, match="could not be built"):
        host.variant(dockerfile, "broken", base)
    assert [each.kind for each in real.leftovers(settings.run_id) if each.kind == "image"]
    assert host.close() == []
    assert real.leftovers(settings.run_id) == []
    assert real.image(image) is None
    assert real.image(base) is not None
