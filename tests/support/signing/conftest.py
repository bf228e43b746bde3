"""A desk for each test, and one key for all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.signing.desk import Desk, shared_key


@pytest.fixture(scope="session")
def owner_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The owner's private key; its public key lies beside it."""
    return shared_key(tmp_path_factory.mktemp("owner"))


@pytest.fixture
def desk(tmp_path: Path, owner_key: Path) -> Desk:
    """A desk without a run."""
    return Desk(tmp_path, owner_key)
