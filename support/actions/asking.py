"""Asks for many decisions one after the other, while the machine is watched on which that is timed."""

from __future__ import annotations

from support import clock
from support.actions import loads
from support.interfaces.requests import request
from support.load import numbers
from support.world import World


def of_many_matters(world: World, ability: str, count: int) -> None:
    """Ask for so many decisions, each on a request of its own; ``world.noise`` is what else the machine did meanwhile.

    Equal requests share a decision, and who asks for it again is told how long its stages took the first time.
    """
    watch, began, first = loads.noise_watch(world), clock.now(), numbers.first()
    watch.look()
    for number in range(first, first + count):
        world.ask_for({**request(ability), "context": {"number": number}})
    watch.look()
    world.noise = watch.between(began, clock.now())
