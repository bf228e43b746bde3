"""``automation worker``: does jobs until it is told to stop, and tells of its health."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import threading
import time
from pathlib import Path
from types import FrameType

import dramatiq
from chassis import logs
from chassis.settings import SettingsError

from automation import server
from automation.crm.delivery import Deliveries
from automation.queue import broker
from automation.queue.backoff import delay
from automation.queue.broker import Queue
from automation.queue.dispatcher import Dispatcher
from automation.queue.link import RedisLink
from automation.queue.worker_health import WorkerHealth
from automation.settings import Settings
from automation.store import database, jobs
from automation.store.database import Store
from automation.store.jobs import Claim
from automation.workflows.runner import LeaseLost, Runner

IDLE_MILLISECONDS = 100
"""Longest rest of an idle consumer between two looks into the queue."""

FINISH_MILLISECONDS = 25_000
"""Longest wait for jobs in progress after SIGTERM; what is not done by then is left to others."""

LOOK_SECONDS = 0.5


class Doer:
    """Claims the jobs that messages name, does them, and keeps their leases alive."""

    def __init__(self, store: Store, settings: Settings, health: WorkerHealth) -> None:
        self._store = store
        self._queue = settings.queue
        self._health = health
        self._active: dict[str, Claim] = {}
        self._lock = threading.Lock()
        self._log = logs.get("worker")
        self.deliveries = Deliveries(store, settings)
        self._runner = Runner(store, settings)

    def do(self, job: str) -> None:
        """Do one job, unless it is done or another's. Whatever fails is tried again later."""
        claimed = jobs.claim(self._store, job, self._queue.lease_seconds)
        if claimed is None:
            return
        with self._lock:
            self._active[claimed.lease] = claimed
        try:
            with self._health.doing(claimed.kind):
                self._do(claimed)
        finally:
            with self._lock:
                del self._active[claimed.lease]
        if self._queue.hold_seconds:
            time.sleep(self._queue.hold_seconds)

    def _do(self, claimed: Claim) -> None:
        try:
            if claimed.kind == jobs.RUN:
                self._runner.do(claimed)
            elif claimed.kind == jobs.DELIVERY:
                self.deliveries.do(claimed)
            else:
                with self._store.writing() as transaction:
                    jobs.bury(transaction, claimed, f"nobody knows the job type {claimed.kind!r}")
        except LeaseLost as loss:
            self._log.warning("a job was taken over by another worker", job=claimed.id, reason=str(loss))
        except Exception as error:  # noqa: BLE001 - whatever it is, the job is tried again and not lost
            self._log.error("a job has failed", job=claimed.id, tried=claimed.attempts, exc_info=error)
            self._health.failed(claimed.kind)
            with contextlib.suppress(sqlite3.Error):
                self._put_off(claimed, f"{type(error).__name__}: {error}")

    def _put_off(self, claimed: Claim, reason: str) -> None:
        with self._store.writing() as transaction:
            if claimed.attempts >= self._queue.max_attempts:
                jobs.bury(transaction, claimed, reason)
            else:
                wait = delay(claimed.attempts, self._queue.backoff_seconds, self._queue.longest_backoff_seconds)
                jobs.put_off(transaction, claimed, time.time() + wait, reason)

    def renew(self) -> None:
        """Keep the leases of what is being done. Raises sqlite3.Error."""
        with self._lock:
            claims = list(self._active.values())
        if claims:
            jobs.renew(self._store, claims, self._queue.lease_seconds)


class Crew:
    """Threads that take messages from one Redis."""

    def __init__(self, url: str, store: Store, settings: Settings, doer: Doer) -> None:
        self.url = url
        self._queues: list[Queue] = []
        self._workers: list[dramatiq.Worker] = []
        for kind, threads in ((jobs.RUN, settings.queue.threads), (jobs.DELIVERY, settings.queue.crm_threads)):
            queue = Queue(url, max(settings.redis.timeout_seconds, 1.0), broker.note_unreadable(store))
            broker.declare(queue, kind, doer.do)
            worker = dramatiq.Worker(queue, worker_threads=threads, worker_timeout=IDLE_MILLISECONDS)
            self._queues.append(queue)
            self._workers.append(worker)

    def start(self) -> None:
        """Take messages."""
        for worker in self._workers:
            worker.start()

    def stop(self) -> None:
        """Finish what is in progress and give back what is not begun."""
        stopping = [threading.Thread(target=each.stop, args=(FINISH_MILLISECONDS,)) for each in self._workers]
        for thread in stopping:
            thread.start()
        for thread in stopping:
            thread.join()
        for queue in self._queues:
            queue.client.close()


class Stopping:
    """Set by SIGTERM and SIGINT."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.asked.set()


def work(config: Path | None, health_port: int | None) -> int:
    """Start, work, stop. Gives the exit status; what cannot be used ends the start with one line."""
    stopping = Stopping()
    try:
        settings = server.begin(config)
        server.require_redis(settings)
        database.prepare(settings.server.data_dir)
        return run(settings, health_port, stopping)
    except SettingsError as error:
        return server.end(str(error))


def run(settings: Settings, health_port: int | None, stopping: Stopping) -> int:
    """Work until told to stop."""
    folder = settings.server.data_dir
    store = Store(folder, "normal")
    link = RedisLink(settings.redis, folder)
    health = WorkerHealth(link)
    health.serve(settings.server.host, health_port)
    doer = Doer(store, settings, health)
    dispatcher = Dispatcher(store, settings, link)
    leases = threading.Thread(target=keep_leases, args=(doer, settings, stopping), name="leases", daemon=True)
    dispatcher.start()
    leases.start()
    log = logs.get("worker")
    log.info("working", threads=settings.queue.threads, crm_threads=settings.queue.crm_threads, pid=os.getpid())
    crew: Crew | None = None
    while not stopping.asked.wait(LOOK_SECONDS):
        link.state()
        if crew is not None and crew.url != link.url:
            crew.stop()
            crew = None
        if crew is None:
            crew = Crew(link.url, store, settings, doer)
            crew.start()
    log.info("stopping: jobs in progress are finished, the others given back")
    dispatcher.stop.set()
    if crew is not None:
        crew.stop()
    dispatcher.join(5)
    doer.deliveries.close()
    log.info("stopped")
    return 0


def keep_leases(doer: Doer, settings: Settings, stopping: Stopping) -> None:
    """Renew leases for as long as the process lives."""
    log = logs.get("worker")
    while True:
        time.sleep(settings.queue.lease_seconds / 4)
        try:
            doer.renew()
        except sqlite3.Error as error:
            log.warning("leases cannot be renewed", reason=str(error))
