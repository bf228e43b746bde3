"""Sends to the queue again what it has lost. Every explainer runs one; they do not disturb each other."""

from __future__ import annotations

import threading
import time

from chassis import logs

from sidecar.explainer.metrics import ExplainerMetrics
from sidecar.queue.broker import ERRORS, Queue
from sidecar.settings import Settings
from sidecar.status import gateways, traces
from sidecar.status.blobs import Blobs
from sidecar.status.rules import FAILED, QUEUED, RUNNING
from sidecar.status.store import Item, StatusStore, StoreUnavailable

SWEEP_SECONDS = 0.5
PURGE_SECONDS = 60.0


class Sweeper(threading.Thread):
    """Runs until ``stop`` is set."""

    def __init__(self, store: StatusStore, settings: Settings, metrics: ExplainerMetrics) -> None:
        super().__init__(name="sweeper", daemon=True)
        self.stop = threading.Event()
        self._store = store
        self._settings = settings
        self._metrics = metrics
        self._log = logs.get("sweeper")
        self._epoch = ""
        self._sent: dict[str, float] = {}
        self._blobs = Blobs(settings.blobs)
        self._purged = 0.0

    def run(self) -> None:
        """Sweep; whatever goes wrong is tried again."""
        while not self.stop.is_set():
            queue = Queue(self._settings.redis_url)
            # What was sent while Redis was away is lost: it is known again by nothing.
            self._epoch = ""
            try:
                while not self.stop.wait(SWEEP_SECONDS):
                    self._sweep(queue)
            except ERRORS as error:
                self._metrics.works("queue", False)
                self._log.warning("Redis is away: traces wait in the store", reason=str(error))
                self.stop.wait(SWEEP_SECONDS)
            finally:
                queue.client.close()

    def _sweep(self, queue: Queue) -> None:
        """Look once. Raises one of ERRORS."""
        try:
            items = self._store.pending(traces.KIND)
            self._fail_unrecorded(items)
        except StoreUnavailable as error:
            self._metrics.works("store", False)
            self._log.warning("the store cannot be used", reason=str(error))
            return
        self._metrics.works("store", True)
        self._purge()
        depth, oldest = traces.depth(items)
        self._metrics.depth.set(depth)
        self._metrics.backlog.set(oldest)
        epoch, idle = queue.epoch(), queue.length() == 0
        self._metrics.works("queue", True)
        forgotten = epoch != self._epoch
        self._epoch = epoch
        lost = [item for item in items if self._is_lost(item, forgotten, idle)]
        for item in lost:
            queue.send(item["key"])
            self._sent[item["key"]] = time.time()
            self._metrics.resent.inc()
        if lost:
            self._log.warning("traces are sent to the queue again", count=len(lost))
        known = {item["key"] for item in items}
        self._sent = {key: at for key, at in self._sent.items() if key in known}

    def _purge(self) -> None:
        """Now and then remove texts and graphs of traces that nobody remembers any more."""
        if time.monotonic() - self._purged < PURGE_SECONDS:
            return
        self._purged = time.monotonic()
        count = self._blobs.purge(time.time() - self._settings.sidecar_retention_seconds)
        if count:
            self._log.info("texts and graphs of forgotten traces are removed", count=count)

    def _is_lost(self, item: Item, forgotten: bool, idle: bool) -> bool:
        """Whether nobody works on a trace, and no message says that somebody should."""
        now = time.time()
        if item["status"] == RUNNING:
            overdue = now - item["lease_until"]
            return overdue > 0 and now - self._sent.get(item["key"], 0.0) > self._settings.sidecar_lease_seconds
        if item["status"] != QUEUED or item["recorded"] is None:
            return False
        resend = self._settings.sidecar_resend_seconds
        waited = now - max(item["recorded"], self._sent.get(item["key"], 0.0))
        return (forgotten and waited > SWEEP_SECONDS) or (idle and waited > resend)

    def _fail_unrecorded(self, items: list[Item]) -> None:
        """End traces whose gateway died before it could store the chat."""
        for item in items:
            unrecorded = item["status"] == QUEUED and item["recorded"] is None
            if unrecorded and gateways.is_dead(self._store, item):
                reason = "the gateway ended before it could store the chat"
                traces.end(self._store, item["key"], FAILED, reason, lambda each: each["recorded"] is None)
