"""Gathers the decisions of one event loop and hands them to the store together.

While the store is busy with some, others gather; so the more there is to do the more is done at once, and neither the
store's thread nor the event loop is woken up for every single decision.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from dataclasses import dataclass

from caio.store.database import TOGETHER, StoreUnavailable
from caio.store.records import Records


@dataclass(slots=True)
class Waiting:
    """A decision that is not stored yet, and who waits for that."""

    decision_id: str
    document: bytes
    stored: asyncio.Future[bytes]


class Gathering:
    """Used by one event loop."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self.stored = 0
        """Decisions, since the start."""
        self._waiting: list[Waiting] = []
        self._busy = False

    async def keep(self, decision_id: str, document: bytes) -> bytes:
        """Store a decision and give the one that is kept under its id. Raises StoreUnavailable."""
        loop = asyncio.get_running_loop()
        stored: asyncio.Future[bytes] = loop.create_future()
        self._waiting.append(Waiting(decision_id, document, stored))
        if not self._busy:
            self._busy = True
            # Not now but next: whatever else has been read from the network comes along.
            loop.call_soon(self._hand_over, loop)
        return await stored

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        batch, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
        self._busy = bool(batch)
        if not batch:
            return
        written = self.records.save_decisions([(each.decision_id, each.document) for each in batch])
        written.add_done_callback(lambda done: loop.call_soon_threadsafe(self._settle, loop, batch, done))

    def _settle(self, loop: asyncio.AbstractEventLoop, batch: list[Waiting], done: Future[list[bytes]]) -> None:
        error = done.exception()
        self.stored += 0 if error else len(batch)
        documents = [each.document for each in batch] if error else done.result()
        for each, document in zip(batch, documents, strict=True):
            if each.stored.done():
                continue
            if error is None:
                each.stored.set_result(document)
            else:
                # An exception of its own for everybody, as each grows a traceback.
                each.stored.set_exception(StoreUnavailable(str(error)))
        self._hand_over(loop)
