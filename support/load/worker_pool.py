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
class PoolWorker:
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


class WorkerPool:
    """All workers of a job. ``runner`` is Locust's; what workers report of requests is not for the pool."""

    def __init__(self, runner: Any, job: Job, strange: Callable[[str], None]) -> None:
        self._runner, self._job = runner, job
        self._strange = strange
        self._workers: dict[str, PoolWorker] = {}
        for message, handler in (
            (ToMaster.HELLO, self._on_hello),
            (ToMaster.READY, self._on_ready),
            (ToMaster.STANDING, self._on_standing),
            (ToMaster.DONE, self._on_done),
        ):
            runner.register_message(message, handler)

    def __iter__(self) -> Iterator[PoolWorker]:
        return iter(self._workers.values())

    def by_client(self, client: str) -> PoolWorker:
        """The worker that Locust calls so."""
        return self._workers[client]

    def tell(self, what: ToWorker, worker: PoolWorker, **values: Any) -> None:
        """Say something to a worker."""
        self._runner.send_message(what, values, worker.client)

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
        self._workers = {worker.client: worker for worker in self._chosen()}
        self._runner.close_to_others(set(self._workers))

    @property
    def done(self) -> bool:
        """Whether all have sent their part and reported it."""
        return all(worker.done for worker in self)

    @property
    def round_trip(self) -> float:
        """How many seconds the farthest of them is away from the target, there and back."""
        return max((worker.ready["round_trip"] for worker in self if worker.ready), default=0.0)

    def lost(self) -> list[PoolWorker]:
        """Those who have not done yet and are no longer heard of."""
        return [worker for worker in self if not worker.done and self._is_lost(worker)]

    def absent(self) -> Trouble:
        """Who has not come in time."""
        missing, here = self._missing(), [worker for worker in self if worker.is_local]
        if not missing:
            return Trouble("broken", f"{len(here)} of {self._job.local} load workers of this machine started in time")
        come = ", ".join(str(worker) for worker in self if not worker.is_local) or "none"
        return Trouble(
            "usage",
            f"no load worker came from {', '.join(missing)} within {self._job.patience:g} s (there came: {come}); "
            f"start there: signoff load-worker --master HOST:{self._job.port}, with this machine's address as HOST",
        )

    def silent(self) -> Trouble:
        """Who has not become ready in time."""
        late = [worker.name for worker in self if not (worker.ready and worker.standing)]
        return Trouble("broken", f"the load workers {', '.join(late)} were not ready in time")

    def check_ready(self, plan: LoadPlan) -> None:
        """Raise Trouble if a worker cannot send, or does not reach the target."""
        for worker in self:
            said = worker.ready or {}
            if said["cannot"]:
                raise Trouble("not verified", f"{worker.name}: {said['cannot']}")
            if said["refuses"]:
                raise Trouble(
                    "broken",
                    f"the target {plan.url} cannot be reached from {worker.name} ({said['refuses']}), so no load was "
                    f"put on it: {_advice(plan, worker)}",
                )

    def check_standing(self, plan: LoadPlan) -> None:
        """Raise Trouble if not all connections could be opened that are to be open before anything is sent."""
        for worker in self:
            if why := (worker.standing or {})["cannot"]:
                raise Trouble(
                    "broken",
                    f"not all of {plan.most_users:,} connections to {plan.url} could be opened from {worker.name} "
                    f"({why}): see the server's limits of open files and of waiting connections",
                )

    def _chosen(self) -> list[PoolWorker]:
        """Those of them that were expected."""
        return [worker for worker in self if worker.is_local] + [
            worker for worker in self._from_hosts().values() if worker
        ]

    def _missing(self) -> list[str]:
        """The machines from which no worker has come."""
        return [host for (_, host), worker in self._from_hosts().items() if worker is None]

    def _from_hosts(self) -> dict[tuple[int, str], PoolWorker | None]:
        """The worker from each machine, if it has come; a machine that is named twice needs two."""
        free = [worker for worker in self if not worker.is_local]
        found: dict[tuple[int, str], PoolWorker | None] = {}
        for place in enumerate(self._job.hosts):
            found[place] = next((worker for worker in free if place[1] in (worker.name, *worker.hosts)), None)
            free = [worker for worker in free if worker is not found[place]]
        return found

    def _is_lost(self, worker: PoolWorker) -> bool:
        client = self._runner.clients.get(worker.client)
        return client is None or bool(client.state == "missing")

    def _on_hello(self, msg: Any, **_: Any) -> None:
        said = msg.data
        if said["speaks"] != SPEAKS:
            self._strange(f"the load worker {said['name']} at {said['host']} is of another version of signoff")
            return
        taken = {MASTER, *(worker.name for worker in self)}
        name = next(name for name in _names(said["name"]) if name not in taken)
        self._workers[msg.node_id] = PoolWorker(msg.node_id, name, said["host"], said["hosts"])

    def _on_ready(self, msg: Any, **_: Any) -> None:
        self._workers[msg.node_id].ready = msg.data

    def _on_standing(self, msg: Any, **_: Any) -> None:
        self._workers[msg.node_id].standing = msg.data

    def _on_done(self, msg: Any, **_: Any) -> None:
        self._workers[msg.node_id].done = True


def _advice(plan: LoadPlan, worker: PoolWorker) -> str:
    if worker.is_local or urlsplit(plan.url).hostname not in ("127.0.0.1", "::1", "localhost"):
        return "see that it is running, and at that address"
    return "that is each machine's own address; start it where others can reach it, and give that address with --url"


def _names(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}-{number}" for number in count(2))
