"""The words of sentences about gateways: routes, faults, requests with something special, keys."""

from __future__ import annotations

from support.domains.gateway import faults, keys, logs, offered, requests
from support.world import vocabulary
from support.world.vocabulary import Phrases

ROUTES = ("plain", "guarded", "shared", "weighted", "limited", "hurried")
"""The models that Gherkin speaks of, by the names of their routes."""


def register() -> None:
    """Make the words known; each file of sentences about gateways calls this before its first sentence."""
    vocabulary.register(
        Route=ROUTES,
        Which=("the first", "the second", "every"),
        UpstreamFault=Phrases(["is dead", "hangs", "fails with the error 500", "is well again"], faults.WORDS),
        Special=requests.SPECIAL,
        Mistake=requests.MISTAKES,
        Inputs=requests.INPUTS,
        Key=keys.KEYS,
        Where=keys.SHOWN_WHERE,
        Hidden=logs.HIDDEN,
        Probe=offered.PROBES,
    )
