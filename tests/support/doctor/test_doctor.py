"""What the doctor tells of a machine that has everything, and of one that lacks this and that."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.base import scenarios
from support.base.settings import ROOT
from support.deployments.containers import base_image, engine
from support.deployments.containers.engine import EngineFacts
from support.deployments.containers.sdk import EngineTrouble
from support.doctor import checks, containers, dependants, machine
from support.doctor.offer import Offer
from support.world.machine import NEEDS

NOBODY = {"DOCKER_HOST": "unix:///nowhere/docker.sock", "PATH": "/nowhere"}


def doctor(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "support", "doctor", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **environment},
    )


class FakeEngine:
    """An engine with these images that fails in these ways."""

    def __init__(self, *images: str, unpullable: str = "", trouble: str = "") -> None:
        self.images, self.unpullable, self.trouble, self.closed = images, unpullable, trouble, False

    def facts(self) -> EngineFacts:
        if self.trouble:
            raise EngineTrouble(self.trouble)
        return EngineFacts("27.1", "1.46", "overlay2", "v2 (systemd)", "6.1", "/nowhere/at/all", ("name=rootless",))

    def image(self, name: str) -> str | None:
        return name if name in self.images else None

    def why_not_pullable(self, name: str) -> str:
        return self.unpullable

    def close(self) -> None:
        self.closed = True


@contextmanager
def answering(monkeypatch: pytest.MonkeyPatch, fake: FakeEngine, debootstrap: str = "") -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setattr(engine, "why_not", lambda: "")
        patched.setattr(engine, "connect", lambda: fake)
        patched.setattr(base_image, "why_not_here", lambda: debootstrap)
        yield


def test_a_bare_machine_is_told_of_in_one_line_each_and_without_an_error() -> None:
    done = doctor(**NOBODY)
    assert (done.returncode, done.stderr) == (0, "")
    lines = {line[9:].partition(":")[0]: line for line in done.stdout.splitlines()}
    assert len(lines) == len(done.stdout.splitlines()) >= 10
    assert lines["browser"].startswith("no ")
    assert "scenarios are not verified; to get it: apt-get install chromium" in lines["browser"]
    assert lines["container engine"].startswith("no ")
    assert "to get it: apt-get install docker.io" in lines["container engine"]
    assert lines["base image"].startswith("unknown ")
    assert lines["Python"].startswith("yes ")


def test_the_same_for_programs() -> None:
    done = doctor("--json", **NOBODY)
    told = {offer["name"]: offer for offer in json.loads(done.stdout)}
    assert done.returncode == 0
    assert told["browser"]["present"] is False
    assert told["browser"]["get"].startswith("apt-get install chromium")
    assert told["base image"]["present"] is None


def test_a_wrong_option_is_told() -> None:
    assert doctor("--yaml").returncode == 2


def test_every_need_of_the_machine_can_be_looked_at() -> None:
    assert set(NEEDS) == scenarios.OF_THE_MACHINE


def test_scenarios_are_counted_by_need_and_each_row_is_one(tmp_path: Path) -> None:
    (tmp_path / "a.feature").write_text(
        "Feature: F\n  @needs.browser\n  Rule: R\n    Scenario Outline: <a>\n      Given <a>\n"
        "      Examples:\n        | a |\n        | 1 |\n        | 2 |\n"
        "  @needs.http\n  Rule: S\n    Example: E\n      Given it\n"
    )
    assert dependants.count(tmp_path) == {"browser": 2}


@pytest.mark.parametrize("number", [2, 1])
def test_what_is_lacking_is_told_with_its_number(number: int) -> None:
    told = dependants.not_verified({"browser": number}, "browser")
    assert told == {1: "1 scenario is not verified", 2: "2 scenarios are not verified"}[number]


def test_features_that_cannot_be_read_leave_the_number_open(tmp_path: Path) -> None:
    (tmp_path / "a.feature").write_text("Feature: F\n  Scenario: S\n    Given it\n    nonsense\n")
    assert dependants.not_verified(dependants.count(tmp_path), "browser") == "scenarios that need it are not verified"
    assert dependants.count(tmp_path / "none") is None


def test_an_offer_that_cannot_be_told_is_no_yes_and_says_what_depends_on_it() -> None:
    assert (
        Offer("x", None, "silent", "y fails", "do z").line == "unknown  x: silent; without it y fails; to get it: do z"
    )
    assert Offer("x", True, "fine", "y fails", "do z").line == "yes      x: fine"


def test_an_engine_is_described_and_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeEngine(base_image.OFFICIAL)
    with answering(monkeypatch, fake):
        found = {offer.name: offer for offer in containers.checks("")}
    told = found[containers.ENGINE].says
    assert all(part in told for part in ("27.1", "API 1.46", "overlay2", "cgroup v2 (systemd)", ", rootless"))
    assert found[containers.BASE].present
    assert found[containers.ROOM].present is None or Path("/nowhere").parent.is_dir()
    assert fake.closed


def test_an_engine_that_answers_and_then_fails_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeEngine(trouble="its disk is gone")
    with answering(monkeypatch, fake):
        (offer,) = containers.checks("3 scenarios are not verified")
    assert offer.present is False
    assert "its disk is gone" in offer.line
    assert fake.closed


@pytest.mark.parametrize(
    ("fake", "debootstrap", "present", "says"),
    [
        (FakeEngine(base_image.OFFICIAL), "no root", True, f"{base_image.OFFICIAL} is here"),
        (FakeEngine(base_image.local_name(), unpullable="no host"), "no root", True, "cannot be pulled"),
        (FakeEngine(), "no root", True, "can be pulled"),
        (FakeEngine(unpullable="no host"), "", True, "debootstrap can make one here"),
        (FakeEngine(unpullable="no host"), "no root", False, "no host"),
    ],
    ids=["official", "made here", "to be pulled", "to be made", "none"],
)
def test_a_base_image_is_here_or_can_be_had_or_not(
    monkeypatch: pytest.MonkeyPatch, fake: FakeEngine, debootstrap: str, present: bool, says: str
) -> None:
    with answering(monkeypatch, fake, debootstrap):
        offer = containers.base(fake, "nothing")  # type: ignore[arg-type]
    assert (offer.present, says in offer.says) == (present, True)


def test_a_full_disk_and_a_small_memory_are_told(tmp_path: Path) -> None:
    assert machine.room("room", tmp_path / "to" / "be" / "made", 0, "").present
    assert machine.room("room", tmp_path, 10**18, "").present is False
    told = tmp_path / "meminfo"
    told.write_text("MemTotal: 900000 kB\nMemAvailable: 500000 kB\n")
    assert (machine.memory(told).present, "0.5 GB available" in machine.memory(told).says) == (False, True)
    assert machine.memory(tmp_path / "nothing").present is None


def test_a_report_generator_that_was_not_fetched_is_told(tmp_path: Path) -> None:
    offer = machine.report_generator(tmp_path / "cli.js")
    assert (offer.present, offer.get) == (False, "make report")


@pytest.mark.parametrize(
    ("config", "present", "says"),
    [
        (
            "CONFIG_NETFILTER_XT_MATCH_STATISTIC=y\nCONFIG_NETFILTER_NETLINK_QUEUE=m\nCONFIG_NET_SCH_TBF=m\n",
            True,
            "can do",
        ),
        (
            "CONFIG_NETFILTER_XT_MATCH_STATISTIC=y\n# CONFIG_NET_SCH_TBF is not set\n",
            False,
            "cannot do latency, narrow",
        ),
        ("", None, "does not tell"),
    ],
)
def test_what_the_kernel_can_do_is_read_from_how_it_was_built(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, config: str, present: bool | None, says: str
) -> None:
    packed = tmp_path / "config.gz"
    packed.write_bytes(gzip.compress(config.encode()))
    monkeypatch.setattr(machine, "KERNEL_CONFIGS", (tmp_path / "none", packed))
    offer = machine.network_faults("")
    assert (offer.present, says in offer.says) == (present, True)


def test_everything_is_looked_at(tmp_path: Path) -> None:
    names = [offer.name for offer in checks.offers(tmp_path)]
    assert len(names) == len(set(names))
    assert {"Python", "browser", containers.ENGINE, "room for reports", "network faults"} <= set(names)
