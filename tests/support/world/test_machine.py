"""Scenarios that need something of the machine: skipped with its reason, whatever the system offers."""

from __future__ import annotations

import pytest

from support.base import systems
from support.base.settings import Settings
from support.world import hooks, machine

NONE_HERE = "no browser was found; on Debian and Ubuntu: apt-get install chromium"


@pytest.fixture
def machine_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "NEEDS", {"browser": lambda: NONE_HERE, "containers": lambda: ""})


@pytest.mark.usefixtures("machine_with")
@pytest.mark.parametrize("deployment", ["process", "remote"])
def test_what_the_machine_lacks_is_the_reason_in_every_deployment(deployment: str) -> None:
    caio, settings = systems.find("caio"), Settings(deployment=deployment, url="http://127.0.0.1:9")
    assert hooks.missing(["http", "browser"], caio, settings) == NONE_HERE


@pytest.mark.usefixtures("machine_with")
def test_over_the_python_api_it_does_not_matter() -> None:
    settings = Settings(interface="python")
    assert "this is about HTTP" in hooks.missing(["http", "browser"], systems.find("caio"), settings)
