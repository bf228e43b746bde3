"""One job: claims a trace, explains it, and completes it if it is still this worker's."""

from __future__ import annotations

import threading
import time

import orjson
from chassis import logs

from sidecar.attribution.explain import explain
from sidecar.attribution.vectors import Vectors
from sidecar.audit.log import Act, AuditLog
from sidecar.chaos import ChaosControl
from sidecar.explainer.metrics import ExplainerMetrics
from sidecar.hif import check, graph
from sidecar.interceptor.recorder import content_of
from sidecar.pii.chats import Passage
from sidecar.settings import Settings
from sidecar.status import traces
from sidecar.status.blobs import Blobs
from sidecar.status.rules import COMPLETE, FAILED
from sidecar.status.store import Item, StatusStore, StoreUnavailable

INJECTED = "attribution failed (fault injected)"
HOLD_STEP_SECONDS = 0.05


class InjectedFault(Exception):
    """A fault that an operator has switched on."""


class LeaseLost(Exception):
    """The trace was cancelled, or is another worker's."""


class Explainer:
    """Does jobs in several threads, and keeps their leases alive."""

    def __init__(self, store: StatusStore, settings: Settings, metrics: ExplainerMetrics, audit: AuditLog) -> None:
        self._store = store
        self._settings = settings
        self._metrics = metrics
        self._audit = audit
        self._blobs = Blobs(settings.blobs)
        self._chaos = ChaosControl(settings.chaos_control_path)
        self._vectors = Vectors()
        self._active: dict[str, Item] = {}
        self._lost: set[str] = set()
        self._lock = threading.Lock()
        self._log = logs.get("explainer")

    def do(self, key: str) -> None:
        """Do the job of one message. Whatever fails is seen in the trace, or tried again after the lease."""
        try:
            claimed = traces.claim(self._store, key, self._settings.sidecar_lease_seconds)
        except StoreUnavailable as error:
            self._log.warning("a trace cannot be claimed now", reason=str(error))
            return
        if claimed is None:
            return
        with self._lock:
            self._active[claimed["lease"]] = claimed
        started = time.monotonic()
        try:
            with self._metrics.running.track_inprogress():
                outcome = self._outcome(claimed)
        finally:
            with self._lock:
                del self._active[claimed["lease"]]
                self._lost.discard(claimed["lease"])
        self._metrics.jobs.labels(claimed["level"], outcome).inc()
        self._metrics.seconds.labels(claimed["level"]).observe(time.monotonic() - started)

    def renew(self) -> None:
        """Keep the leases of what is being done. Raises StoreUnavailable."""
        with self._lock:
            claims = list(self._active.values())
        for claimed in claims:
            if not traces.renew(self._store, claimed, self._settings.sidecar_lease_seconds):
                with self._lock:
                    if claimed["lease"] in self._active:
                        self._lost.add(claimed["lease"])

    def _outcome(self, claimed: Item) -> str:
        try:
            if claimed["attempts"] > self._settings.sidecar_max_attempts:
                return self._failed(claimed, "explainers died while they worked on it")
            return self._completed(claimed)
        except LeaseLost:
            return self._why_lost(claimed)
        except InjectedFault:
            return self._failed(claimed, INJECTED)
        except StoreUnavailable as error:
            # The lease ends, and somebody tries again.
            self._log.warning("the store cannot be used in the middle of a job", reason=str(error))
            return "lost"
        except Exception as error:  # noqa: BLE001 - whatever it is, the trace does not stay running
            self._log.error("a job has failed", trace_id=claimed["trace_id"], exc_info=error)
            return self._failed(claimed, f"attribution failed ({type(error).__name__})")

    def _completed(self, claimed: Item) -> str:
        faults = self._chaos.faults()
        self._hold(claimed, faults.hold_seconds)
        if faults.fail_attribution:
            raise InjectedFault
        told = orjson.loads(self._blobs.get(content_of(claimed["trace_id"])))
        prompt, answer = ([Passage(each["role"], each["text"]) for each in told[name]] for name in ("prompt", "answer"))
        explanation = explain(self._vectors, prompt, answer, claimed["level"])
        made = graph.delivered(explanation, claimed["trace_id"], claimed["level"], traces.at(claimed["created"]) or "")
        check.check(made)
        # Named by the claim: what a worker that has lost its lease writes is never read.
        name = f"graphs/{claimed['trace_id']}-{claimed['lease']}.json"
        self._blobs.put(name, orjson.dumps(made))
        if not traces.complete(self._store, claimed, name):
            self._blobs.remove(name)
            raise LeaseLost
        self._blobs.remove(content_of(claimed["trace_id"]))
        self._metrics.latency.labels(claimed["level"]).observe(time.time() - claimed["created"])
        self._note(claimed, COMPLETE)
        return COMPLETE

    def _hold(self, claimed: Item, seconds: float) -> None:
        """Work for at least so long, as a rehearsal asks for."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            time.sleep(HOLD_STEP_SECONDS)
            if claimed["lease"] in self._lost:
                raise LeaseLost

    def _failed(self, claimed: Item, reason: str) -> str:
        try:
            if not traces.fail(self._store, claimed, reason):
                return self._why_lost(claimed)
        except StoreUnavailable as error:
            self._log.warning("a failure cannot be stored, and is tried again", reason=str(error))
            return "lost"
        self._note(claimed, f"{FAILED}: {reason}")
        return FAILED

    def _why_lost(self, claimed: Item) -> str:
        try:
            item = self._store.get(claimed["key"])
        except StoreUnavailable:
            return "lost"
        return "cancelled" if item is not None and item["status"] == "cancelled" else "lost"

    def _note(self, claimed: Item, outcome: str) -> None:
        self._audit.note(Act("explainer", claimed["tenant"], "end trace", outcome, claimed["trace_id"]))
