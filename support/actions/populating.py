"""Fills a registry with many services, of which only some offer what is asked for."""

from __future__ import annotations

from support.interfaces import contracts
from support.interfaces.contracts import Document
from support.outcomes import Broken
from support.world import World

OTHERS = 40
"""Abilities that the other services offer, so that none of them is offered by nearly all."""
BATCH = 500
"""Services that are registered by one call."""


def documents(first: int, last: int, ability: str, matching: int) -> list[Document]:
    """Contracts of the services number ``first`` up to ``last``; the first ``matching`` of all offer the ability."""
    return [_document(number, ability if number <= matching else "") for number in range(first, last + 1)]


def fill(world: World, count: int, ability: str, matching: int) -> None:
    """Have the registry hold ``count`` services, ``matching`` of which offer the ability; there may be some already."""
    first = world.populated + 1
    if world.deployment.kind == "remote":  # there each is noted, so as to be removed again
        for document in documents(first, count, ability, matching):
            world.register(document).result()
        first = count + 1
    for begin in range(first, count + 1, BATCH):
        batch = documents(begin, min(begin + BATCH - 1, count), ability, matching)
        answer = world.orchestrator.register_all(batch)
        if not answer.accepted:
            raise Broken(f"the registry could not be filled with {count:,} services: {answer.refusal}")
    world.populated = max(world.populated, count)


def _document(number: int, ability: str) -> Document:
    row = {
        "service": f"service-{number:05d}",
        "offers": ability or f"ability-{number % OTHERS:02d}",
        "accuracy": f"0.{900 + number % 90}",
        "latency": f"{100 + number % 400} ms",
        "cost": f"0.{10 + number % 80}",
        "needs internet": "no",
    }
    return contracts.contract(row)
