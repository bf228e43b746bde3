"""``sidecar explainer``: explains queued traces until it is told to stop."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

from chassis import logs
from chassis.settings import SettingsError

from sidecar import process
from sidecar.process import Stopping
from sidecar.settings import Settings
from sidecar.status.store import StoreUnavailable

if TYPE_CHECKING:
    from sidecar.explainer.job import Explainer

IDLE_MILLISECONDS = 50
"""Longest rest of an idle consumer between two looks into the queue."""

FINISH_MILLISECONDS = 20_000
"""Longest wait for jobs in progress after SIGTERM; what is not done by then is left to others."""


def work() -> int:
    """Start, work, stop. Gives the exit status; what cannot be used ends the start with one line."""
    stopping = Stopping()
    try:
        settings = process.begin()
        run(settings, stopping)
    except SettingsError as error:
        return process.end(error)
    return 0


def run(settings: Settings, stopping: Stopping) -> None:
    """Work until told to stop. Raises SettingsError."""
    # Imported here: a start that ends with an unusable setting shall end at once.
    import dramatiq

    from sidecar.audit.log import AuditLog
    from sidecar.explainer.job import Explainer
    from sidecar.explainer.metrics import ExplainerMetrics
    from sidecar.explainer.sweeper import Sweeper
    from sidecar.queue import broker
    from sidecar.status import open_store

    os.nice(settings.sidecar_explainer_nice)
    metrics = ExplainerMetrics()
    store = open_store(settings)
    audit = AuditLog(settings)
    explainer = Explainer(store, settings, metrics, audit)
    messages = broker.Queue(settings.redis_url, timeout=1.0)
    broker.declare(messages, explainer.do)
    worker = dramatiq.Worker(
        messages, worker_threads=settings.sidecar_explainer_threads, worker_timeout=IDLE_MILLISECONDS
    )
    sweeper = Sweeper(store, settings, metrics)
    threading.Thread(target=keep_leases, args=(explainer, settings), name="leases", daemon=True).start()
    worker.start()
    sweeper.start()
    metrics.serve(settings.sidecar_host, settings.explainer_metrics_port, settings.enable_otel)
    log = logs.get("explainer")
    log.info("working", threads=settings.sidecar_explainer_threads, pid=os.getpid())
    stopping.asked.wait()
    log.info("stopping: jobs in progress are finished, the others given back")
    sweeper.stop.set()
    worker.stop(FINISH_MILLISECONDS)
    audit.close()
    log.info("stopped")


def keep_leases(explainer: Explainer, settings: Settings) -> None:
    """Renew leases for as long as the process lives."""
    log = logs.get("explainer")
    while True:
        time.sleep(settings.sidecar_lease_seconds / 4)
        try:
            explainer.renew()
        except StoreUnavailable as error:
            log.warning("leases cannot be renewed", reason=str(error))
