"""The Python API of an orchestrator, met in a process of its own through the driver that its ``system.yaml`` names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from support.base.documents import Document
from support.checks.shapes import Object, named, read
from support.domains.caio.answer import Answer, Refusal, refusal
from support.domains.caio.interface import RouteRequest

PLENTY = 120.0
"""Seconds that a call may take which does the work of thousands."""


class RaisedError(Protocol):
    """What the system raised, as JSON-RPC 2.0 carries it: ``data`` is the problem document."""

    @property
    def message(self) -> str: ...
    @property
    def data(self) -> Any: ...


class Reply(Protocol):
    """What came of a call: a result, an error that the system raised, or a ``failure``: no answer at all."""

    @property
    def result(self) -> Any: ...
    @property
    def error(self) -> RaisedError | None: ...
    @property
    def failure(self) -> str | None: ...
    @property
    def duration(self) -> float: ...
    def describe(self) -> str: ...


class Driver(Protocol):
    """Carries one call to the Python API and back."""

    def call(self, method: str, params: Mapping[str, Any] | None = None, timeout: float | None = None) -> Reply: ...


@dataclass(slots=True)
class PythonInterface:
    """Speaks to an orchestrator's Python API through a driver. ``record`` is told of each call: its name, its text."""

    driver: Driver
    record: Callable[[str, str], None]
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
        return Answer(named(answer.body, "items"), shown=answer.shown) if answer.accepted else answer

    def probe(self, service_id: str) -> Answer:
        return self._call("probe", service_id=service_id)

    def route(self, request: RouteRequest) -> Answer:
        return self._call("route", **_params(request))

    def route_together(self, requests: Sequence[RouteRequest]) -> list[Answer]:
        answer = self._call("route_together", requests=[_params(request) for request in requests])
        return [_one_of_many(each, answer) for each in answer.read(list[Object])]

    def register_all(self, documents: Sequence[Document]) -> Answer:
        """Register many services at once."""
        reply = self.driver.call("register_all", {"contracts": list(documents)}, PLENTY)
        return self._read("register_all", reply, f"register_all: {len(documents)} services")

    def load(self, request: RouteRequest, threads: int, each: int) -> Answer:
        """Have threads of the system's own process ask for a decision at the same time, each so many times.

        The result tells, second by second, what was sent and how long the answers took.
        """
        reply = self.driver.call("load", {**_params(request), "threads": threads, "each": each}, PLENTY)
        return self._read("load", reply, f"load: {threads} threads, {each} times each\n{_params(request)}")

    def decision(self, decision_id: str) -> Answer:
        return self._call("decision", decision_id=decision_id)

    def public_keys(self) -> Answer:
        answer = self._call("keys")
        return Answer(answer.read(list[Object], "keys"), shown=answer.shown) if answer.accepted else answer

    def _call(self, method: str, **params: Any) -> Answer:
        reply = self.driver.call(method, params)
        return self._read(method, reply, reply.describe())

    def _read(self, method: str, reply: Reply, shown: str) -> Answer:
        self.record(f"Python API: {method}", shown)
        if reply.failure is not None:
            return Answer(refusal=Refusal("no-answer", reply.failure), shown=shown, duration=reply.duration)
        if reply.error is not None:
            return Answer(reply.error.data, _refusal(reply.error.message, reply.error.data), shown, reply.duration)
        return Answer(reply.result, shown=shown, duration=reply.duration)


def _params(request: RouteRequest) -> dict[str, Any]:
    options = {"policies": request.policies, "history": request.history, "seed": request.seed}
    return {"request": request.body, **options}


def _refusal(message: str, data: Any) -> Refusal:
    explained = isinstance(data, dict) and isinstance(data.get("type"), str)
    return refusal(data) if explained else Refusal("unexplained", f"{message}: {data}")


def _one_of_many(entry: dict[str, Any], whole: Answer) -> Answer:
    if "error" in entry:
        error = read(entry, Object, "error")
        return Answer(error.get("data"), _refusal(read(error, str, "message"), error.get("data")), whole.shown)
    return Answer(read(entry, Any, "result"), shown=whole.shown)
