"""A real upstream for all tests of this folder: the model server and the fault proxy before it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.base.settings import Settings
from support.deployments.upstreams import UpstreamPair
from support.upstreams.client import Upstream, locate


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UpstreamPair]:
    folder: Path = tmp_path_factory.mktemp("upstream")
    made = UpstreamPair("a", Settings(), folder)
    try:
        made.start()
        yield made
    finally:
        made.close()


@pytest.fixture
def upstream(pair: UpstreamPair) -> Iterator[Upstream]:
    made = Upstream(locate(pair.address.control))
    made.clear()
    yield made
    made.heal()
    made.close()
