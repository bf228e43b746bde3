"""Faults of data stores: full, out of connections, credentials changed, slow; each is seen to take effect.

A store that is killed, stopped or restarted is a process: see ``Killed``, ``Stopped`` and ``Restarted``. How each kind
of store is filled up, or refuses connections, stands in ``support/deployments/stores``.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Callable

from support.base.outcomes import Broken
from support.base.waiting import until
from support.deployments.ports import HOST
from support.deployments.stores.base import ChangesCredentials, Fillable, LimitsConnections, Store
from support.faults.base import SETTLE, Fault
from support.faults.behaviour import REFUSE, Behaviour, Mode, delay
from support.faults.proxy import FaultyProxy, NetworkFault, _Passage


class StoreFault(Fault):
    """A fault after which the application's credentials can no longer write; ``steady`` is by default that they can.

    A fault that does not take effect within ``settle`` seconds is Broken.
    """

    def __init__(
        self, store: Store, what: str, steady: Callable[[], object] | None = None, settle: float = SETTLE
    ) -> None:
        super().__init__(f"the store {store.name} ({store.kind}) {what}", steady or (lambda: store.probe().ok), settle)
        self._target = store

    def _heal(self) -> None:
        if not self._target.running:
            self._target.start()
        self._restore()

    @abstractmethod
    def _restore(self) -> None:
        """Take the store's limit away again."""

    def see_effect(self) -> None:
        """Wait until the store refuses a probe, and write down in what words."""
        refused = until(
            lambda: None if (probe := self._target.probe()).ok else probe, self._settle, f"{self.what}: its effect"
        )
        self.observed(refused.said)


class FullStore(StoreFault):
    """No room for another byte; healed by making room, and by starting the store again if it ended for want of it."""

    def __init__(self, store: Fillable, steady: Callable[[], object] | None = None, settle: float = SETTLE) -> None:
        super().__init__(store, "full", steady, settle)
        self._store = store

    def _inject(self) -> None:
        self._store.fill()
        self.see_effect()

    def _heal(self) -> None:
        self._store.make_room()  # before it is started again, for which it needs room

    def _restore(self) -> None:
        """Done by making room."""


class NoConnectionsLeft(StoreFault):
    """The store itself refuses the application's connections, by its limit; open ones are ended."""

    def __init__(
        self, store: LimitsConnections, steady: Callable[[], object] | None = None, settle: float = SETTLE
    ) -> None:
        super().__init__(store, "out of connections", steady, settle)
        self._store = store

    def _inject(self) -> None:
        self._store.refuse_connections()
        self.see_effect()

    def _restore(self) -> None:
        self._store.allow_connections()


class CredentialsChanged(StoreFault):
    """The application's password is another; ``url`` has the new one, and connections that were open are ended."""

    def __init__(
        self, store: ChangesCredentials, steady: Callable[[], object] | None = None, settle: float = SETTLE
    ) -> None:
        super().__init__(store, "has other credentials", steady, settle)
        self._store = store
        self.url = store.url

    def _inject(self) -> None:
        self.url = self._store.change_credentials()
        self.see_effect()

    def _restore(self) -> None:
        self._store.restore_credentials()
        self.url = self._store.url


class StoreProxy(FaultyProxy):
    """A faulty proxy before a store: whatever the client sends is a request, and what follows is its answer."""

    def __init__(self, store: Store, address: str = HOST) -> None:
        super().__init__(f"{HOST}:{store.port}", address)
        self.store = store

    @property
    def store_url(self) -> str:
        """The store's connection URL by way of this proxy."""
        return self.store.url_at(self._address, self.port)

    def behave(self, behaviour: Behaviour) -> None:
        """As every faulty proxy; Broken for an answer by an HTTP status, which no store gives."""
        if behaviour.mode is Mode.STATUS:
            raise Broken(f"a store's proxy cannot answer with an HTTP status ({behaviour.status})")
        super().behave(behaviour)

    async def _requests(self, reader: asyncio.StreamReader, back: asyncio.StreamWriter, passage: _Passage) -> None:
        while data := await reader.read(65536):
            passage.answered = 0
            back.write(data)
            await back.drain()
        back.write_eof()


def slow_store(proxy: StoreProxy, seconds: float, settle: float = SETTLE) -> NetworkFault:
    """Each answer of the store comes so many seconds late."""
    return _by_proxy(proxy, delay(seconds), settle)


def refusing_store(proxy: StoreProxy, settle: float = SETTLE) -> NetworkFault:
    """Nothing listens where the store was."""
    return _by_proxy(proxy, REFUSE, settle)


def _by_proxy(proxy: StoreProxy, behaviour: Behaviour, settle: float) -> NetworkFault:
    store = proxy.store
    return NetworkFault(
        proxy,
        behaviour,
        f"the store {store.name} ({store.kind})",
        lambda: store.probe(proxy.store_url).ok,
        settle,
    )
