"""The Python API of an orchestrator, met in a process of its own through the driver that its ``system.yaml`` names."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

from support.interfaces.answer import Answer, Refusal, refusal
from support.interfaces.port import RouteRequest


class Reply(Protocol):
    """What the driver replied: ``result``, or ``error`` as JSON-RPC 2.0 gives it; ``duration`` in seconds."""

    @property
    def result(self) -> Any: ...
    @property
    def error(self) -> Any: ...
    @property
    def duration(self) -> float: ...


class Driver(Protocol):
    """Carries one call to the Python API and back; may be called by many threads at once."""

    def call(self, method: str, params: dict[str, Any]) -> Reply: ...


@dataclass(slots=True)
class PythonInterface:
    """Speaks to an orchestrator's Python API through a driver. ``record`` is told of each call, as text."""

    driver: Driver
    record: Callable[[str], None]
    name: str = "python"

    def register(self, contract: str) -> Answer:
        return self._call("register", contract=contract, replace=False)

    def replace(self, service_id: str, contract: str) -> Answer:
        known = self.service(service_id)
        return self._call("register", contract=contract, replace=True) if known.accepted else known

    def remove(self, service_id: str) -> Answer:
        return self._call("remove", service_id=service_id)

    def service(self, service_id: str) -> Answer:
        return self._call("service", service_id=service_id)

    def services(self) -> Answer:
        answer = self._call("services")
        return Answer(answer.body["items"], shown=answer.shown) if answer.accepted else answer

    def probe(self, service_id: str) -> Answer:
        return self._call("probe", service_id=service_id)

    def route(self, request: RouteRequest) -> Answer:
        options = {"policies": request.policies, "history": request.history, "seed": request.seed}
        return self._call("route", request=request.body, **options)

    def route_together(self, requests: Sequence[RouteRequest]) -> list[Answer]:
        with ThreadPoolExecutor(max_workers=len(requests)) as pool:
            return list(pool.map(self.route, requests))

    def decision(self, decision_id: str) -> Answer:
        return self._call("decision", decision_id=decision_id)

    def public_keys(self) -> Answer:
        answer = self._call("keys")
        return Answer(answer.body["keys"], shown=answer.shown) if answer.accepted else answer

    def _call(self, method: str, **params: Any) -> Answer:
        reply = self.driver.call(method, params)
        outcome = {"result": reply.result} if reply.error is None else {"error": reply.error}
        call = json.dumps(params, indent=2, ensure_ascii=False)
        came = json.dumps(outcome, indent=2, ensure_ascii=False)
        shown = f"{method}({call})\n\n{came}\n\nafter {reply.duration * 1000:.1f} ms"
        self.record(shown)
        if reply.error is None:
            return Answer(reply.result, shown=shown, duration=reply.duration)
        data = reply.error.get("data") or {}
        if "type" not in data:
            return Answer(refusal=Refusal("unexplained", str(reply.error)), shown=shown, duration=reply.duration)
        return Answer(data, refusal(data), shown=shown, duration=reply.duration)
