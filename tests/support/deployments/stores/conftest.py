"""Real stores, one of each kind per test module; a test that leaves one stopped or broken makes its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from support.base.settings import Settings, Timeouts
from support.deployments.stores import EmbeddedStore, PostgreSQL, Redis
from tests.support.deployments.stores.clients import Client, client_of

DISK = 160
"""Megabytes of the disk that PostgreSQL is given: its own files take some 60."""


@pytest.fixture(scope="module")
def limits(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(reports=tmp_path_factory.mktemp("reports"), timeouts=Timeouts(start=120, stop=60))


@pytest.fixture(scope="module", params=[PostgreSQL, Redis], ids=lambda kind: kind.kind)
def store(
    request: pytest.FixtureRequest, limits: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EmbeddedStore]:
    folder = tmp_path_factory.mktemp("store") / "main"
    options: dict[str, Any] = {"disk": DISK} if request.param is PostgreSQL else {}
    made = request.param("main", limits, folder, **options)
    try:
        made.start()
        yield made
    finally:
        made.close()


@pytest.fixture
def make(limits: Settings, tmp_path: Path) -> Iterator[Callable[..., EmbeddedStore]]:
    """Makes stores that are not started yet, and ends them after the test."""
    made: list[EmbeddedStore] = []

    def new(kind: type[EmbeddedStore], **options: Any) -> EmbeddedStore:
        made.append(kind(f"own-{len(made)}", limits, tmp_path / f"own-{len(made)}", **options))
        return made[-1]

    yield new
    for each in made:
        each.close()


@pytest.fixture
def client(store: EmbeddedStore) -> Iterator[Client]:
    """An application's client of the module's store, connected."""
    with client_of(store.kind, store.url) as connected:
        yield connected
