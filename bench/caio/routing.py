"""Measures one routing decision in process: route_request alone, and with proofs and trace spelled out.

The request asks for a capability, a constraint, a guarantee and a ceiling, under one policy. Contracts differ in cost,
latency and accuracy; in one case they are all alike, so that the seed orders them. The request is the same each time,
as with an application that always demands the same: what it demands is compiled, and compared, once. In the last case
a call ends between two decisions, well or badly, so that no ranking is like the one before.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from caio import Orchestrator, Request
from caio.contracts import ServiceContract

from bench.figures import Figure, Target, percentile

WARM_UP = 200
ROUNDS = 5
DECISIONS = 2000


@dataclass(frozen=True, slots=True)
class Case:
    """So many registered services, of which so many offer what is asked.

    ``alike`` makes an exact tie of them; with ``calls``, one ends before each decision, and every other fails.
    """

    services: int
    matching: int
    alike: bool = False
    calls: bool = False
    target: Target | None = None

    def __str__(self) -> str:
        more = (", all alike" if self.alike else "") + (", calls between" if self.calls else "")
        return f"{self.services:,} service{'s' if self.services > 1 else ''}, {self.matching} matching{more}"


CASES = (
    Case(1, 1),
    Case(100, 10, target=Target(100)),
    Case(1000, 10, target=Target(150)),
    Case(10000, 10, target=Target(200)),
    Case(100, 100, target=Target(150)),
    Case(100, 100, alike=True),
    Case(100, 100, calls=True),
)

REQUEST = Request(
    intent={"type": "chat", "message": "Where is my order?"},
    context={"session": "4711"},
    requirements={"capabilities": ["chat"], "guarantees": {"accuracy": 0.5}},
    constraints={"requires_gpu": False, "max_cost": 1.0},
    user={"trust_level": 1},
)
POLICIES = [{"type": "constraint", "field": "requires_internet", "value": False}]


def contract(number: int, capability: str, alike: bool) -> ServiceContract:
    """A contract that offers one capability; unless all are to be alike, its figures differ from its neighbours'."""
    spread = 0 if alike else number
    return ServiceContract.model_validate(
        {
            "service_id": f"service-{number:05d}",
            "name": f"Service {number}",
            "version": "1.0.0",
            "capabilities": [{"type": capability}],
            "guarantees": {
                "accuracy": 0.6 + spread % 37 / 100,
                "determinism": True,
                "latency_p95_ms": 50.0 + spread % 91,
            },
            "cost": {"per_call": 0.001 + spread % 53 / 10000},
            "alignment": {"score": 0.9},
            "api": {
                "protocol": "http",
                "base_url": "http://localhost:9000",
                "endpoints": [{"path": "/call", "method": "POST"}],
            },
        }
    )


def orchestrator(case: Case) -> Orchestrator:
    """An orchestrator with the case's services registered."""
    built = Orchestrator()
    for number in range(case.services):
        built.register_service(
            contract(number, "chat" if number < case.matching else f"other-{number % 50}", case.alike)
        )
    return built


def measure(say: Callable[[str], None]) -> list[Figure]:
    """For each case p50 and p95 of the whole, and p95 of route_request alone; one sample per round."""
    figures = []
    for case in CASES:
        say(f"decisions among {case}, {ROUNDS} rounds of {DECISIONS}")
        figures += figures_of(case)
    return figures


def figures_of(case: Case) -> list[Figure]:
    """The figures of one case, for which its registry is built once."""
    subject = orchestrator(case)
    rounds = [_round(subject, case) for _ in range(ROUNDS)]
    bare, full = [one[0] for one in rounds], [one[1] for one in rounds]
    note = f"{ROUNDS} rounds of {DECISIONS} decisions; proofs and trace made, not signed" if case.target else ""
    return [
        Figure(f"{case}: p50", "µs", tuple(percentile(times, 0.5) for times in full)),
        Figure(f"{case}: p95", "µs", tuple(percentile(times, 0.95) for times in full), case.target, note),
        Figure("… p95 of route_request alone", "µs", tuple(percentile(times, 0.95) for times in bare)),
    ]


def _round(subject: Orchestrator, case: Case) -> tuple[list[float], list[float]]:
    """Times in µs: of route_request, and of the same with proofs and trace made."""
    bare, full = [], []
    for number in range(-WARM_UP, DECISIONS):
        if case.calls:
            subject.record_outcome(f"service-{number % case.matching:05d}", ok=number % 2 == 0)
        started = time.perf_counter_ns()
        decision = subject.route_request(request=REQUEST, policies=POLICIES, history={}, seed=42)
        routed = time.perf_counter_ns()
        proofs, trace = decision.proofs, decision.trace
        done = time.perf_counter_ns()
        assert len(proofs) == 6
        assert len(trace["candidates"]) == case.matching
        if number >= 0:
            bare.append((routed - started) / 1000)
            full.append((done - started) / 1000)
    return bare, full
