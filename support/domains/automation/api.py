"""Calls of the Automation Orchestrator's API by somebody it knows, over a shared connection or one of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from requests.adapters import HTTPAdapter

from support.base.outcomes import NotMet
from support.http import Exchange, HttpClient
from support.world.core import World

USER, COLLEAGUE, ADMIN, OTHER = "user", "colleague", "admin", "stranger"
"""Identities: three of one tenant, and the administrator of another one."""
KEY_HEADER = "x-api-key"

T = TypeVar("T")


class _FromAddress(HTTPAdapter):
    """Connects from a local address."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options, source_address=(self._address, 0))


class ClientAt(HttpClient):
    """A client whose connections come from a loopback address of its own."""

    def __init__(self, address: str, base_url: str, record: Callable[[Exchange], None], timeout: float) -> None:
        super().__init__(base_url, record, timeout)
        self._session.mount("http://", _FromAddress(address))


def call(world: World, who: str | None, method: str, endpoint: str, below: str = "", **options: Any) -> Exchange:
    """Call an endpoint, or a path below it, with the pass of an identity, or without one."""
    token = None if who is None else world.system.token(who)
    return world.http.request(method, world.endpoint(endpoint) + below, token=token, **options)


def act(world: World, who: str | None, method: str, endpoint: str, below: str = "", **options: Any) -> Exchange:
    """Call an endpoint as the step's own action: what was answered is what the next sentences judge."""
    world.exchanges.append(call(world, who, method, endpoint, below, **options))
    return world.exchange


def done(exchange: Exchange) -> Any:
    """What an exchange was answered, as JSON. Raises NotMet unless it succeeded."""
    if not exchange.ok:
        raise NotMet(f"expected a success, but got\n{exchange.describe()}")
    return exchange.json()


def apart(
    world: World, count: int, send: Callable[[HttpClient, int], Exchange], at_once: bool = False
) -> list[Exchange]:
    """Send so many requests, each over a connection of its own, one after the other or all at once."""

    def one(number: int) -> Exchange:
        return send(clients[number], number)

    clients = [world.client_for(world.deployment.url) for _ in range(count)]
    return together(one, range(count), count if at_once else 1)


def together(work: Callable[[int], T], numbers: Sequence[int], threads: int) -> list[T]:
    """Do the same for each number, so many at the same time; results in the order of the numbers."""
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, numbers))
