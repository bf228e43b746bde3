"""The workers of a load as the master knows them: who has come, who is ready, who is lost, and who is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal
from urllib.parse import urlsplit

from support.load.messages import SPEAKS, Job, ToMaster, ToWorker
from support.load.plan import LoadPlan
from support.load.result import MASTER


class Trouble(Exception):
    """Why nothing can be measured."""

    def __init__(self, kind: Literal["broken", "not verified", "usage"], text: str) -> None:
        super().__init__(text)
        self.kind = kind


@dataclass(slots=True)
class Hand:
    """One worker: Locust's name for it, its own, its machine's and that machine's other names, and what it said."""

    client: str
    name: str
    host: str
    hosts: list[str]
    ready: dict[str, Any] | None = None
    standing: dict[str, Any] | None = None
    done: bool = False

    @property
    def is_local(self) -> bool:
        """Whether the parent has started it."""
        return self.name.startswith("local-")

    def __str__(self) -> str:
        return f"{self.name} at {self.host}"


class Crew:
    """All workers of a job. ``runner`` is Locust's; what workers report of requests is not for the crew."""

    def __init__(self, runner: Any, job: Job, strange: Callable[[str], None]) -> None:
        self._runner, self._job = runner, job
        self._strange = strange
        self._hands: dict[str, Hand] = {}
        for message, handler in (
            (ToMaster.HELLO, self._on_hello),
            (ToMaster.READY, self._on_ready),
            (ToMaster.STANDING, self._on_standing),
            (ToMaster.DONE, self._on_done),
        ):
            runner.register_message(message, handler)

    def __iter__(self) -> Iterator[Hand]:
        return iter(self._hands.values())

    def by_client(self, client: str) -> Hand:
        """The worker that Locust calls so."""
        return self._hands[client]

    def tell(self, what: ToWorker, hand: Hand, **values: Any) -> None:
        """Say something to a worker."""
        self._runner.send_message(what, values, hand.client)

    @property
    def expected(self) -> int:
        """How many workers shall come."""
        return self._job.local + len(self._job.hosts)

    @property
    def complete(self) -> bool:
        """Whether all have come."""
        return len(self._chosen()) == self.expected

    def close(self) -> None:
        """Work with those that were expected; whoever else has come, or comes later, is sent away."""
        self._hands = {hand.client: hand for hand in self._chosen()}
        self._runner.close_to_others(set(self._hands))

    @property
    def done(self) -> bool:
        """Whether all have sent their part and reported it."""
        return all(hand.done for hand in self)

    @property
    def round_trip(self) -> float:
        """How many seconds the farthest of them is away from the target, there and back."""
        return max((hand.ready["round_trip"] for hand in self if hand.ready), default=0.0)

    def lost(self) -> list[Hand]:
        """Those who have not done yet and are no longer heard of."""
        return [hand for hand in self if not hand.done and self._is_lost(hand)]

    def absent(self) -> Trouble:
        """Who has not come in time."""
        missing, here = self._missing(), [hand for hand in self if hand.is_local]
        if not missing:
            return Trouble("broken", f"{len(here)} of {self._job.local} load workers of this machine started in time")
        come = ", ".join(str(hand) for hand in self if not hand.is_local) or "none"
        return Trouble(
            "usage",
            f"no load worker came from {', '.join(missing)} within {self._job.patience:g} s (there came: {come}); "
            f"start there: signoff load-worker --master HOST:{self._job.port}, with this machine's address as HOST",
        )

    def silent(self) -> Trouble:
        """Who has not become ready in time."""
        late = [hand.name for hand in self if not (hand.ready and hand.standing)]
        return Trouble("broken", f"the load workers {', '.join(late)} were not ready in time")

    def check_ready(self, plan: LoadPlan) -> None:
        """Raise Trouble if a worker cannot send, or does not reach the target."""
        for hand in self:
            said = hand.ready or {}
            if said["cannot"]:
                raise Trouble("not verified", f"{hand.name}: {said['cannot']}")
            if said["refuses"]:
                raise Trouble(
                    "broken",
                    f"the target {plan.url} cannot be reached from {hand.name} ({said['refuses']}), so no load was "
                    f"put on it: {_advice(plan, hand)}",
                )

    def check_standing(self, plan: LoadPlan) -> None:
        """Raise Trouble if not all connections could be opened that are to be open before anything is sent."""
        for hand in self:
            if why := (hand.standing or {})["cannot"]:
                raise Trouble(
                    "broken",
                    f"not all of {plan.most_users:,} connections to {plan.url} could be opened from {hand.name} "
                    f"({why}): see the server's limits of open files and of waiting connections",
                )

    def _chosen(self) -> list[Hand]:
        """Those of them that were expected."""
        return [hand for hand in self if hand.is_local] + [hand for hand in self._from_hosts().values() if hand]

    def _missing(self) -> list[str]:
        """The machines from which no worker has come."""
        return [host for (_, host), hand in self._from_hosts().items() if hand is None]

    def _from_hosts(self) -> dict[tuple[int, str], Hand | None]:
        """The worker from each machine, if it has come; a machine that is named twice needs two."""
        free = [hand for hand in self if not hand.is_local]
        found: dict[tuple[int, str], Hand | None] = {}
        for place in enumerate(self._job.hosts):
            found[place] = next((hand for hand in free if place[1] in (hand.name, *hand.hosts)), None)
            free = [hand for hand in free if hand is not found[place]]
        return found

    def _is_lost(self, hand: Hand) -> bool:
        client = self._runner.clients.get(hand.client)
        return client is None or bool(client.state == "missing")

    def _on_hello(self, msg: Any, **_: Any) -> None:
        said = msg.data
        if said["speaks"] != SPEAKS:
            self._strange(f"the load worker {said['name']} at {said['host']} is of another version of signoff")
            return
        taken = {MASTER, *(hand.name for hand in self)}
        name = next(name for name in _names(said["name"]) if name not in taken)
        self._hands[msg.node_id] = Hand(msg.node_id, name, said["host"], said["hosts"])

    def _on_ready(self, msg: Any, **_: Any) -> None:
        self._hands[msg.node_id].ready = msg.data

    def _on_standing(self, msg: Any, **_: Any) -> None:
        self._hands[msg.node_id].standing = msg.data

    def _on_done(self, msg: Any, **_: Any) -> None:
        self._hands[msg.node_id].done = True


def _advice(plan: LoadPlan, hand: Hand) -> str:
    if hand.is_local or urlsplit(plan.url).hostname not in ("127.0.0.1", "::1", "localhost"):
        return "see that it is running, and at that address"
    return "that is each machine's own address; start it where others can reach it, and give that address with --url"


def _names(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}-{number}" for number in count(2))
