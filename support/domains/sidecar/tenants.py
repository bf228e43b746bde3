"""Tenants: what one asks for that is another's, and whose each trace is in the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from support.checks.basis import enough
from support.domains.sidecar import api, traces
from support.domains.sidecar.explainers import tenant_of
from support.domains.sidecar.traces import Trace, Traces
from support.http import Exchange
from support.world.core import World

REFUSED = (403, 404)
NAME = "shared-name-of-a-trace"
HEADERS = ("x-tenant-id", "x-tenant", "x-org-id")
TELLTALE = ("status", "level", "created", "tenant")
"""Fields of a trace, none of which a refusal may have."""
PASSING = ("request_id", "instance")
"""Fields of a refusal that differ from one request to the next."""


@dataclass(slots=True)
class Attempts:
    """What somebody of another tenant was answered; pairs of answers that must be alike; traces by tenant."""

    answers: list[Exchange] = field(default_factory=list)
    alike: list[tuple[Exchange, Exchange]] = field(default_factory=list)
    own: str = ""


WAYS: Mapping[str, Callable[[str, str], tuple[str, str, dict[str, str]]]] = {
    "by its id": lambda name, tenant: (name, "", {}),
    "by its id in capital letters": lambda name, tenant: (name.upper(), "", {}),
    "by its id with each letter encoded": lambda name, tenant: ("".join(f"%{ord(c):02x}" for c in name), "", {}),
    "by its id behind an encoded slash": lambda name, tenant: (f"%2f{name}", "", {}),
    "by its id with a space after it": lambda name, tenant: (f"{name}%20", "", {}),
    "in the name of its tenant, by its side": lambda name, tenant: (name, "", dict.fromkeys(HEADERS, tenant)),
    "in the name of its tenant, in the address": lambda name, tenant: (
        name,
        f"?tenant={quote(tenant)}&tenant_id={quote(tenant)}",
        {},
    ),
}
"""How another tenant asks for a trace, in the words of Gherkin → the id, the query and the headers it sends."""


def ask_as_other(world: World, way: str, who: str = api.OTHER) -> None:
    """Have another tenant ask for the last trace, its graph, and have it cancelled."""
    trace, mine = world.part(Traces).last, world.part(Attempts)
    name, query, headers = WAYS[way](trace.id, tenant_of(world, trace))
    below = f"/{name}"
    for method, end in (("GET", ""), ("GET", "/graph"), ("POST", "/cancel")):
        answer = api.call(world, who, method, "traces", below + end + query, headers=headers)
        mine.answers.append(answer)


def telling(answers: list[Exchange], trace: Trace) -> list[str]:
    """The answers that are no refusal, or that tell something of the trace."""
    found = []
    for answer in enough(answers, "calls of another tenant"):
        if answer.status not in REFUSED:
            found.append(f"{answer}: expected a refusal")
        elif trace_told := [name for name in TELLTALE if name in _fields(answer) and name != "status"]:
            found.append(f"{answer}: tells {', '.join(trace_told)}")
        elif any(name in answer.headers for name in (api.TRACE, "ETag", "Last-Modified")):
            found.append(f"{answer}: has headers of the trace")
    return found


def ask_for_both(world: World) -> None:
    """Have another tenant ask for the last trace and for one that nobody has."""
    trace = world.part(Traces).last
    for method, end in (("GET", ""), ("GET", "/graph"), ("POST", "/cancel")):
        pair = [api.call(world, api.OTHER, method, "traces", f"/{name}{end}") for name in (trace.id, traces.NOBODYS)]
        world.part(Attempts).alike.append((pair[0], pair[1]))


def unlike(world: World) -> list[str]:
    """The pairs of refusals by which somebody else's trace could be told from one that nobody has."""
    known = {world.part(Traces).last.id: "ID", traces.NOBODYS: "ID"}
    found = []
    for one, other in enough(world.part(Attempts).alike, "refusals to compare"):
        if (one.status, _lasting(one, known)) != (other.status, _lasting(other, known)):
            found.append(f"{one} and {other}: {_lasting(one, known)} and {_lasting(other, known)}")
    return found + [f"{one}: no refusal" for one, _ in world.part(Attempts).alike if one.status not in REFUSED]


NAMED: Mapping[str, Callable[[str], dict[str, Any]]] = {
    "by its side": lambda tenant: {"headers": dict.fromkeys(HEADERS, tenant)},
    "in its metadata": lambda tenant: {"metadata": {"tenant": tenant, "tenant_id": tenant}, "user": tenant},
    "in its address": lambda tenant: {"below": f"?tenant={tenant}&tenant_id={tenant}"},
}
"""Where a chat names another tenant, in the words of Gherkin."""


def explain_naming_other(world: World, way: str) -> None:
    """Have a user have a chat explained that names another tenant."""
    traces.explain(world, **NAMED[way](other_tenant(world)))


def other_tenant(world: World) -> str:
    """The name of the other tenant, by one of its own traces."""
    answer = api.chat(world, api.OTHER, api.body_of("Who are we?"), api.asking("sentence"))
    return tenant_of(world, Trace(answer.headers.get(api.TRACE, ""), api.OTHER, answer))


def belonging_to_others(world: World) -> list[str]:
    """The traces of the scenario that their owner does not see as the own tenant's, or that another tenant sees."""
    found = []
    own = own_tenant(world)
    for trace in enough(world.part(Traces).made, "traces"):
        told = traces.ask(world, trace)
        if not told.ok or told.json().get("tenant") != own:
            found.append(f"{trace.id}: its owner sees {told}: {told.text[:120]}")
        if traces.ask(world, trace, api.OTHER).status not in REFUSED:
            found.append(f"{trace.id}: another tenant sees it")
    return found


def own_tenant(world: World) -> str:
    """The name of the users' tenant, by a trace of a colleague's that nothing has happened to."""
    answer = api.chat(world, api.WRITER, api.body_of("Who are we?"), api.asking("sentence"))
    return tenant_of(world, Trace(answer.headers.get(api.TRACE, ""), api.USER, answer))


def name_alike(world: World) -> None:
    """Have two tenants have chats explained, each of which asks for the same name of its trace."""
    for who in (api.USER, api.OTHER):
        traces.explain(world, f"This is of {who}.", who=who, headers={api.TRACE: NAME})


def mixed_up(world: World) -> list[str]:
    """The tenants that cannot read the own trace, or can read the other's."""
    found = []
    for trace in enough(world.part(Traces).made, "traces", 2):
        traces.await_status(world, trace, traces.COMPLETE)
        mine, others = _graph(world, trace, trace.owner), _other(trace.owner)
        if f"of {trace.owner}" not in mine.text:
            found.append(f"{trace.owner} does not find the own words in the own graph: {mine}")
        if f"of {trace.owner}" in _graph(world, trace, others).text:
            found.append(f"{others} reads what is of {trace.owner}")
    return found


def _graph(world: World, trace: Trace, who: str) -> Exchange:
    return api.call(world, who, "GET", "traces", f"/{trace.id}/graph")


def _other(who: str) -> str:
    return api.OTHER if who == api.USER else api.USER


def _fields(answer: Exchange) -> dict[str, Any]:
    try:
        told = answer.json()
    except AssertionError:
        return {}
    return told if isinstance(told, dict) else {}


def _lasting(answer: Exchange, known: Mapping[str, str]) -> str:
    told = {name: value for name, value in _fields(answer).items() if name not in PASSING}
    text = str(told)
    for name, says in known.items():
        text = text.replace(name, says)
    return text
