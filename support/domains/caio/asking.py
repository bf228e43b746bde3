"""Asks for many decisions one after the other, while the machine is watched on which that is timed."""

from __future__ import annotations

from support.base import clock
from support.domains.caio.requests import request
from support.domains.caio.session import caio
from support.load import numbers
from support.subjects import load
from support.subjects.load import Loads
from support.world.core import World


def of_many_matters(world: World, ability: str, count: int) -> None:
    """Ask for so many decisions, each on a request of its own; ``Loads.noise`` is what else the machine did meanwhile.

    Equal requests share a decision, and who asks for it again is told how long its stages took the first time.
    """
    watch, began, first = load.noise_watch(world), clock.now(), numbers.first()
    watch.look()
    for number in range(first, first + count):
        caio(world).ask_for({**request(ability), "context": {"number": number}})
    watch.look()
    world.part(Loads).noise = watch.between(began, clock.now())
