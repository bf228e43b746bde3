"""Gathers the decisions of one event loop, signs them together and hands them to the store together.

While the store is busy with some, others gather; so the more there is to do the more is done at once, and neither the
store's thread nor the event loop is woken up for every single decision.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from caio.decision import signed
from caio.store.database import TOGETHER, StoreUnavailable
from caio.store.records import Records


@dataclass(slots=True)
class Waiting:
    """A decision that is not stored yet, and whom to tell of what is stored, or why nothing is."""

    decision_id: str
    spelled: bytes
    tell: Callable[[bytes | StoreUnavailable], None]


class Gathering:
    """Used by one event loop. ``sign_all`` makes the signatures of decisions that are spelled."""

    def __init__(self, records: Records, sign_all: Callable[[Sequence[bytes]], list[dict[str, Any]]]) -> None:
        self.records = records
        self.sign_all = sign_all
        self.stored = 0
        """Decisions, since the start."""
        self._waiting: list[Waiting] = []
        self._busy = False

    async def keep(self, decision_id: str, spelled: bytes) -> bytes:
        """Sign and store a decision, and give the one that is kept under its id. Raises StoreUnavailable."""
        stored: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        def tell(found: bytes | StoreUnavailable) -> None:
            if stored.done():
                return
            if isinstance(found, bytes):
                stored.set_result(found)
            else:
                stored.set_exception(found)

        self.put(decision_id, spelled, tell)
        return await stored

    def put(self, decision_id: str, spelled: bytes, tell: Callable[[bytes | StoreUnavailable], None]) -> None:
        """The same, for who does not wait but is told."""
        self._waiting.append(Waiting(decision_id, spelled, tell))
        if not self._busy:
            self._busy = True
            # Not now but next: whatever else has been read from the network comes along.
            loop = asyncio.get_running_loop()
            loop.call_soon(self._hand_over, loop)

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        batch, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
        self._busy = bool(batch)
        if not batch:
            return
        try:
            signatures = self.sign_all([each.spelled for each in batch])
        except Exception:
            # Nobody may be left waiting for ever, whatever is wrong with the key.
            self._settle(loop, batch, StoreUnavailable("decisions cannot be signed"))
            raise
        documents = [
            (each.decision_id, signed(each.spelled, signature))
            for each, signature in zip(batch, signatures, strict=True)
        ]
        written = self.records.save_decisions(documents)
        written.add_done_callback(lambda done: loop.call_soon_threadsafe(self._settle, loop, batch, outcome(done)))

    def _settle(
        self, loop: asyncio.AbstractEventLoop, batch: list[Waiting], found: list[bytes] | BaseException
    ) -> None:
        self.stored += len(found) if isinstance(found, list) else 0
        for place, each in enumerate(batch):
            # An exception of its own for everybody, as each grows a traceback.
            told = found[place] if isinstance(found, list) else StoreUnavailable(str(found))
            try:
                each.tell(told)
            except Exception as error:  # noqa: BLE001 - whoever cannot be told keeps nobody else waiting
                loop.call_exception_handler({"message": "a stored decision could not be told", "exception": error})
        self._hand_over(loop)


def outcome(done: Future[list[bytes]]) -> list[bytes] | BaseException:
    """What came of something that is done."""
    return done.exception() or done.result()
