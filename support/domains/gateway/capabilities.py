"""The closed list of what a gateway may offer, and of the profiles and identities that the features ask for, by meaning.

A definition (``systems/<gateway>/system.yaml``) names under ``capabilities`` what the gateway offers, and gives under
``not_offered`` a reason for each other one. It configures the gateway as this says, so that one set of features fits:

- a model whose upstreams fail is tried at most ``attempts`` times in all (by default as often as it has upstreams); the
  gateway retries without long pauses, and lets an upstream rest for two seconds at most after its failures;
- the model ``hurried`` has a time-out over all tries; a stream may be silent for ``SILENCE`` seconds at most;
- the model ``limited`` lets ``LIMIT`` requests pass in a minute, in all profiles, from each caller or from all together;
- pages from ``ALLOWED_ORIGIN`` are let in, and no others; the budget of the identity ``saver`` is spent after
  ``AFFORDED`` standard questions (see ``questions.py``), or, with the capability of that name, a little later;
- the endpoint ``protected`` is ``/v1/models``; ``live``, ``ready``, ``metrics`` and ``openapi`` are named where they are.
"""

from __future__ import annotations

from typing import Final

LIMIT: Final = 5
"""Requests for the limited model that pass in one minute."""
WINDOW: Final = 60.0
"""Seconds of the window of that limit."""
AFFORDED: Final = 5
"""Standard questions that the budget of the identity ``saver`` pays for."""
SILENCE: Final = 2.0
"""Seconds for which an upstream's stream may be silent before the gateway gives it up."""
MANY: Final = 1_000
"""Deployments that the profile ``many`` configures."""
ALLOWED_ORIGIN: Final = "https://app.example.com"
"""The origin whose pages are let in."""

CAPABILITIES: Final[dict[str, str]] = {
    "model-routes": "asks different upstreams for different models, under the upstream's own name for the model",
    "weights": "shares requests by the weights of upstreams",
    "sharing": "shares requests between equal upstreams",
    "least-busy": "gives a busy upstream fewer requests (profile least-busy, which may be the same as default)",
    "model-list": "lists the models that can be asked for",
    "embeddings": "passes on requests for embeddings",
    "unknown-fields": "passes on fields of a request that it does not know",
    "fallback": "asks the next upstream of a model when one fails",
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
"""Capability → what a gateway that has it does. Tags say ``@needs.<capability>``."""

SUITE_CAPABILITIES: Final = frozenset({"http", "settings", "process-control", "files", "upstreams"})
"""What a definition may name besides, as for any other system."""

PROFILES: Final[dict[str, str]] = {
    "default": "all of it in one: routes, keys, limits, pages, metrics, logs",
    "least-busy": "requests go to the upstream that is the least busy",
    "workers": "two workers that listen on one port",
    "many": "the default, and as many deployments as make a thousand, which nobody asks for",
    "unknown-setting": f"the default and a setting {'no_such_setting'!r}, which does not exist: must not start",
    "missing-secret": "the key of an upstream is read from the variable MISSING_UPSTREAM_KEY, which is not set: must "
    "not start",
    "fallback-to-nowhere": "the guarded model falls back to 'gpt-nowhere', which is not configured: must not start",
}
"""Profile → how it differs."""

IDENTITIES: Final[dict[str, str]] = {
    "caller": "may ask for every model; none is declared where callers need no key",
    "neighbour": "the same with a key of its own",
    "narrow": "may ask only for the models of its routes (key-models)",
    "former": "its key has expired (key-expiry)",
    "saver": "has a budget (budget)",
}
"""Identity → what its key opens."""
