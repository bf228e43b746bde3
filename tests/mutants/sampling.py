"""A seeded sample of all mutants: the same seed and code give the same ones, each module has its share."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence

from tests.mutants.generate import Mutant, Site


def sample(sites: Sequence[Site], size: int, seed: int) -> list[Mutant]:
    """So many mutants, no two of the same place and operator, from the modules in proportion to their places.

    Places are drawn and not mutants, or a string, of which an operator makes three, would count for three. Whether a
    module has its share does not depend on chance: the places are laid out by module, shuffled within each, and every
    ``n``-th is taken, from a start that the seed gives.
    """
    chance = random.Random(seed)
    by_module: dict[str, list[Site]] = defaultdict(list)
    for site in sites:
        by_module[site.module].append(site)
    rows: list[Site] = []
    for module in sorted(by_module):
        some = by_module[module]
        chance.shuffle(some)
        rows += some
    if not rows or size < 1:
        return []
    step = max(1.0, len(rows) / size)
    start = chance.random() * step
    places = [int(start + number * step) for number in range(min(size, len(rows)))]
    chosen = [mutant for place in places if (mutant := _one_of(rows, place % len(rows), chance)) is not None]
    return sorted(chosen, key=lambda each: (each.module, each.line, each.column, each.operator))


def _one_of(rows: Sequence[Site], place: int, chance: random.Random) -> Mutant | None:
    """A mutant of a place; where none of its changes is one, None."""
    site = rows[place]
    changes = list(range(len(site.changed)))
    chance.shuffle(changes)
    return next((mutant for which in changes if (mutant := site.mutant(which)) is not None), None)
