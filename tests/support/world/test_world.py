"""What a scenario leaves in the systems that it shares with others."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.base import systems
from support.base.settings import Settings
from support.deployments import LeasePool
from support.domains.caio import contracts
from support.domains.caio.session import Caio, caio
from support.evidence.attachments import Evidence
from support.world.core import World


def test_every_shared_system_is_left_empty_also_beside_one_of_the_scenarios_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Evidence, "text", lambda *_: None)
    system, settings = systems.find("caio"), Settings(interface="python", reports=tmp_path)
    pool = LeasePool(settings, system)
    scenario = World(settings, system, pool, Evidence(), parts=(Caio,))
    scenario.start()
    assert caio(scenario).register(contracts.contract({"service": "local-chat"})).accepted
    shared = scenario.deployment
    scenario.start(own=True)
    scenario.close(failed=False)
    following = World(settings, system, pool, Evidence(), parts=(Caio,))
    following.start()
    assert following.deployment is shared
    assert caio(following).orchestrator.services().result() == []
    following.close(failed=False)
    pool.close()
