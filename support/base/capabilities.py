"""The closed lists of capabilities that definitions may declare and scenarios may need, by folder of features."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

UNSAID = "its definition does not declare it"
"""Why a capability is not offered where ``not_offered`` gives no reason."""

OF_THE_SUITE: Final = frozenset({"http", "settings", "process-control", "files", "upstreams"})
"""What a definition of any system may name besides: what the suite can do with it, and not what it offers."""

OF_GATEWAYS: Final[dict[str, str]] = {
    "model-routes": "asks different upstreams for different models, under the upstream's own name for the model",
    "weights": "shares requests by the weights of upstreams",
    "sharing": "shares requests between equal upstreams",
    "least-busy": "gives a busy upstream fewer requests (profile least-busy, which may be the same as default)",
    "model-list": "lists the models that can be asked for",
    "embeddings": "passes on requests for embeddings",
    "unknown-fields": "passes on fields of a request that it does not know",
    "fallback": "asks the next upstream of a model when one fails",
    "fallback-order": "asks the upstreams of the guarded model in the order in which they are configured",
    "retries": "tries a failed call again, at the same upstream where there is no other",
    "stream-timeout": "gives up a stream that has been silent for too long",
    "request-timeout": "limits the time of a request over all of its tries",
    "cooldown": "lets an upstream rest that fails again and again",
    "keys": "asks callers for a key",
    "key-expiry": "knows keys that have expired (identity former)",
    "key-models": "knows keys that open only some models (identity narrow)",
    "caller-aimed": "lets callers name the upstream in their request, within limits",
    "cors": "lets web pages of listed origins call it",
    "rate-limit": "limits how many requests pass in a minute",
    "shared-limit": "counts one limit over all of its workers",
    "budget": "stops callers whose budget is spent (identity saver)",
    "several-workers": "runs as several workers on one port (profile workers, with two)",
    "readiness": "tells whether it can serve, at an endpoint of its own",
    "health-checks": "notices by itself that an upstream is back",
    "metrics": "counts requests by status for Prometheus",
    "token-metrics": "counts tokens for Prometheus",
    "request-id": "gives each request an id, or takes the caller's",
    "logs": "writes a log",
    "configuration-check": "checks its configuration before it serves",
    "sigterm": "finishes what is in flight when it is told to stop",
    "many-deployments": "can be configured with a thousand deployments (profile many)",
}
"""Capability → what a gateway that has it does."""

_BY_FOLDER: Mapping[str, Mapping[str, str]] = {"gateway": OF_GATEWAYS}


def of(folder: str) -> Mapping[str, str] | None:
    """What systems judged by a folder of features may offer; None where no list says so and any name is one."""
    return _BY_FOLDER.get(folder)
