"""Requests that an orchestrator carries out by calling real services, and what those services know of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from support.base.outcomes import NotMet, WaitedInVain
from support.base.waiting import until
from support.checks.basis import enough
from support.domains.caio.answer import Answer
from support.domains.caio.requests import request
from support.domains.caio.session import caio
from support.world.core import World

PLENTY = 10.0
"""Deadline in seconds of a user who does not mind waiting."""

_FIELD = {"chat": "message", "notes": "text", "summarise": "text", "embed": "text"}
"""Ability → the field of a service's input that holds the user's text."""


def send(
    world: World, capability: str, text: str, deadline: float = PLENTY, terms: Sequence[Mapping[str, str]] = ()
) -> Answer:
    """Have a text served by an ability within a deadline (seconds), on terms as in a table ``term | value``."""
    asked = caio(world).routing(request(capability, terms))
    answer = caio(world).over_http.dispatch(asked, {_FIELD[capability]: text}, int(deadline * 1000))
    world.noticed(f"the user is {f'refused: {answer.refusal.kind}' if answer.refusal else 'answered'}")
    return caio(world).heard(answer)


def keep_sending(world: World, capability: str, text: str, seconds: float) -> Answer:
    """Send again and again until it is answered or the time (seconds) is over; the last answer, whatever it is."""
    try:
        until(lambda: send(world, capability, text).accepted, seconds, "an answer", poll=0.1)
    except WaitedInVain:
        return caio(world).answer
    return caio(world).answer


def await_health(world: World, service_id: str, health: str) -> None:
    """Wait until the orchestrator reports a service as healthy or unhealthy. Raises NotMet if it never does."""

    def reported() -> bool:
        answer = caio(world).orchestrator.service(service_id)
        return answer.accepted and answer.read(str, "health") == health

    limit = world.settings.timeouts.settle
    until(reported, limit, f"{world.system.says} to report {service_id} as {health}", failing=NotMet)
    world.noticed(f"{world.system.says} reports {service_id} as {health}")


def await_health_of_all(world: World, health: str) -> None:
    """Wait until the orchestrator reports all services of the scenario so. Raises NotMet if it never does."""
    for service_id in enough(caio(world).contracts, "services of the scenario"):
        await_health(world, service_id, health)


def kept(world: World, service_id: str) -> list[str]:
    """The texts that a service has kept, by its own account."""
    client = world.client_for(world.companions.process(service_id).url)
    return list(client.get("/notes").json()["notes"])
