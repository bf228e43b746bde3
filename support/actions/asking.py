"""Asks for many decisions one after the other, while the machine is watched on which that is timed."""

from __future__ import annotations

import time
from collections.abc import Iterable

from support.actions import loads
from support.world import World


def with_seeds(world: World, capabilities: str, seeds: Iterable[int]) -> None:
    """Ask for a decision with each seed; ``world.noise`` is what else the machine did meanwhile."""
    watch, began = loads.noise_watch(world), time.time()
    watch.look()
    for seed in seeds:
        world.ask(capabilities, seed=seed)
    watch.look()
    world.noise = watch.between(began, time.time())
