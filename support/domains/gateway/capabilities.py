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

from support.base.capabilities import OF_GATEWAYS, OF_THE_SUITE

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
