"""Sends accepted jobs to the queue, and again those that it has lost. Every worker runs one; they do not disturb."""

from __future__ import annotations

import sqlite3
import threading
import time

import redis
from chassis import logs

from automation.queue.broker import Queue, closing
from automation.queue.link import RedisLink
from automation.settings import Settings
from automation.store import jobs
from automation.store.database import Store

LOOK_SECONDS = 0.05
SWEEP_SECONDS = 0.5
REST_SECONDS = 0.5
"""After Redis, or the store, could not be used."""

AT_ONCE = 200


class Dispatcher(threading.Thread):
    """Runs until ``stop`` is set."""

    def __init__(self, store: Store, settings: Settings, link: RedisLink) -> None:
        super().__init__(name="dispatcher", daemon=True)
        self.stop = threading.Event()
        self._store = store
        self._resend = settings.queue.resend_seconds
        self._link = link
        self._log = logs.get("dispatcher")
        self._swept = 0.0
        self._silent = False

    def run(self) -> None:
        """Dispatch; whatever goes wrong is tried again."""
        while not self.stop.is_set():
            try:
                self._connected()
            except (redis.RedisError, OSError, sqlite3.Error) as error:
                if not self._silent:
                    self._log.warning("jobs cannot be sent to the queue and wait in the store", reason=str(error))
                self._silent = True
            self.stop.wait(REST_SECONDS)
        self._store.close()

    def _connected(self) -> None:
        """Dispatch by one connection, for as long as it is the right one and works."""
        self._sweep()
        if self._link.state() == "unavailable":
            raise redis.ConnectionError(self._link.reason)
        url = self._link.url
        with closing(Queue(url, self._link.timeout)) as queue:
            # What was sent by a connection that has failed may have been lost.
            count = jobs.resend_all(self._store)
            self._log.info("jobs are sent to the queue", again=count)
            self._silent = False
            while not self.stop.is_set():
                self._sweep(queue)
                if self._link.url != url:
                    return
                if not self._send(queue):
                    self.stop.wait(LOOK_SECONDS)

    def _send(self, queue: Queue) -> int:
        rows = jobs.take_due(self._store, AT_ONCE)
        sent = 0
        try:
            for row in rows:
                queue.send(row["kind"], row["id"])
                sent += 1
        except (redis.RedisError, OSError):
            jobs.give_back(self._store, [row["id"] for row in rows[sent:]])
            raise
        return sent

    def _sweep(self, queue: Queue | None = None) -> None:
        if time.monotonic() - self._swept < SWEEP_SECONDS:
            return
        self._swept = time.monotonic()
        count = jobs.sweep(self._store, self._resend)
        if count:
            self._log.warning("jobs are sent again, as their worker or message is lost", count=count)
        if queue is not None:
            self._link.state()
            self._check_epoch(queue)

    def _check_epoch(self, queue: Queue) -> None:
        """Send everything again where the queue is another one than before, or has forgotten."""
        epoch = queue.epoch()
        row = self._store.one("SELECT value FROM meta WHERE key = 'epoch'")
        if row is not None and row["value"] == epoch:
            return
        with self._store.writing() as transaction:
            transaction.execute("INSERT OR REPLACE INTO meta VALUES ('epoch', ?)", (epoch,))
        count = jobs.resend_all(self._store)
        if count:
            self._log.warning("the queue has forgotten its entries: they are sent again", count=count)
