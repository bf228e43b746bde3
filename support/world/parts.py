"""What the parts of a scenario's state may do: meet deployments, see exchanges and loads, tidy up, send loads.

A part is a class made without arguments, or by a class method ``of(world)``; ``World.part`` makes it once a scenario.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from support.deployments import Lease
from support.deployments.base import Deployment
from support.http import Exchange, HttpClient

if TYPE_CHECKING:
    from support.load.plan import Call
    from support.load.result import LoadResult


@dataclass(slots=True)
class Met:
    """A deployment that the scenario talks to: the lease that it came with, and its client; None without HTTP."""

    lease: Lease
    deployment: Deployment
    client: HttpClient | None


@runtime_checkable
class MeetsDeployments(Protocol):
    """Is told of each deployment that the scenario begins to talk to."""

    def meet(self, met: Met) -> None: ...


@runtime_checkable
class SeesExchanges(Protocol):
    """Is told of each exchange over HTTP; may raise Broken or NotVerified."""

    def saw(self, exchange: Exchange) -> None: ...


@runtime_checkable
class SeesLoads(Protocol):
    """Is told of the result of each load; may raise Broken."""

    def saw_load(self, load: LoadResult) -> None: ...


@runtime_checkable
class TidiesUp(Protocol):
    """Leaves deployments as they were found, at the end of the scenario. Returns what could not be done, in words.

    It may mark leases as dirty instead: what the suite started itself is then thrown away.
    """

    def tidy_up(self) -> list[str]: ...


@runtime_checkable
class SendsLoads(Protocol):
    """Knows what a load is made of, by the name that Gherkin gives it; None for a name that it does not know."""

    def load_call(self, name: str) -> Call | None:
        """The request that is sent over HTTP."""
        ...

    def load_in_process(self, title: str, name: str, users: int, each: int) -> Callable[[], LoadResult] | None:
        """The same load without HTTP; None where the run uses HTTP."""
        ...


@runtime_checkable
class TellsState(Protocol):
    """Knows what a system holds that a backup must not lose: documents by name."""

    def state(self) -> dict[str, object]: ...
