"""What an explainer counts."""

from __future__ import annotations

from sidecar.monitor import Monitor
from sidecar.status.traces import LEVELS

OUTCOMES = ("complete", "failed", "cancelled", "lost")


class ExplainerMetrics(Monitor):
    """Jobs, their durations, and the queue as the store shows it."""

    def __init__(self) -> None:
        super().__init__("EXPLAINER_METRICS_PORT")
        self.jobs = self.counter("explainer_jobs", "Jobs ended", "level", "outcome")
        self.seconds = self.histogram("explainer_job_duration_seconds", "Time from claim to end", "level")
        self.latency = self.histogram("explain_latency_seconds", "Time from the chat's answer to its graph", "level")
        self.running = self.gauge("explainer_jobs_running", "Jobs in progress")
        self.resent = self.counter("explainer_resent", "Traces sent to the queue again")
        self.depth = self.gauge("explain_queue_depth", "Traces queued or running")
        self.backlog = self.gauge("explain_backlog_seconds", "How long the oldest queued trace has waited")
        for level in LEVELS:
            self.seconds.labels(level)
            self.latency.labels(level)
            for outcome in OUTCOMES:
                self.jobs.labels(level, outcome)
