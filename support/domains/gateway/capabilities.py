"""What the features ask a gateway's definition for: capabilities, profiles, identities, and how it is configured.

A definition (``systems/<gateway>/system.yaml``) names under ``capabilities`` what the gateway offers, and gives under
``not_offered`` a reason for each other one. It configures the gateway as follows, so that one set of features fits all:

- The routes ``plain`` (one upstream), ``guarded`` (the second when the first fails), ``shared``, ``weighted`` (one
  weight is 0), ``limited`` and ``hurried`` are models of its own. Where a route says no ``attempts``, a request may
  lead to as many calls as the route has upstreams, and twice as many with the capability ``retries``.
- Between two tries there is no pause of more than a second, unless the upstream asked for one.
- An upstream that does not answer, or whose stream is silent, is given up after ``SILENCE`` seconds.
- An upstream that failed ``FAILURES`` times in a row rests, for ``REST`` seconds at most; health checks, if there are
  any, notice within ``NOTICED`` seconds what has become of an upstream. Limits and rests hold in all profiles.
- ``hurried`` has a time-out over all tries (``routes.hurried.timeout``).
- ``limited`` lets ``LIMIT`` requests pass in a minute, from each caller or from all together.
- The budget of the identity ``saver`` pays for ``AFFORDED`` standard questions, of 10 tokens read and 10 made each.
- Pages from ``ALLOWED_ORIGIN`` are let in, and no others; they may send Authorization.
- Endpoints: ``protected`` is ``/v1/models``; ``live``, ``ready``, ``metrics`` and ``openapi`` where there are any.
- ``metrics.requests`` counts callers' requests, by a label for their status (``labels: {status: …}``); ``tokens-read``
  and ``tokens-made`` count tokens. ``logs.header`` is the header of the request's id; the log is searched for it.
"""

from __future__ import annotations

from typing import Final

from support.base.capabilities import OF_GATEWAYS, OF_THE_SUITE

LIMIT: Final = 5
"""Requests for the limited model that pass in one minute."""
WINDOW: Final = 60.0
"""Seconds of the window of that limit."""
AFFORDED: Final = 5
"""Standard questions that the budget of the identity ``saver`` pays for."""
SILENCE: Final = 2.0
"""Seconds for which an upstream's stream may be silent before the gateway gives it up."""
FAILURES: Final = 5
"""Failures in a row after which an upstream rests."""
REST: Final = 2.0
"""Seconds for which it rests at most."""
NOTICED: Final = 10.0
"""Seconds within which readiness tells, and requests show, what has become of upstreams."""
MANY: Final = 1_000
"""Deployments that the profile ``many`` configures."""
ALLOWED_ORIGIN: Final = "https://app.example.com"
"""The origin whose pages are let in."""

CAPABILITIES: Final = OF_GATEWAYS
"""Capability → what a gateway that has it does. Tags say ``@needs.<capability>``."""

SUITE_CAPABILITIES: Final = OF_THE_SUITE
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
