"""Measures one routing decision in process: route_request alone, and with proofs and trace spelled out.

`python bench/routing.py [decisions]` prints p50 and p95 in µs for several sizes of registry. The request asks for a
capability, a constraint, a guarantee and a ceiling, under one policy. Contracts differ in cost, latency and
accuracy; the last row has contracts that are all alike, so that the seed orders them.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

from caio import Orchestrator, Request
from caio.contracts import ServiceContract

WARM_UP = 200


@dataclass(frozen=True, slots=True)
class Case:
    services: int
    matching: int
    alike: bool = False


CASES = (Case(1, 1), Case(100, 10), Case(1000, 10), Case(100, 100), Case(10000, 10), Case(100, 100, alike=True))

REQUEST = Request(
    intent={"type": "chat", "message": "Where is my order?"},
    context={"session": "4711"},
    requirements={"capabilities": ["chat"], "guarantees": {"accuracy": 0.5}},
    constraints={"requires_gpu": False, "max_cost": 1.0},
    user={"trust_level": 1},
)
POLICIES = [{"type": "constraint", "field": "requires_internet", "value": False}]


def contract(number: int, capability: str, alike: bool) -> ServiceContract:
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
    built = Orchestrator()
    for number in range(case.services):
        built.register_service(
            contract(number, "chat" if number < case.matching else f"other-{number % 50}", case.alike)
        )
    return built


def measure(case: Case, decisions: int) -> tuple[list[float], list[float]]:
    """Times in µs, sorted: of route_request, and of the same with proofs and trace made."""
    subject = orchestrator(case)
    bare, full = [], []
    for number in range(-WARM_UP, decisions):
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
    return sorted(bare), sorted(full)


def percentile(ordered: list[float], share: float) -> float:
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def main() -> None:
    decisions = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    print(f"µs per decision, {decisions} decisions each      route_request      with proofs and trace")
    print(f"{'services':>10} {'matching':>9} {'':>8} {'p50':>13} {'p95':>7} {'p50':>15} {'p95':>7}")
    for case in CASES:
        bare, full = measure(case, decisions)
        figures = [percentile(times, share) for times in (bare, full) for share in (0.5, 0.95)]
        note = "alike" if case.alike else ""
        print(
            f"{case.services:>10} {case.matching:>9} {note:>8} {figures[0]:>13.1f} {figures[1]:>7.1f}"
            f" {figures[2]:>15.1f} {figures[3]:>7.1f}"
        )


if __name__ == "__main__":
    main()
