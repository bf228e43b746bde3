"""The crew: a tiny system of an API and workers over a real Redis and PostgreSQL, in the test's own folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.base import systems
from support.base.settings import Settings, Timeouts
from support.base.systems import System
from support.deployments import Lease, LeasePool, TopologyDeployment
from support.faults.stores import StoreProxy

CREW = Path(__file__).parent / "crew" / "system.yaml"


@pytest.fixture(scope="session")
def system() -> System:
    return systems.load(CREW)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(reports=tmp_path_factory.mktemp("reports"), timeouts=Timeouts(start=120, stop=60, settle=60))


@pytest.fixture(scope="module")
def pool(settings: Settings, system: System) -> Iterator[LeasePool]:
    made = LeasePool(settings, system, StoreProxy)
    yield made
    made.close()


@pytest.fixture
def lease(pool: LeasePool) -> Iterator[Lease]:
    """A running crew, which tests share as long as they leave it well."""
    given = pool.acquire("process")
    yield given
    pool.release(given)


@pytest.fixture
def crew(lease: Lease) -> TopologyDeployment:
    assert isinstance(lease.deployment, TopologyDeployment)
    return lease.deployment
