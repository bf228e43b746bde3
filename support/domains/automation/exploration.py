"""Explores the Automation Orchestrator by its model: callers who work with leads and API keys in any order."""

from __future__ import annotations

from support.domains.automation.sequences import KeyCallers, LeadCallers, bound
from support.model import curl, explore_sequences
from support.subjects import exploration
from support.world.core import World

SEQUENCES = 60
"""Sequences that are explored where nothing else is asked for."""
PREAMBLE = (
    curl.PREAMBLE + "\n# TOKEN_USER, TOKEN_COLLEAGUE, TOKEN_ADMIN and TOKEN_STRANGER hold the callers' tokens. "
    "Ids in paths are those of the run that\n# found it: put in what was answered to you."
)


def leads(world: World) -> None:
    """Have callers create, change, read and list leads in generated orders, and compare each answer."""
    found = explore_sequences(bound(LeadCallers, world), exploration.budget(world, SEQUENCES))
    exploration.keep(world, "sequences about leads", found, PREAMBLE)


def keys(world: World) -> None:
    """Have callers make, use and revoke API keys in generated orders, and compare each answer."""
    found = explore_sequences(bound(KeyCallers, world), exploration.budget(world, SEQUENCES))
    exploration.keep(world, "sequences about API keys", found, PREAMBLE)
