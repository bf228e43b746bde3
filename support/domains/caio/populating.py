"""Fills a registry with many services, of which only some offer what is asked for."""

from __future__ import annotations

from support.base.documents import Document
from support.base.outcomes import Broken
from support.domains.caio import contracts
from support.domains.caio.session import caio
from support.world.core import World

OTHERS = 40
"""Abilities that the other services offer, so that none of them is offered by nearly all."""
BATCH = 500
"""Services that are registered by one call."""


def documents(first: int, last: int, ability: str, matching: int) -> list[Document]:
    """Contracts of the services number ``first`` up to ``last``; the first ``matching`` of all offer the ability."""
    return [_document(number, ability if number <= matching else "") for number in range(first, last + 1)]


def fill(world: World, count: int, ability: str, matching: int) -> None:
    """Have the registry hold ``count`` services, ``matching`` of which offer the ability; there may be some already."""
    first = caio(world).populated + 1
    if world.deployment.kind == "remote":  # there each is noted, so as to be removed again
        for document in documents(first, count, ability, matching):
            caio(world).register(document).result()
        first = count + 1
    for begin in range(first, count + 1, BATCH):
        batch = documents(begin, min(begin + BATCH - 1, count), ability, matching)
        answer = caio(world).orchestrator.register_all(batch)
        if not answer.accepted:
            raise Broken(f"the registry could not be filled with {count:,} services: {answer.refusal}")
    caio(world).populated = max(caio(world).populated, count)


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
