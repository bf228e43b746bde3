"""Mistakes with traces and graphs: statuses that hide or go back, cancels that do not last, graphs that are invalid."""

from __future__ import annotations

import time
from typing import Any

from tests.defects.patching import wrap
from tests.defects.sidecar.defect import HTTP, defect

DELIVERED = "sidecar.hif.graph:delivered"
SHOWN = "sidecar.status.traces:shown"


@defect(
    "SIDE-TRACE-01", "The chat waits for what is done beside it", HTTP, sample="does not wait: the process .courier"
)
def chat_waits() -> None:
    @wrap("sidecar.interceptor.interceptor:Interceptor.begin")
    def broken(original: Any, self: Any, trace: Any) -> None:
        time.sleep(1.5)
        original(self, trace)


@defect("SIDE-TRACE-01", "A streamed chat names no trace", HTTP, sample="word by word")
def streams_without_trace() -> None:
    @wrap("sidecar.gateway.chat:Streamed.__init__")
    def broken(original: Any, self: Any, *given: Any) -> None:
        original(self, *given)
        if "x-trace-id" in self.headers:
            del self.headers["x-trace-id"]


@defect("SIDE-TRACE-02", "A trace that is being explained is still called queued", HTTP, sample="Each step of the way")
def running_hidden() -> None:
    @wrap(SHOWN)
    def broken(original: Any, item: Any) -> Any:
        told = original(item)
        return {**told, "status": "queued"} if told["status"] == "running" else told


@defect("SIDE-TRACE-02", "What the queue has lost is never sent again", HTTP, sample="queue forgets everything")
def lost_for_good() -> None:
    @wrap("sidecar.explainer.sweeper:Sweeper._is_lost")
    def broken(original: Any, self: Any, *given: Any) -> bool:
        return False


def _graph(change: Any) -> None:
    """Change each graph that is delivered, and check none."""

    @wrap(DELIVERED)
    def broken(original: Any, *given: Any) -> Any:
        made = original(*given)
        change(made)
        return made

    @wrap("sidecar.hif.check:check")
    def unchecked(original: Any, made: Any) -> None:
        return None


def _dangle(made: Any) -> None:
    made["graph"]["incidences"][0]["node"] = "p999"


def _misname(made: Any) -> None:
    made["graph"]["network_type"] = made["graph"].pop("network-type")


@defect("SIDE-TRACE-03", "An incidence names a node that is not there", HTTP, sample="explanation by sentence")
def dangling_incidence() -> None:
    _graph(_dangle)


@defect("SIDE-TRACE-03", "A graph does not say its version", HTTP, sample="explanation by sentence")
def graph_without_version() -> None:
    _graph(lambda made: made["meta"].pop("version"))


@defect("SIDE-BP-02", "Graphs lack the last of their edges", HTTP, sample="Many users")
def edge_missing_under_load() -> None:
    _graph(lambda made: made["graph"]["edges"].pop())


@defect("SIDE-BP-02", "A field of the graph has another name", HTTP, sample="Many users")
def misnamed_under_load() -> None:
    _graph(_misname)


@defect(
    "SIDE-TRACE-05", "A job that finishes after the cancel completes its trace", HTTP, sample="finishes all the same"
)
def completed_after_cancel() -> None:
    @wrap("sidecar.status.traces:holds")
    def broken(original: Any, item: Any, claimed: Any) -> bool:
        return True

    @wrap("sidecar.status.rules:check")
    def unchecked(original: Any, before: Any, after: Any) -> None:
        return None


@defect("SIDE-TRACE-05", "A cancelled trace is called failed", HTTP, sample="was still waiting")
def cancelled_called_failed() -> None:
    @wrap(SHOWN)
    def broken(original: Any, item: Any) -> Any:
        told = original(item)
        return {**told, "status": "failed"} if told["status"] == "cancelled" else told


@defect(
    "SIDE-TRACE-02",
    "A trace that was cancelled is soon called queued again",
    HTTP,
    sample="Chats, looks",
    explored=True,
)
def back_to_queued() -> None:
    @wrap(SHOWN)
    def broken(original: Any, item: Any) -> Any:
        told = original(item)
        late = item["status"] == "cancelled" and time.time() - item["ended"] > 0.2
        return {**told, "status": "queued"} if late else told
