"""Two gateways on one machine: the one that is judged, and another one that is in use beside it."""

from __future__ import annotations

from dataclasses import dataclass

from support.base.outcomes import Broken
from support.deployments.base import Deployment
from support.domains.gateway import asking, running
from support.http import HttpClient
from support.world.core import World


@dataclass(slots=True)
class Other:
    """The gateway that was started first: how it is run, and a client of it; None before there are two."""

    deployment: Deployment | None = None
    client: HttpClient | None = None


def start(world: World, other: str, judged: str) -> None:
    """Have two gateways running, the other one first, each in its profile."""
    running.start(world, other)
    remember(world)
    running.start(world, judged)
    if world.deployment is world.part(Other).deployment:
        raise Broken("the two gateways are one and the same")


def remember(world: World) -> None:
    """The gateway that runs now is the other one, once a second one is started."""
    world.part(Other).deployment, world.part(Other).client = world.deployment, world.http


def other(world: World) -> Deployment:
    """The other gateway. Raises Broken where there is none."""
    if (deployment := world.part(Other).deployment) is None:
        raise Broken("only one gateway is running")
    return deployment


def ask_other(world: World, name: str, count: int) -> None:
    """Have a caller ask the other gateway, which must answer. Raises Broken if it does not."""
    client = world.part(Other).client
    if client is None:
        raise Broken("only one gateway is running")
    headers = asking.headers_of(world, name, deployment=other(world))
    for _ in range(count):
        question = asking.question_for(world, name)
        answer = client.post(asking.CHAT, json=question.body, headers=headers)
        if not answer.ok:
            raise Broken(f"the other gateway does not serve, so nothing can be said of its neighbour: {answer}")
