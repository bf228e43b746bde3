"""The machinery meets the real CAIO: both interfaces, a restart after a kill, faults of its files, its companions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.base import systems
from support.base.outcomes import DeploymentFailed
from support.base.settings import Settings
from support.base.systems import System
from support.base.waiting import until
from support.deployments import DriverDeployment, LeasePool, ProcessDeployment
from support.faults import Killed, LockedDatabase
from support.http import Exchange, HttpClient


@pytest.fixture(scope="module")
def caio() -> System:
    return systems.find("caio")


@pytest.fixture(scope="module")
def caio_pool(caio: System, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LeasePool]:
    pool = LeasePool(Settings(reports=tmp_path_factory.mktemp("reports")), caio)
    yield pool
    pool.close()


@pytest.fixture
def exchanges() -> list[Exchange]:
    return []


def served(pool: LeasePool, profile: str = "default") -> ProcessDeployment:
    deployment = pool.acquire("process", profile).deployment
    assert isinstance(deployment, ProcessDeployment)
    return deployment


@pytest.mark.parametrize("profile", ["default", "authenticated", "production"])
def test_it_starts_in_its_profiles_and_keeps_its_data_to_itself(
    caio: System, caio_pool: LeasePool, exchanges: list[Exchange], profile: str
) -> None:
    deployment = served(caio_pool, profile)
    exchange = HttpClient(deployment.url, exchanges.append).get(caio.endpoint("health"))
    assert exchange.json()["status"] == "healthy"
    assert deployment.files["database"].exists()
    assert caio.token("admin") in deployment.secrets()
    assert caio.token("admin") not in deployment.logs()


def test_its_python_interface_answers(caio_pool: LeasePool) -> None:
    deployment = caio_pool.acquire("python").deployment
    assert isinstance(deployment, DriverDeployment)
    assert deployment.version
    assert deployment.call("services").result == {"items": [], "total": 0}
    refused = deployment.call("register", {"contract": "service_id: 7", "replace": False})
    assert refused.error is not None
    assert refused.error.data["type"].startswith("urn:caio:problem:")


def test_it_is_unwell_while_its_database_is_locked_and_well_again(
    caio: System, caio_pool: LeasePool, exchanges: list[Exchange]
) -> None:
    deployment = served(caio_pool)
    client = HttpClient(deployment.url, exchanges.append)

    def well() -> bool:
        return client.get(caio.endpoint("ready")).ok

    with LockedDatabase(deployment.files["database"], steady=well) as fault:
        until(lambda: not well(), 10, "readiness to fail")
        fault.observed("not ready")
    assert [event.what for event in fault.journal][-1] == "steady state seen after the healing"


def test_it_comes_back_after_a_kill_at_the_same_address(caio: System, caio_pool: LeasePool) -> None:
    deployment = served(caio_pool)
    url = deployment.url
    with Killed(deployment, "CAIO killed"):
        assert not deployment.running
    assert deployment.running
    assert deployment.url == url


def test_a_setting_it_refuses_ends_the_start_with_its_own_words(caio_pool: LeasePool) -> None:
    with pytest.raises(DeploymentFailed, match=r"(?s)did not start: it ended with exit code [1-9].*CAIO_RATE_LIMIT"):
        caio_pool.acquire("process", "default", {"CAIO_RATE_LIMIT": "often"})


def test_a_backend_answers(caio_pool: LeasePool, exchanges: list[Exchange]) -> None:
    deployment = caio_pool.companion("backend", "local-chat").deployment
    exchange = HttpClient(deployment.url, exchanges.append).post("/chat", json={"message": "hello"})
    assert exchange.json()["served_by"] == "local-chat"


def test_nothing_is_written_into_the_checkout(caio_pool: LeasePool, caio: System) -> None:
    served(caio_pool)
    assert not list(caio.here.glob("**/*.db"))
    assert not (Path.cwd() / "caio.db").exists()
