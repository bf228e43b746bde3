"""What the gateway says of itself: alive, and ready."""

from __future__ import annotations

from support.base.outcomes import NotMet
from support.base.waiting import consistently, until
from support.http import Exchange
from support.world.core import World

ALIVE = "live"
READY = "ready"


def ask(world: World, endpoint: str) -> Exchange:
    """Have somebody without a key ask."""
    world.exchanges.append(world.http.get(world.endpoint(endpoint)))
    return world.exchange


def await_readiness(world: World, wanted: bool, seconds: float) -> None:
    """Wait until the gateway says that it is ready, or that it is not. Raises NotMet if it does not say so in time."""
    seen: list[Exchange] = []

    def says() -> bool:
        seen.append(world.http.get(world.endpoint(READY)))
        assert seen[-1].ok == wanted, str(seen[-1])
        return True

    what = f"the gateway to say that it is {'' if wanted else 'not '}ready"
    until(says, seconds, what, poll=0.1, failing=lambda told: NotMet(f"{told}\n{seen[-1].describe()}"))


def stays_ready(world: World, seconds: float) -> None:
    """See that the gateway goes on saying that it is ready. Raises NotMet when it does not."""

    def says() -> bool:
        answer = world.http.get(world.endpoint(READY))
        assert answer.ok, answer.describe()
        return True

    consistently(says, seconds, "the gateway's word that it is ready", poll=0.1)
