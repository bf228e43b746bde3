"""A stop in the midst of work: what was acknowledged before it, and whose answer was cut off."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from support.base.outcomes import Broken
from support.base.waiting import until
from support.checks import shapes
from support.checks.basis import enough
from support.domains.automation import api
from support.domains.automation.leads import Lead, Leads
from support.http import Exchange, HttpClient
from support.subjects import deployment
from support.world.core import World

USERS = 6
BEFORE = 25
"""Leads that are acknowledged before the stop."""


@dataclass(slots=True)
class Cut:
    """The requests that were under way when the stop came, and were not answered."""

    off: list[Exchange] = field(default_factory=list)
    answered_after: int = 0


def stop_while_creating(world: World) -> None:
    """Stop the orchestrator while users create leads without a pause, and start it again."""
    over, began = threading.Event(), threading.Event()
    noted, answers = world.part(Cut), list[Exchange]()
    threads = [threading.Thread(target=_create, args=(world, over, answers)) for _ in range(USERS)]
    for thread in threads:
        thread.start()
    try:
        until(lambda: len(answers) >= BEFORE, world.settings.timeouts.settle, f"{BEFORE} leads to be created")
        acknowledged = len(answers)
        began.set()
        deployment.stop(world)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    noted.answered_after = len(answers) - acknowledged
    noted.off = [answer for answer in answers if answer.status is None and not _refused(answer)]
    if not any(answer.status is None or not answer.ok for answer in answers):
        raise Broken("the stop came after the last request, so nothing was in flight")
    deployment.restart(world)


def lost(world: World) -> list[str]:
    """The leads that were acknowledged and cannot be read."""
    created = enough(world.part(Leads).created, "leads that were acknowledged", BEFORE)
    found = {lead.id: api.call(world, api.USER, "GET", "leads", f"/{lead.id}") for lead in created}
    return [name for name, answer in found.items() if not answer.ok]


def _create(world: World, over: threading.Event, answers: list[Exchange]) -> None:
    """Create one lead after the other until the orchestrator takes no more."""
    client: HttpClient = world.client_for(world.deployment.url)
    token, path = world.system.token(api.USER), world.endpoint("leads")
    while not over.is_set():
        fields = {"first_name": "In flight"}
        answer = client.post(path, json=fields, token=token)
        answers.append(answer)
        if not answer.ok:
            break
        world.part(Leads).created.append(Lead(shapes.read(answer.json(), str, "id"), fields))


def _refused(answer: Exchange) -> bool:
    """Whether no connection could be made, so that nothing was ever in flight."""
    return "refused" in (answer.error or "").lower()
