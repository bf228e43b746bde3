"""Contracts and orchestrators as the tests of the core need them."""

from __future__ import annotations

from typing import Any

from caio import Orchestrator, Request
from caio.contracts import ServiceContract, parse_contract

YAML = """\
service_id: local-chat
name: Local Chat
version: "1.0.0"
capabilities:
  - type: chat
    accuracy:
      min: 0.90
      target: 0.95
guarantees:
  accuracy: 0.95
  determinism: true
constraints:
  requires_gpu: false
  requires_internet: false
api:
  protocol: http
  base_url: http://localhost:9000
  endpoints:
    - path: /chat
      method: POST
"""


def contract(service_id: str = "local-chat", **parts: Any) -> ServiceContract:
    """A contract for chat; `parts` replace or add whole sections."""
    data: dict[str, Any] = {
        "service_id": service_id,
        "name": service_id,
        "version": "1.0.0",
        "capabilities": [{"type": "chat"}],
        "api": {
            "protocol": "http",
            "base_url": "http://localhost:9000",
            "endpoints": [{"path": "/chat", "method": "POST"}],
        },
    }
    return parse_contract({**data, **parts})


def orchestrator(*contracts: ServiceContract, **options: Any) -> Orchestrator:
    built = Orchestrator(**options)
    for item in contracts:
        built.register_service(item)
    return built


def chat(**parts: Any) -> Request:
    return Request(**{"intent": {"type": "chat"}, **parts})
