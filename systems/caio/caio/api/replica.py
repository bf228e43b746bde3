"""Keeps the registry of one instance in step with the store, which other instances may change as well."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import anyio.to_thread
import orjson
from chassis import logs

from caio import contracts
from caio.api.library import FROM_FILE
from caio.dispatch.circuits import CircuitBoard
from caio.errors import CaioError
from caio.orchestrator import Orchestrator
from caio.registry import Change, Overtaken
from caio.store.changes import Changes, Position
from caio.store.database import StoreUnavailable
from caio.store.records import Records, StoredService


class Replica:
    """Follows the journal of the store. A service that a file of this instance names is left to that file."""

    def __init__(self, orchestrator: Orchestrator, records: Records, board: CircuitBoard) -> None:
        self.orchestrator = orchestrator
        self.registry = orchestrator.registry
        self.records = records
        self.board = board
        self.log = logs.get("replica")
        self.revision = 0
        self.shared = records.shared
        self._file: tuple[int, int] | None = None
        self.has_looked = False
        """Whether a look has been taken that does for the requests that are there."""

    def load(self) -> None:
        """Fill the registry. Raises CaioError for what is stored and cannot be used, and when nothing can be read."""
        with self.registry.lock:
            found = self.records.changes(None).result()
            position = self.records.position()
            self._file = position.file if position is not None else None
            for text in found.contracts.values():
                assert text is not None
                self.registry.adopt(contracts.parse_contract(orjson.loads(text)))
            self.revision = found.revision
        self.registry.on_change = self.persist

    def load_outcomes(self) -> None:
        """Take over how earlier calls ended, once all services are there. Raises StoreUnavailable."""
        with self.registry.lock:
            self.take_outcomes(self.records.changes(None).result())

    async def refresh(self) -> None:
        """Take over what others changed before this moment. Raises StoreUnavailable when that cannot be known.

        One look does for all requests that were there when it was taken: what is read from the network later is
        served after the event loop has come round to ``_look_again``, as it serves in order.
        """
        if self.has_looked:
            return
        position = self.records.position()
        if position is not None and not self.look(position):
            await anyio.to_thread.run_sync(self.catch_up, position)

    def is_current(self) -> bool:
        """Whether there is nothing to take over, as far as can be told without waiting."""
        if self.has_looked:
            return True
        try:
            position = self.records.position()
        except StoreUnavailable:
            return False
        return position is None or self.look(position)

    def look(self, position: Position) -> bool:
        """Whether all is known up to where the journal is now. If so, that does for all who are there."""
        if self.is_at(position):
            self.has_looked = True
            asyncio.get_running_loop().call_soon(self._look_again)
        return self.has_looked

    def _look_again(self) -> None:
        self.has_looked = False

    async def follow(self, interval: float) -> None:
        """Refresh every so many seconds until cancelled, so that services are probed that nobody asks for here."""
        while self.shared:
            await asyncio.sleep(interval)
            with contextlib.suppress(StoreUnavailable):
                await self.refresh()

    def is_at(self, position: Position) -> bool:
        """Whether all is known up to there."""
        return position.revision == self.revision and position.file == self._file

    def catch_up(self, position: Position) -> None:
        """Read the journal from where this instance stands; another file's from the beginning."""
        with self.registry.lock:
            if self.is_at(position):
                return
            known = self.revision if position.file == self._file else None
            self.take(self.records.changes(known).result())
            self._file = position.file

    def take(self, found: Changes) -> None:
        """Let in what others have changed."""
        held = [entry.service_id for entry in self.registry.entries()] if found.whole else []
        gone: dict[str, str | None] = {name: None for name in held if name not in found.contracts}
        for service_id, text in (found.contracts | gone).items():
            if service_id in self.registry and FROM_FILE in self.registry.get(service_id).tags:
                continue
            try:
                self.put(service_id, text)
            except CaioError as error:
                # Another version of CAIO may take what this one does not.
                self.log.error("a service of another instance is not applied", service_id=service_id, reason=str(error))
        self.take_outcomes(found)
        self.revision = found.revision

    def take_outcomes(self, found: Changes) -> None:
        """Rank by how calls ended on all instances."""
        forgotten = [name for name in self.orchestrator.outcomes.counts() if name not in found.outcomes]
        for service_id in forgotten if found.whole else ():
            self.orchestrator.forgive(service_id)
        for service_id, recent in found.outcomes.items():
            if service_id in self.registry:
                self.orchestrator.outcomes.put(service_id, recent)

    def put(self, service_id: str, text: str | None) -> None:
        """Let one service in, or out. Raises CaioError for a contract that cannot be used."""
        self.orchestrator.forgive(service_id)
        if text is None:
            self.registry.discard(service_id)
        else:
            contract = contracts.parse_contract(orjson.loads(text))
            if service_id in self.registry and self.registry.get(service_id).contract.digest == contract.digest:
                return
            self.registry.adopt(contract)
        self.board.forget(service_id)

    def persist(self, change: Change) -> Callable[[], None]:
        """Store a change before it takes effect. Raises StoreUnavailable, and then nothing changes.

        Raises Overtaken when others have changed the registry since it was decided; their changes are in then.
        Until the change is visible this instance is not up to date: who asks meanwhile waits for it in ``catch_up``.
        """
        written = self.write(change)
        if written is not None and written.overtakes:
            self.take(written)
            raise Overtaken

        def done() -> None:
            self.board.forget(change.service_id)
            if written is not None:
                self.take_outcomes(written)
                self.revision = written.revision

        return done

    def write(self, change: Change) -> Changes | None:
        """Write a change into the store; what comes from a file stays there."""
        if change.entry is None:
            if FROM_FILE in self.registry.get(change.service_id).tags:
                return None
            return self.records.delete_service(change.service_id, self.revision).result()
        if change.entry.tags:
            return None
        text = orjson.dumps(change.entry.contract.to_dict()).decode()
        return self.records.save_service(StoredService(change.service_id, text), self.revision).result()

    async def share(self, service_id: str, ok: bool) -> None:
        """Let the other instances know how a call ended. Where that fails it counts here alone."""
        await self.tell(self.records.add_outcome, service_id, ok)

    async def forgive(self, service_id: str) -> None:
        """Forget how the calls of a service ended, as it works again, here and on the other instances."""
        self.orchestrator.forgive(service_id)
        await self.tell(self.records.forget_outcomes, service_id)

    async def tell(self, write: Callable[..., Future[Changes]], *what: Any) -> None:
        """Write what others should know and need not. Without a data folder there are no others."""
        if not self.shared:
            return
        try:
            await asyncio.wrap_future(write(*what))
        except StoreUnavailable as error:
            self.log.warning("other instances are not told how a call ended", reason=str(error))
