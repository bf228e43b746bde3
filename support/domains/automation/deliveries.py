"""Deliveries of leads to the customer database: how far each has come, and what the database itself has kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from support.base.outcomes import Broken, NotMet
from support.base.waiting import until
from support.checks import shapes
from support.checks.basis import enough
from support.domains.automation import api, leads
from support.domains.automation.leads import Lead, Leads
from support.world.core import World

DELIVERED = "delivered"
PATIENCE = 45.0
"""Seconds in which leads must be delivered once the database is back: attempts are put off more and more."""


def await_delivered(world: World, awaited: Sequence[Lead], patience: float = PATIENCE) -> list[str]:
    """The leads whose delivery has not ended after a while; none. Raises NotMet for those."""
    left = {lead.id for lead in enough(awaited, "leads to deliver")}

    def all_done() -> bool:
        for lead in sorted(left):
            told = shapes.read(api.done(api.call(world, api.USER, "GET", "leads", f"/{lead}")), shapes.Object, "crm")
            if told.get("state") != DELIVERED:
                raise AssertionError(f"{len(left)} are not delivered, such as {lead}: {told}")
            left.discard(lead)
        return True

    until(all_done, patience, "every lead to be delivered", poll=0.2, failing=NotMet)
    return sorted(left)


def wrong_in_crm(world: World, name: str, wanted: Iterable[Lead] | None = None) -> list[str]:
    """The leads that the customer database does not have once, as they were written."""
    kept = kept_by(world, name)
    created = enough(world.part(Leads).created, "leads") if wanted is None else list(wanted)
    wrong: list[str] = []
    for lead in created:
        mine = [entry for entry in kept if str(entry.get("external_id")) == lead.id]
        if len(mine) != 1:
            wrong.append(f"{lead.id}: kept {len(mine)} times")
            continue
        wrong += [
            f"{lead.id}: {name} is {mine[0].get(name)!r}"
            for name, value in lead.fields.items()
            if mine[0].get(name) != value
        ]
    return wrong


def kept_by(world: World, name: str) -> list[shapes.Object]:
    """All leads that the customer database has, asked at its own address."""
    client = world.client_for(world.companions.process(name).url)
    answer = client.get(KEPT)
    if not answer.ok:
        raise Broken(f"the customer database {name!r} does not say what it keeps: {answer}")
    return shapes.read(answer.json(), list[shapes.Object], "items")


KEPT = "/api/leads?page_size=500"
