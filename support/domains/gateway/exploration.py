"""Explores the gateway by its model: callers, models, failures and streams in any order, and requests of any form."""

from __future__ import annotations

from support.checks.basis import enough
from support.domains.gateway import operations
from support.domains.gateway.sequences import ModelCallers, StreamCallers, bound
from support.model import curl, explore_sequences
from support.subjects import exploration, openapi
from support.upstreams.client import Upstream
from support.world.core import World
from support.world.upstreams import Upstreams

SEQUENCES = 8
"""Sequences that are explored where nothing else is asked for."""
PREAMBLE = (
    curl.PREAMBLE + "\n# TOKEN holds the caller's key. What upstreams do meanwhile stands before each call: have "
    "`signoff upstreams`\n# do it, or a server of your own."
)


def models(world: World) -> None:
    """Have callers ask for models while upstreams fail in generated ways."""
    _explore(world, "sequences about models", ModelCallers)


def streams(world: World) -> None:
    """Have callers ask for streams while upstreams break them in generated ways."""
    _explore(world, "sequences about streams", StreamCallers)


def requests(world: World) -> None:
    """Send requests of any form, sound and not, and judge each answer by the API's own description."""
    exploration.keep(world, "requests of the OpenAI API", operations.explore_all(world), PREAMBLE)
    if "openapi" in world.system.endpoints:
        openapi.ask_everything(world)


def undescribed(world: World) -> list[str]:
    """How answers differ from what the gateway's own document describes; nothing where it has none."""
    if "openapi" not in world.system.endpoints:
        return []
    return [story.short() for story in openapi.compared(world).stories]


def _explore(world: World, what: str, kind: type[ModelCallers]) -> None:
    world.lease.dirty = True  # upstreams may rest, and counters have counted, in ways that no other scenario expects
    known = [Upstream(each.address) for each in enough(world.part(Upstreams).all(), "upstreams")]
    for upstream in known:
        upstream.clear()
        world.on_close(upstream.close)
        world.on_close(upstream.heal)
    machine = bound(kind, world, {upstream.name: upstream for upstream in known})
    found = explore_sequences(machine, exploration.budget(world, SEQUENCES))
    exploration.keep(world, what, found, PREAMBLE)
