"""Who may do what with traces: all that can be tried, by every holder of a token, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from support.base.outcomes import Broken, NotVerified, Outcome
from support.checks.basis import enough
from support.domains.sidecar import api, traces, webhooks
from support.domains.sidecar.traces import Trace, Traces
from support.http import Exchange
from support.subjects import auth
from support.world.core import World

HOLDERS = (api.USER, "submitter", api.READER, "almost", "nobody")
"""Everybody of one tenant, with different rights."""
DISABLED = "RBAC is disabled (AUTH_MODE=none): whoever shows no token is let in, so nothing about tokens can be shown"
CONFLICT = 409
"""Who may cancel a trace is told so, even if it has ended meanwhile."""


@dataclass(slots=True)
class Rights:
    """What each holder of a token could do, by the name of the deed; and whether tokens could be required."""

    found: dict[str, dict[str, str]] = field(default_factory=dict)
    required: tuple[Outcome, str] | None = None


def require(world: World) -> None:
    """See that callers must show tokens. Raises NotVerified, with the reason, where whoever shows none is let in."""
    answer = api.call(world, None, "GET", "traces", f"/{traces.NOBODYS}")
    if answer.status is None:
        raise Broken(f"whether tokens are needed cannot be told: {answer}")
    if answer.status not in (world.system.refusal("unauthenticated").status, world.system.refusal("forbidden").status):
        raise NotVerified(DISABLED)


def try_to_require(world: World) -> None:
    """Note what would become of a scenario that requires tokens."""
    try:
        require(world)
        world.part(Rights).required = (Outcome.MET, "")
    except NotVerified as reason:
        world.part(Rights).required = (Outcome.NOT_VERIFIED, str(reason))


def required(world: World) -> tuple[Outcome, str]:
    """What would become of such a scenario, and why. Raises Broken before that was tried."""
    if (found := world.part(Rights).required) is None:
        raise Broken("nobody has required tokens yet")
    return found


DEEDS: Mapping[str, Callable[[World, str, Trace], Exchange]] = {
    "create": lambda world, who, _: api.chat(world, who, api.body_of("May I?"), api.asking("sentence")),
    "look": lambda world, who, trace: traces.ask(world, trace, who),
    "graph": lambda world, who, trace: api.call(world, who, "GET", "traces", f"/{trace.id}/graph"),
    "webhook": lambda world, who, _: api.call(world, who, "POST", "webhooks", json={"url": webhooks.anywhere(world)}),
    "cancel": lambda world, who, trace: api.call(world, who, "POST", "traces", f"/{trace.id}/cancel"),
}
"""What can be done with traces → how it is tried."""


def try_all(world: World, holders: Sequence[str]) -> None:
    """Have each holder of a token try everything with a trace of their tenant that is complete."""
    traces.explain(world)
    trace = world.part(Traces).last
    traces.await_status(world, trace, traces.COMPLETE)
    for who in holders:
        world.part(Rights).found[who] = {name: became(world, deed(world, who, trace)) for name, deed in DEEDS.items()}


def became(world: World, answer: Exchange) -> str:
    """Whether somebody was let in, refused, or something else."""
    return auth.ALLOWED if answer.status == CONFLICT else auth.outcome(world, answer)


def otherwise(world: World, expected: Sequence[Mapping[str, str]]) -> list[str]:
    """The deeds that ended otherwise than a table says. Every holder that was tried must be in it, and every deed."""
    found = enough(world.part(Rights).found, "holders who have tried")
    if sorted(found) != sorted(row["holder"] for row in expected):
        raise Broken(f"the table names other holders than those who have tried: {sorted(found)}")
    return [
        f"{row['holder']}, {name}: {found[row['holder']][name]}, not {row[name]}"
        for row in expected
        for name in DEEDS
        if found[row["holder"]][name] != row[name]
    ]


def call_everything(world: World, says: str) -> None:
    """Have a caller call everything about traces: one that exists, and one that nobody has."""
    traces.explain(world)
    made = world.part(Traces).last.id
    world.exchanges.clear()
    for name in (made, traces.NOBODYS):
        path = f"{world.endpoint('traces')}/{name}"
        auth.call(world, says, "GET", path)
        auth.call(world, says, "GET", f"{path}/graph")
        auth.call(world, says, "POST", f"{path}/cancel")
    for headers in ({}, api.asking("sentence")):
        auth.call(world, says, "POST", world.endpoint("chat"), json=api.body_of("May I?"), headers=[*headers.items()])
    auth.call(world, says, "POST", world.endpoint("webhooks"), json={"url": webhooks.anywhere(world)})
