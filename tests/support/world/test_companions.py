"""Real services are lent from scenario to scenario only as long as they are whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.base import systems
from support.base.outcomes import NotVerified
from support.base.settings import Settings
from support.deployments import LeasePool
from support.faults import Fault
from support.world.companions import Companions

NAME = "lent-chat"


class Done(Fault):
    """A fault for tests, which can be healed or not."""

    def __init__(self, healable: bool) -> None:
        super().__init__("something broken")
        self._healable = healable

    def _inject(self) -> None:
        """Nothing is broken in truth."""

    def _heal(self) -> None:
        if not self._healable:
            raise OSError("stuck")


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[LeasePool]:
    pool = LeasePool(Settings(reports=tmp_path), systems.find("caio"))
    yield pool
    pool.close()


def used(pool: LeasePool, fault: Fault) -> list[str]:
    """Inject the fault into a service in a scenario that ends well; what could not be done at its end."""
    services = Companions(systems.find("caio"), pool)
    services.start(NAME)
    services.inject(NAME, fault)
    return services.give_back(failed=False)


def test_a_service_that_was_healed_is_lent_again(pool: LeasePool) -> None:
    assert used(pool, Done(healable=True)) == []
    assert used(pool, Done(healable=True)) == []
    assert (len(pool.record.servers), pool.record.reused) == (1, 1)


def test_a_service_that_could_not_be_healed_is_told_of_and_thrown_away(pool: LeasePool) -> None:
    assert "could not be healed: stuck" in used(pool, Done(healable=False))[0]
    used(pool, Done(healable=True))
    assert (len(pool.record.servers), pool.record.dirtied) == (2, 1)


def test_a_system_that_cannot_be_told_of_companions_is_not_verified(pool: LeasePool) -> None:
    with pytest.raises(NotVerified, match=r"does not declare companions\.backend\.urls"):
        Companions(systems.find("caio"), pool).start_all([NAME])
