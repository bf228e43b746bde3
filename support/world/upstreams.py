"""A scenario's upstreams of the system under test: the deployment's, or those that the run was told of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from support.base.outcomes import Broken, NotVerified
from support.base.upstreams import UpstreamAddress
from support.upstreams.client import InjectedFault, Upstream, locate
from support.world.parts import Met

if TYPE_CHECKING:
    from support.world.core import World


UNKNOWN = (
    "the suite does not know this deployment's upstreams: aim the gateway at those that `signoff upstreams` starts, "
    "and give their addresses with -D upstreams=…"
)
"""Why nothing of upstreams can be seen or caused."""


@runtime_checkable
class HasUpstreams(Protocol):
    """A deployment that has started the upstreams of its system."""

    @property
    def upstreams(self) -> dict[str, UpstreamAddress]: ...


class Upstreams:
    """The scenario's upstreams by name; make it a part that every scenario of the system has from the start.

    When a deployment is met, the calls made before are forgotten. At the end all faults are healed.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._found: dict[str, Upstream] = {}

    @classmethod
    def of(cls, world: World) -> Upstreams:
        """Made by ``world.part``."""
        return cls(world)

    def __getitem__(self, name: str) -> Upstream:
        if not self._found:
            raise NotVerified(UNKNOWN)
        if name not in self._found:
            raise Broken(f"there is no upstream {name!r}; there are: {', '.join(self._found)}")
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def all(self) -> list[Upstream]:
        """Every upstream, in the order of the definition."""
        return list(self._found.values())

    def meet(self, met: Met) -> None:
        """Know the upstreams of a deployment."""
        known = {name: upstream.address for name, upstream in self._found.items()}
        addresses = self._addresses(met)
        if addresses != known:
            self._close()
            self._found = {name: Upstream(address, self._injected) for name, address in addresses.items()}
        for upstream in self.all():
            upstream.clear()

    def tidy_up(self) -> list[str]:
        """Heal what is still injected; what could not be healed, in words."""
        troubles = []
        for upstream in self.all():
            try:
                upstream.heal()
            except Broken as error:
                troubles.append(str(error))
        self._close()
        return troubles

    def _addresses(self, met: Met) -> dict[str, UpstreamAddress]:
        if isinstance(met.deployment, HasUpstreams):
            return met.deployment.upstreams
        told = self._world.settings.upstreams
        return {name: locate(control) for name, control in told.items()}

    def _injected(self, fault: InjectedFault) -> None:
        self._world.faults.append(fault)

    def _close(self) -> None:
        for upstream in self.all():
            upstream.close()
