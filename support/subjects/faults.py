"""Damage to the files that a system relies on, in the words of Gherkin."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from support.faults import Damaged, Fault, LockedDatabase, MovedAway
from support.subjects import deployment
from support.world.core import World, last

FILE_FAULTS: dict[str, tuple[str, Callable[[Path], Fault]]] = {
    "its database is locked": ("database", LockedDatabase),
    "its signing key is damaged": ("signing_key", Damaged),
    "its policies are damaged": ("policies", lambda path: Damaged(path, b"- type: [no such thing\n")),
    "its contracts are moved away": ("contracts", MovedAway),
}
"""Damage → the file of ``system.yaml`` that it is done to, and the fault."""


def inflict(world: World, damage: str) -> None:
    """Do the damage; it is healed at the end of the scenario at the latest."""
    name, fault = FILE_FAULTS[damage]
    done = fault(deployment.files(world)[name])
    world.faults.append(done)
    world.on_close(done.heal)
    done.inject()


def repair(world: World) -> None:
    """Make good again what was damaged. Raises Broken if nothing was."""
    last(world.faults, "nothing has been damaged that could be repaired").heal()
