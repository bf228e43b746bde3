"""What a scenario leaves in the systems that it shares with others."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import systems
from support.deployments import LeasePool
from support.evidence.attachments import Evidence
from support.interfaces import contracts
from support.settings import Settings
from support.world import World


def test_every_shared_system_is_left_empty_also_beside_one_of_the_scenarios_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Evidence, "text", lambda *_: None)
    system, settings = systems.find("caio"), Settings(interface="python", reports=tmp_path)
    pool = LeasePool(settings, system)
    scenario = World(settings, system, pool, Evidence())
    scenario.start()
    assert scenario.register(contracts.contract({"service": "local-chat"})).accepted
    shared = scenario.deployment
    scenario.start(own=True)
    scenario.close(failed=False)
    following = World(settings, system, pool, Evidence())
    following.start()
    assert following.deployment is shared
    assert following.orchestrator.services().result() == []
    following.close(failed=False)
    pool.close()
