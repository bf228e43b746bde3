"""``sidecar courier``: calls webhooks of traces that have ended, until it is told to stop.

What is still to be told stands in the StatusStore; a courier that is killed goes on where it was, with the same ids.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from typing import TypeVar, TypeVarTuple, Unpack

import anyio.to_thread
from chassis import logs
from chassis.settings import SettingsError

from sidecar import process
from sidecar.monitor import Monitor
from sidecar.process import Stopping
from sidecar.settings import Settings
from sidecar.status import open_store, traces
from sidecar.status.store import Item, StatusStore, StoreUnavailable
from sidecar.webhooks import calling, model, signature
from sidecar.webhooks.addresses import AddressRefused

LOOK_SECONDS = 0.1
AT_ONCE = 32
AT_ONCE_PER_WEBHOOK = 4
"""One slow receiver keeps no other waiting."""

Given = TypeVarTuple("Given")
Result = TypeVar("Result")

OUTCOMES = ("delivered", "retried", "dead", "gone", "refused")


class Courier:
    """Delivers what is due."""

    def __init__(self, store: StatusStore, settings: Settings, monitor: Monitor) -> None:
        self._store = store
        self._settings = settings
        self._monitor = monitor
        self._log = logs.get("courier")
        self._calls: dict[str, asyncio.Task[None]] = {}
        self._busy: Counter[str] = Counter()
        self._outcomes = monitor.counter("webhook_deliveries", "Calls of webhooks", "outcome")
        self._seconds = monitor.histogram("webhook_delivery_duration_seconds", "Time that a call takes")
        self._backlog = monitor.gauge("webhook_backlog", "Messages that are still to be delivered")
        for outcome in OUTCOMES:
            self._outcomes.labels(outcome)

    async def run(self, stopping: Stopping) -> None:
        """Deliver until told to stop; calls in progress are finished."""
        while not stopping.asked.is_set():
            try:
                await self._look()
                self._monitor.works("store", True)
            except StoreUnavailable as error:
                self._monitor.works("store", False)
                self._log.warning("the store cannot be used", reason=str(error))
            await asyncio.sleep(LOOK_SECONDS)
        await asyncio.gather(*self._calls.values(), return_exceptions=True)

    async def _look(self) -> None:
        for trace in await threaded(self._store.pending, traces.KIND):
            if trace["notify"] == traces.TO_BE_TOLD:
                await threaded(self._take_over, trace)
        waiting = await threaded(self._store.pending, model.DELIVERY)
        self._backlog.set(len(waiting))
        for delivery in waiting:
            if len(self._calls) >= AT_ONCE:
                return
            webhook = delivery["webhook"]
            is_due = delivery["due"] <= time.time() and delivery["key"] not in self._calls
            if is_due and self._busy[webhook] < AT_ONCE_PER_WEBHOOK:
                self._busy[webhook] += 1
                self._calls[delivery["key"]] = asyncio.create_task(self._deliver(delivery))

    def _take_over(self, trace: Item) -> None:
        """Make a delivery for each webhook that wants to know of this; once, however often it is done."""
        for webhook in self._store.group(model.WEBHOOK, trace["tenant"]):
            wanted = webhook["status"] == model.ACTIVE and model.event_of(trace) in webhook["events"]
            if wanted and webhook["created"] <= trace["ended"]:
                self._store.create(model.delivery_of(webhook, trace))
        traces.is_told(self._store, trace["key"])

    async def _deliver(self, delivery: Item) -> None:
        try:
            await self._try(delivery)
        except StoreUnavailable as error:
            self._log.warning("what came of a call cannot be stored, and it is made again", reason=str(error))
        except Exception as error:  # noqa: BLE001 - one message keeps no other waiting
            self._log.error("a call has failed", exc_info=error)
        finally:
            self._busy[delivery["webhook"]] -= 1
            del self._calls[delivery["key"]]

    async def _try(self, delivery: Item) -> None:
        claimed = await threaded(self._claim, delivery["key"])
        if claimed is None:
            return
        webhook = await threaded(self._store.get, delivery["webhook"])
        if webhook is None or webhook["status"] != model.ACTIVE:
            await self._end(claimed, "gone", "the webhook is no longer active")
            return
        body = claimed["body"].encode()
        headers = signature.signed(webhook["secret"], claimed["message"], int(time.time()), body)
        try:
            with self._seconds.time():
                answer = await calling.call(
                    webhook["url"],
                    body,
                    headers,
                    self._settings.sidecar_webhook_timeout_seconds,
                    self._settings.sidecar_webhook_allowed_networks,
                )
        except AddressRefused as refusal:
            self._outcomes.labels("refused").inc()
            await self._later(claimed, calling.Answer(None, str(refusal)))
            return
        await self._judge(claimed, webhook, answer)

    async def _judge(self, claimed: Item, webhook: Item, answer: calling.Answer) -> None:
        if answer.delivered:
            await self._end(claimed, "delivered", None)
        elif answer.status == calling.GONE:
            await threaded(model.end, self._store, webhook["key"])
            await self._end(claimed, "gone", "the receiver answered 410")
        else:
            await self._later(claimed, answer)

    async def _later(self, claimed: Item, answer: calling.Answer) -> None:
        """Try again with backoff, or give up."""
        settings = self._settings
        reason = answer.problem or f"the receiver answered {answer.status}"
        attempts = claimed["attempts"]
        self._log.warning("a webhook was not delivered", message=claimed["message"], attempts=attempts, reason=reason)
        if attempts >= settings.sidecar_webhook_attempts:
            await self._end(claimed, "dead", reason)
            return
        longest = settings.sidecar_webhook_longest_backoff_seconds
        wait = min(longest, settings.sidecar_webhook_backoff_seconds * 2.0 ** min(attempts - 1, 30))
        due = time.time() + max(wait * random.uniform(0.75, 1.0), answer.retry_after)
        self._outcomes.labels("retried").inc()
        await threaded(self._change, claimed, {"due": due, "lease_until": 0.0, "reason": reason})

    async def _end(self, claimed: Item, outcome: str, reason: str | None) -> None:
        self._outcomes.labels(outcome).inc()
        fields = {"status": outcome, "reason": reason, "open": False, "ended": time.time(), "lease_until": 0.0}
        await threaded(self._change, claimed, fields)

    def _claim(self, key: str) -> Item | None:
        """Take a delivery for as long as a call may take, so that two couriers do not make it at once."""
        now = time.time()
        until = now + self._settings.sidecar_webhook_timeout_seconds + 10.0

        def decide(item: Item) -> Item | None:
            if not item["open"] or item["lease_until"] > now:
                return None
            return {**item, "attempts": item["attempts"] + 1, "lease_until": until, "due": until}

        return self._store.change(key, decide)

    def _change(self, claimed: Item, fields: Item) -> None:
        model.change(self._store, claimed["key"], lambda item: item["attempts"] == claimed["attempts"], **fields)


async def threaded(act: Callable[[Unpack[Given]], Result], *arguments: *Given) -> Result:
    """Have something done with the store, in a thread."""
    return await anyio.to_thread.run_sync(act, *arguments)


def deliver(health_port: int | None) -> int:
    """Start, deliver, stop. Gives the exit status; what cannot be used ends the start with one line."""
    stopping = Stopping()
    try:
        settings = process.begin()
        monitor = Monitor("--health-port")
        courier = Courier(open_store(settings), settings, monitor)
        if health_port is not None:
            monitor.serve(settings.sidecar_host, health_port, settings.enable_otel)
    except SettingsError as error:
        return process.end(error)
    logs.get("courier").info("delivering", pid=os.getpid())
    asyncio.run(courier.run(stopping))
    logs.get("courier").info("stopped")
    return 0
