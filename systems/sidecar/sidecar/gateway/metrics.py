"""What the gateway counts. No label has a value that a caller could make up."""

from __future__ import annotations

from chassis.metrics import SECONDS, HttpMetrics
from prometheus_client import Counter, Gauge, Histogram
from starlette.types import Scope

from sidecar import __version__
from sidecar.interceptor.interceptor import SHED
from sidecar.status.traces import LEVELS

CHAT = "/v1/chat/completions"
EXPLAIN_MODE = b"x-explain-mode"
MODES = ("plain", "explained")
OUTCOMES = ("ok", "refused", "upstream_error", "caller_left")
STATUSES = ("queued", "cancelled", "failed", "lost")


class GatewayMetrics(HttpMetrics):
    """Those of the chassis under the names that the dashboards know, and those of chats and traces."""

    def __init__(self) -> None:
        super().__init__("", __version__)
        known = self.registry
        self.chats = Counter("chat_requests", "Chats answered", ("mode", "stream", "outcome"), registry=known)
        self.chat_seconds = Histogram(
            "chat_request_duration_seconds", "Time to the end of an answer", ("mode",), buckets=SECONDS, registry=known
        )
        self.upstream_seconds = Histogram(
            "chat_upstream_duration_seconds",
            "Time to the upstream's first byte",
            ("mode",),
            buckets=SECONDS,
            registry=known,
        )
        self.accepted = Counter("explain_accepted", "Chats that are explained", ("level",), registry=known)
        self.shed = Counter("explain_shed", "Chats not explained although asked for", ("reason",), registry=known)
        self.sampling = Gauge("explain_sampling_ratio", "Share of chats that is explained now", registry=known)
        self.depth = Gauge("explain_queue_depth", "Traces queued or running", registry=known)
        self.backlog = Gauge("explain_backlog_seconds", "How long the oldest queued trace has waited", registry=known)
        self.recording = Gauge("explain_recording", "Chats in the hands of the interceptor", registry=known)
        self.traces = Counter("traces", "Traces that the gateway made or ended", ("status",), registry=known)
        self.reads = Counter("trace_reads", "Traces and graphs read", ("what",), registry=known)
        self.audited = Counter("audit_records", "Records written to the audit log", registry=known)
        self._begin_at_zero()

    def refused_chat(self, scope: Scope) -> None:
        """Count a chat that was refused before it was read."""
        if scope["path"] == CHAT and scope["method"] == "POST":
            explained = any(name == EXPLAIN_MODE for name, _ in scope["headers"])
            self.chats.labels(MODES[explained], "no", "refused").inc()

    def _begin_at_zero(self) -> None:
        """The first rise of a series that was not there before goes unseen."""
        for mode in MODES:
            self.chat_seconds.labels(mode)
            self.upstream_seconds.labels(mode)
            for stream in ("yes", "no"):
                for outcome in OUTCOMES:
                    self.chats.labels(mode, stream, outcome)
        for level in LEVELS:
            self.accepted.labels(level)
        for reason in SHED:
            self.shed.labels(reason)
        for status in STATUSES:
            self.traces.labels(status)
        for what in ("status", "graph"):
            self.reads.labels(what)
        self.sampling.set(1.0)
