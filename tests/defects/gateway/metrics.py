"""Mistakes in what is counted."""

from __future__ import annotations

from typing import Any

from tests.defects.gateway.defect import HTTP, defect
from tests.defects.patching import wrap

OBSERVE = "gateway.metrics:Metrics.observe"
USED = "gateway.metrics:Metrics.used"


@defect("GW-METRIC-01", "Every request counts as a success", HTTP, sample="mistake")
def all_succeed() -> None:
    @wrap(OBSERVE)
    def broken(original: Any, self: Any, method: str, route: str, status: int, seconds: float) -> None:
        original(self, method, route, 200, seconds)


@defect("GW-METRIC-01", "Tokens of streams are not counted", HTTP, sample="Tokens of a stream")
def stream_tokens_lost() -> None:
    @wrap("gateway.streams:note")
    def broken(original: Any, value: Any, counted: Any) -> bool:
        from gateway.streams import Counted

        return bool(original(value, Counted()))


@defect("GW-METRIC-01", "Tokens that were made count as read", HTTP, sample="Tokens of answers")
def tokens_mixed_up() -> None:
    @wrap(USED)
    def broken(original: Any, self: Any, read: int, made: int) -> None:
        original(self, read + made, 0)


@defect("GW-METRIC-01", "Each call of an upstream counts as a request", HTTP, sample="two upstreams")
def calls_counted() -> None:
    @wrap("gateway.attempts:Attempts._note")
    def broken(original: Any, self: Any, *given: Any) -> None:
        original(self, *given)
        METRICS[0].calls.labels("/v1/chat/completions", "200").inc()

    @wrap("gateway.metrics:Metrics.__init__")
    def known(original: Any, self: Any, *given: Any) -> None:
        original(self, *given)
        METRICS.insert(0, self)


METRICS: list[Any] = []


@defect("GW-METRIC-02", "Each worker counts for itself", HTTP, sample="Twenty")
def counters_by_worker() -> None:
    @wrap("chassis.shared_metrics:share")
    def broken(original: Any, folder: Any) -> None:
        return None


@defect("GW-METRIC-02", "All gateways of a machine count in one place", HTTP, sample="same machine")
def counters_of_neighbours() -> None:
    @wrap("gateway.server:serve_at")
    def broken(original: Any, *given: Any, **more: Any) -> Any:
        import os
        from pathlib import Path

        from chassis import shared_metrics

        # The temporary folder of a process lies some levels below that of the run, which all of it share.
        folder = Path(os.environ["TMPDIR"]).parents[2] / "counters"
        folder.mkdir(exist_ok=True)
        shared_metrics.share(folder)
        return original(*given, **more)
