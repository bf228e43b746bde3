"""Callers who come over a connection of their own each time, so that each worker behind a port gets some of them.

Which worker serves a connection is settled when it is opened, by chance as far as callers can tell. Of two workers one
is missed by twenty such callers once in half a million runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TypeVar

from support.domains.caio import contracts
from support.domains.caio.answer import Answer
from support.domains.caio.requests import request
from support.domains.caio.session import caio
from support.subjects import auth
from support.world.core import World

T = TypeVar("T")


def each_anew(world: World, count: int, do: Callable[[], T]) -> list[T]:
    """Do something so often, each time over a connection that was not open before."""
    done = []
    for _ in range(count):
        world.http.close()
        done.append(do())
    return done


def register(world: World, rows: Iterable[Mapping[str, str]]) -> None:
    """Register the services of a table, each over a connection of its own."""
    for row in rows:
        each_anew(world, 1, lambda row=row: caio(world).register(contracts.contract(row)).result())  # type: ignore[misc]


def register_again(world: World, service_id: str, count: int) -> list[Answer]:
    """Remove a service and register it as it was, so often or until that is refused, both over new connections."""
    document, answers = caio(world).contracts[service_id], list[Answer]()
    while len(answers) < count and all(answer.accepted for answer in answers):
        each_anew(world, 1, lambda: caio(world).orchestrator.remove(service_id).result())
        answers += each_anew(world, 1, lambda: caio(world).register(document))
    return answers


def ask(world: World, capabilities: str, count: int) -> list[Answer]:
    """Make the same request so often."""
    return each_anew(world, count, lambda: caio(world).ask(capabilities))


def ask_with_seeds(world: World, capabilities: str, seeds: Iterable[int], count: int) -> None:
    """Make the same request so often with each seed."""
    for seed in seeds:
        asked = caio(world).routing(request(capabilities), seed)
        route = partial(caio(world).orchestrator.route, asked)
        caio(world).answers_of_all.append(each_anew(world, count, route))


def fetch(world: World, decision_id: str, count: int) -> list[Answer]:
    """Fetch a decision so often."""
    return each_anew(world, count, lambda: caio(world).heard(caio(world).orchestrator.decision(decision_id)))


def list_services(world: World, says: str, count: int) -> None:
    """Have a caller list the services so often."""
    each_anew(world, count, lambda: auth.attempt(world, says, "list the services"))
