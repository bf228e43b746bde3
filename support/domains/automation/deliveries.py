"""Deliveries of leads to the customer database: how far each has come, and what the database itself has kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from support.base.outcomes import Broken, NotMet, NotVerified
from support.base.waiting import until
from support.checks import shapes
from support.checks.basis import enough
from support.domains.automation import api
from support.domains.automation.leads import Lead, Leads
from support.http import HttpClient
from support.world.core import World

DELIVERED = "delivered"
PATIENCE = 45.0
"""Seconds in which leads must be delivered once the database is back: attempts are put off more and more."""

BEHAVIOURS: Mapping[str, Mapping[str, Any]] = {
    "keeps one lead and answers after the time-out": {"times": 1, "keep_delay_seconds": 3},
    "keeps one lead and sends half of its answer": {"times": 1, "half": True},
    "keeps one lead and answers with an error": {"times": 1, "status": 500, "keep": True},
    "answers twice with an error and then works": {"times": 2, "status": 500},
    "asks to wait for 2 seconds": {"times": 1, "status": 429, "retry_after_seconds": 2},
    "asks to wait until a date 3 seconds away": {
        "times": 1,
        "status": 429,
        "retry_after_seconds": 3,
        "retry_after_date": True,
    },
}
"""What the database does with the next deliveries, in the words of Gherkin → what it is told to do."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A delivery that reached the database: whose lead it was, under which key, and when."""

    lead: str
    key: str
    at: float


def await_delivered(world: World, awaited: Sequence[Lead], patience: float = PATIENCE) -> list[str]:
    """Wait until each lead is delivered by the API's own word. Raises NotMet, naming how many are not."""
    left = {lead.id for lead in enough(awaited, "leads to deliver")}

    def all_done() -> bool:
        for lead in sorted(left):
            told = told_of(world, lead)
            if told.get("state") != DELIVERED:
                raise AssertionError(f"{len(left)} are not delivered, such as {lead}: {told}")
            left.discard(lead)
        return True

    until(all_done, patience, "every lead to be delivered", poll=0.2, failing=NotMet)
    return sorted(left)


def told_of(world: World, lead: str) -> shapes.Object:
    """What the API says of the delivery of a lead."""
    return shapes.read(api.done(api.call(world, api.USER, "GET", "leads", f"/{lead}")), shapes.Object, "crm")


def unlike(told: shapes.Object, state: str, field: str) -> list[str]:
    """What is said otherwise of a delivery that cannot be made: its state, and the setting that is missing."""
    wrong = [] if told.get("state") == state else [f"state: {told.get('state')!r}"]
    return wrong if field in str(told.get("error")) else [*wrong, f"error: {told.get('error')!r}"]


def wrong_in_crm(world: World, name: str) -> list[str]:
    """The leads of the scenario that the customer database does not have once, as they were written."""
    kept = shapes.read(_ask(world, name, "/api/leads"), list[shapes.Object], "leads")
    wrong: list[str] = []
    for lead in enough(world.part(Leads).created, "leads"):
        mine = [entry for entry in kept if entry.get("external_id") == lead.id]
        if len(mine) != 1:
            wrong.append(f"{lead.id}: kept {len(mine)} times")
            continue
        told = {field: mine[0].get(field) for field in lead.fields}
        wrong += [f"{lead.id}: {told}, not {dict(lead.fields)}"] if told != dict(lead.fields) else []
    return wrong


def attempts(world: World, name: str) -> list[Attempt]:
    """Every delivery of this scenario's leads that has reached the database, in order."""
    mine = {lead.id for lead in world.part(Leads).created}
    told = shapes.read(_ask(world, name, "/admin/attempts"), list[shapes.Object], "attempts")
    found = [Attempt(str(each["external_id"]), str(each["key"]), float(each["at"])) for each in told]
    return [each for each in found if each.lead in mine]


def keys_that_changed(world: World, name: str) -> list[str]:
    """The leads that were sent more than once, and not always under one key. Raises NothingToJudge if none was."""
    seen: dict[str, list[str]] = {}
    for each in attempts(world, name):
        seen.setdefault(each.lead, []).append(each.key)
    repeated = {lead: keys for lead, keys in seen.items() if len(keys) > 1}
    return [
        lead for lead, keys in enough(repeated, "leads that were sent more than once").items() if len(set(keys)) > 1
    ]


def shortest_pause(world: World, name: str) -> float:
    """The fewest seconds between two attempts at the same lead."""
    made = attempts(world, name)
    pauses = [
        later.at - earlier.at
        for number, earlier in enumerate(made)
        for later in [each for each in made[number + 1 :] if each.lead == earlier.lead][:1]
    ]
    return min(enough(pauses, "leads that were sent more than once"))


def behave(world: World, name: str, how: str) -> None:
    """Have the database do this with its next deliveries, until the scenario ends."""
    if how not in BEHAVIOURS:
        raise Broken(f"nothing is known of a customer database that {how!r}; there are: {', '.join(BEHAVIOURS)}")
    client = _client(world, name)
    answer = client.request("PUT", "/admin/behaviour", json=dict(BEHAVIOURS[how]))
    if not answer.ok:
        raise NotVerified(f"the customer database {name!r} cannot be told how to behave: {answer}")
    world.on_close(lambda: _recover(client))


def _recover(client: HttpClient) -> None:
    client.request("DELETE", "/admin/behaviour")


def _ask(world: World, name: str, path: str) -> object:
    answer = _client(world, name).get(path)
    if not answer.ok:
        raise Broken(f"the customer database {name!r} does not say what it keeps: {answer}")
    return answer.json()


def _client(world: World, name: str) -> HttpClient:
    """At its own address: the proxy before it counts and breaks what the orchestrator sends, and not this."""
    return world.client_for(world.companions.process(name).url)
