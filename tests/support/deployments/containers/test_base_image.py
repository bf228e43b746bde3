"""Which base a run's images have: the wanted one, the official one, one made here; or all reasons why not."""

from __future__ import annotations

import os
from pathlib import Path
from typing import cast

import pytest

from support.base.outcomes import NotVerified
from support.deployments.containers import base_image
from support.deployments.containers.base_image import OFFICIAL, Base
from support.deployments.containers.engine import Engine, ImageFacts

from .conftest import FakeEngine, facts


def chosen(engine: FakeEngine, wanted: str | None = None) -> tuple[Base, list[str]]:
    said: list[str] = []
    return base_image.choose(cast(Engine, engine), wanted, said.append), said


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was made here, in place of making it."""
    names: list[str] = []

    def make(engine: FakeEngine) -> ImageFacts:
        names.append(base_image.local_name())
        return facts("sha256:made", *names)

    monkeypatch.setattr(base_image, "make", make)
    monkeypatch.setattr(base_image, "why_not_here", lambda: "")
    return names


def unable(reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base_image, "why_not_here", lambda: reason)


def test_the_official_one_if_it_is_here() -> None:
    base, said = chosen(FakeEngine({OFFICIAL: facts("sha256:o"), base_image.local_name(): facts("sha256:l")}))
    assert (base.name, base.image.id, base.note) == (OFFICIAL, "sha256:o", f"{OFFICIAL}, as it is on this machine")
    assert said == []


def test_the_official_one_if_it_can_be_pulled(made: list[str]) -> None:
    base, _ = chosen(FakeEngine(pullable={OFFICIAL: facts("sha256:o")}))
    assert (base.name, base.note) == (OFFICIAL, f"{OFFICIAL}, pulled from its registry")
    assert made == []


def test_one_that_was_made_here_earlier_without_trying_the_registry_again(made: list[str]) -> None:
    base, _ = chosen(FakeEngine({base_image.local_name(): facts("sha256:l")}))
    assert (base.image.id, "made here earlier" in base.note) == ("sha256:l", True)
    assert made == []


def test_one_that_is_made_here_and_it_says_so(made: list[str]) -> None:
    base, said = chosen(FakeEngine())
    assert (base.name, made) == (base_image.local_name(), [base_image.local_name()])
    assert "there is no network" in base.note
    assert said == [f"{OFFICIAL} cannot be pulled, so a base image is made here with debootstrap (once, about 40 s)"]


def test_none_with_all_that_was_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    unable("debootstrap is missing: apt-get install debootstrap", monkeypatch)
    with pytest.raises(NotVerified) as told:
        chosen(FakeEngine())
    assert str(told.value) == (
        f"there is no base image: {OFFICIAL} could not be pulled: there is no network; and none can be made here: "
        "debootstrap is missing: apt-get install debootstrap"
    )


def test_the_wanted_one_or_none(made: list[str]) -> None:
    assert chosen(FakeEngine({"mine:1": facts("sha256:m")}), "mine:1")[0].name == "mine:1"
    assert chosen(FakeEngine(pullable={"mine:1": facts("sha256:m")}), "mine:1")[0].image.id == "sha256:m"
    with pytest.raises(NotVerified, match=r"the base image mine:1 cannot be had: .*there is no network"):
        chosen(FakeEngine({OFFICIAL: facts("sha256:o"), base_image.local_name(): facts("sha256:l")}), "mine:1")
    assert made == []


def test_the_name_of_one_made_here_changes_with_its_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    before = base_image.local_name()
    monkeypatch.setattr(base_image, "PACKAGES", ("python3",))
    assert base_image.local_name() != before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root could make one anyway")
def test_without_debootstrap_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(base_image, "_PATH", str(tmp_path))
    assert base_image.why_not_here() == "debootstrap is missing: apt-get install debootstrap"


def test_a_debootstrap_that_fails_is_no_verdict(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = tmp_path / "debootstrap"
    script.write_text("#!/bin/sh\necho 'E: no mirror' >&2\nexit 7\n")
    script.chmod(0o755)
    monkeypatch.setattr(base_image, "_PATH", f"{tmp_path}:{os.defpath}")
    with pytest.raises(NotVerified, match="no base image could be made: debootstrap ended with 7: E: no mirror"):
        base_image.make(cast(Engine, FakeEngine()))
