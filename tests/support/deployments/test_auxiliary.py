"""What runs beside the systems: one of each for the whole process, a new one where it has ended, none at the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.base.outcomes import Broken
from support.deployments import LeasePool, RunJournal


class Helper:
    """A helper that notes what is done with it."""

    def __init__(self, folder: Path, journal: RunJournal) -> None:
        self.folder, self.running, self.closed = folder, False, 0

    def start(self) -> None:
        self.running = True

    def close(self) -> None:
        self.running = False
        self.closed += 1


class Lame(Helper):
    """One that cannot be started."""

    made: Lame | None = None

    def start(self) -> None:
        Lame.made = self
        raise Broken("it cannot walk")


class Stubborn(Helper):
    """One that cannot be ended."""

    def close(self) -> None:
        raise Broken("it stays")


def test_a_helper_is_shared_and_ends_with_the_pool(pool: LeasePool) -> None:
    helper = pool.auxiliary.get("walker", Helper)
    assert pool.auxiliary.get("walker", Helper) is helper
    assert helper.folder.is_dir()
    pool.close()
    assert (helper.running, helper.closed) == (False, 1)


def test_a_helper_that_has_ended_is_replaced(pool: LeasePool) -> None:
    helper = pool.auxiliary.get("walker", Helper)
    helper.running = False
    other = pool.auxiliary.get("walker", Helper)
    assert (other is helper, other.running, other.folder == helper.folder) == (False, True, False)


def test_a_helper_that_does_not_start_is_closed_and_not_kept(pool: LeasePool) -> None:
    with pytest.raises(Broken, match="cannot walk"):
        pool.auxiliary.get("walker", Lame)
    assert Lame.made is not None
    assert Lame.made.closed == 1
    assert pool.auxiliary.get("walker", Helper).running


def test_a_helper_that_cannot_be_ended_is_told_and_the_others_end(pool: LeasePool) -> None:
    walker = pool.auxiliary.get("walker", Helper)
    pool.auxiliary.get("mule", Stubborn)
    assert pool.auxiliary.close() == ["mule: it stays"]
    assert walker.closed == 1
