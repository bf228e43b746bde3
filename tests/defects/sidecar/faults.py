"""Mistakes that show when something breaks, or when there is too much to do: lost jobs, silence, wrong counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from tests.defects.patching import wrap
from tests.defects.sidecar.defect import HTTP, defect

COMPLETED = "sidecar.explainer.job:Explainer._completed"
CLAIM = "sidecar.status.traces:claim"


@defect("SIDE-CHAOS-01", "While explanations fail, chats are refused", HTTP, sample="Every attribution fails")
def chats_fail_too() -> None:
    @wrap("sidecar.gateway.chat:ChatRoute.answer")
    async def broken(original: Any, self: Any, request: Any, caller: Any) -> Any:
        from chassis.problems import Problem

        path = Path(str(self._instance.settings.chaos_control_path))
        if path.exists() and orjson.loads(path.read_bytes()).get("fail-attribution"):
            raise Problem("store-unavailable", 503, "no explanations now")
        return await original(self, request, caller)


@defect("SIDE-CHAOS-01", "A failed trace does not say why", HTTP, sample="Every attribution fails")
def fails_in_silence() -> None:
    @wrap("sidecar.status.traces:fail")
    def broken(original: Any, store: Any, claimed: Any, reason: Any) -> Any:
        return original(store, claimed, "")


@defect("SIDE-CHAOS-02", "Attribution that has failed once fails for good", HTTP, sample="Attribution works again")
def fails_for_good() -> None:
    failed: list[bool] = []

    @wrap(COMPLETED)
    def broken(original: Any, self: Any, claimed: Any) -> Any:
        from sidecar.explainer.job import InjectedFault

        if failed:
            raise InjectedFault
        try:
            return original(self, claimed)
        except InjectedFault:
            failed.append(True)
            raise


@defect("SIDE-CHAOS-02", "A trace that cannot be explained is left running", HTTP, sample="Attribution works again")
def left_running() -> None:
    @wrap("sidecar.explainer.job:Explainer._failed")
    def broken(original: Any, self: Any, claimed: Any, reason: Any) -> str:
        return "failed"


@defect("SIDE-CHAOS-03", "Nobody takes over from an explainer that has died", HTTP, sample="nothing new comes")
def never_taken_over() -> None:
    @wrap(CLAIM)
    def broken(original: Any, store: Any, key: Any, lease_seconds: Any) -> Any:
        item = store.get(key)
        return None if item is not None and item["status"] == "running" else original(store, key, lease_seconds)


@defect("SIDE-CHAOS-03", "Leases last for half a minute", HTTP, sample="within 5 seconds")
def long_leases() -> None:
    @wrap(CLAIM)
    def broken(original: Any, store: Any, key: Any, lease_seconds: Any) -> Any:
        return original(store, key, 30.0)

    @wrap("sidecar.status.traces:renew")
    def renewed(original: Any, store: Any, claimed: Any, lease_seconds: Any) -> Any:
        return original(store, claimed, 30.0)


@defect("SIDE-BP-01", "Nothing is left unexplained, however much there is to do", HTTP, sample="nobody empties it")
def nothing_shed() -> None:
    @wrap("sidecar.interceptor.interceptor:Interceptor.refusal")
    def broken(original: Any, self: Any, size: Any) -> None:
        return None


@defect("SIDE-BP-01", "Callers are not told that their chat was left unexplained", HTTP, sample="nobody empties it")
def shed_in_silence() -> None:
    @wrap("sidecar.gateway.chat:ChatRoute._admit")
    def broken(original: Any, self: Any, chat: Any, *given: Any) -> None:
        original(self, chat, *given)
        if chat.trace is None:
            chat.marks = {}


@defect("SIDE-OBS-01", "Nobody measures how long chats take", HTTP, sample="The gateway$")
def chats_not_measured() -> None:
    @wrap("sidecar.gateway.metrics:GatewayMetrics.__init__")
    def broken(original: Any, self: Any) -> None:
        from prometheus_client import Histogram

        original(self)
        self.chat_seconds = Histogram("unseen_seconds", "Not exposed", ("mode",), registry=None)


@defect("SIDE-OBS-01", "Explainers do not count what they do", HTTP, sample="The explainer$")
def jobs_not_counted() -> None:
    @wrap("sidecar.explainer.metrics:ExplainerMetrics.__init__")
    def broken(original: Any, self: Any) -> None:
        from prometheus_client import Counter

        original(self)
        self.jobs = Counter("unseen", "Not exposed", ("level", "outcome"), registry=None)


@defect("SIDE-OBS-02", "Chats are counted by the model that the caller names", HTTP, sample="make up is no label")
def model_is_a_label() -> None:
    @wrap("sidecar.gateway.chat:ChatRoute.count")
    def broken(original: Any, self: Any, chat: Any, outcome: Any) -> None:
        self._instance.metrics.chats.labels(str(orjson.loads(chat.body)["model"]), "no", outcome).inc()


@defect("SIDE-OBS-02", "A chat that is refused is counted twice", HTTP, sample="each counted once")
def refusals_counted_twice() -> None:
    @wrap("sidecar.gateway.metrics:GatewayMetrics.refused_chat")
    def broken(original: Any, self: Any, scope: Any) -> None:
        original(self, scope)
        original(self, scope)
