"""The steps of the synthetic features: each shows one exchange, as a step that calls CAIO does, and notes the time.

This file is copied among the real steps of a tree of its own (see step_cost.py); nothing else loads it.
"""

import atexit
import json
import os
import time
from pathlib import Path

from behave import given, then, when
from behave.runner import Context
from requests.structures import CaseInsensitiveDict

from support.http import Exchange

DIGEST = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
DECISION = {
    "decision_id": "dec_5f0c9a1be2d34477",
    "service_id": "local-chat",
    "version": "1.0.0",
    "route": "internal",
    "control_signal": {"timeout_ms": 1200, "retries": 1, "budget": 0.01, "priority": "normal"},
    "proofs": [
        {"stage": "rules", "rule": rule, "service_id": "local-chat", "holds": True, "contract_digest": DIGEST}
        for rule in ("requires_internet", "requires_gpu", "accuracy", "cost")
    ],
    "trace": {
        "seed": 42,
        "stages": [{"name": name, "duration_us": 11} for name in ("match", "rules", "security", "rank", "decide")],
        "candidates": [
            {"service_id": "cloud-chat", "outcome": "refused", "stage": "rules", "reason": "it needs the internet"},
            {"service_id": "local-chat", "outcome": "chosen", "stage": "decide", "reason": "best score: 0.91"},
        ],
    },
}
REQUEST = {
    "intent": {"type": "chat", "message": "Where is my order?"},
    "requirements": {"capabilities": ["chat"], "guarantees": {"accuracy": 0.9}},
    "constraints": {"requires_internet": False},
}
EXCHANGE = Exchange(
    method="POST",
    url="http://127.0.0.1:8000/api/v1/route",
    request_headers=(("Authorization", "Bearer not-a-real-token-of-anybody"), ("Content-Type", "application/json")),
    request_body=json.dumps(REQUEST).encode(),
    status=200,
    headers=CaseInsensitiveDict({"Content-Type": "application/json", "X-Request-ID": "0f7d2c61"}),
    body=json.dumps(DECISION).encode(),
    duration=0.004,
)

_stamps: list[tuple[int, int, int]] = []


@given("the measurement shows an exchange for the services")
@when("the measurement shows an exchange")
@then("the measurement shows an exchange")
def show_exchange(context: Context) -> None:
    """Everything between the end of this function's own work and the next step's beginning is the suite's cost."""
    begun = time.perf_counter_ns()
    _stamps.append((id(context.scenario), begun, time.perf_counter_ns()))
    context.world.show(str(EXCHANGE), EXCHANGE.describe())


@atexit.register
def _write() -> None:
    stamps = {"stamps": _stamps, "bytes": len(EXCHANGE.describe().encode())}
    Path(os.environ["BENCH_STAMPS"]).write_text(json.dumps(stamps), encoding="utf-8")
