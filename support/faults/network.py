"""Faults of a container's network: its cable pulled, or the way to it disturbed.

Whatever disturbs is done by a side container in the network namespace of the target, which keeps no capability.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from support.base.outcomes import Broken
from support.deployments.containers.server import ContainerServer
from support.deployments.containers.spec import ContainerSpec
from support.faults.base import SETTLE, Fault
from support.faults.impairments import DEVICE, Change, NetworkImpairment
from support.faults.side import SideContainer


class Disconnected(Fault):
    """A container taken off a network, as if its cable were pulled; put back under the names it has there.

    Its address may be another one then: the engine gives out addresses as they come.
    """

    def __init__(
        self,
        target: ContainerServer,
        network: str,
        names: Sequence[str],
        what: str = "disconnected from the network",
        steady: Callable[[], object] | None = None,
        settle: float = SETTLE,
    ) -> None:
        super().__init__(what, steady, settle)
        self._target, self._network, self._names = target, network, names

    def _inject(self) -> None:
        self._target.host.engine.disconnect(self._network, self._target.container)

    def _heal(self) -> None:
        if not self._target.container.address(self._network):
            self._target.host.engine.connect(self._network, self._target.container, self._names)


class Readdressed(Disconnected):
    """A container that has another address than before, as one has that was started anew on another machine."""

    def _inject(self) -> None:
        container, engine = self._target.container, self._target.host.engine
        former = container.address(self._network)
        super()._inject()
        spec = ContainerSpec(self._target.host.images.tools().id, ["sleep", "infinity"], network=self._network)
        other = self._target.host.create("other", spec)
        try:
            other.start()  # the engine gives it the address that has just become free
            engine.connect(self._network, container, self._names)
        finally:
            other.remove()
        if container.address(self._network) == former:
            raise Broken(f"{container.name} should have got another address than {former}, and did not")


class NetworkImpaired(Fault):
    """A container whose network is out of order in some way. Raises NotVerified where the kernel cannot do it."""

    def __init__(
        self,
        target: ContainerServer,
        impairment: NetworkImpairment,
        name: str,
        steady: Callable[[], object] | None = None,
        settle: float = SETTLE,
    ) -> None:
        super().__init__(f"{name} {impairment}", steady, settle)
        self._target, self._impairment = target, impairment
        self._side: SideContainer | None = None
        self._done: list[Change] = []
        self._device = ""

    def _inject(self) -> None:
        self._side = SideContainer(self._target.host, self._target.container)
        self._side.open(self._impairment.program, self._impairment.ready)
        for change in self._impairment.changes:
            self._side.run(self._here(change.do))
            self._done.append(change)

    def _heal(self) -> None:
        side, self._side = self._side, None
        if side is None:
            return
        try:
            if self._done and (said := side.said):
                raise Broken(f"the side container ended before the fault was healed: {said}")
            while self._done:
                side.run(self._here(self._done.pop().undo))
        finally:
            side.close()

    def _here(self, command: Sequence[str]) -> list[str]:
        if DEVICE in command and not self._device and self._side is not None:
            self._device = _outward(self._side.run(["ip", "-o", "link"]))
        return [self._device if part == DEVICE else part for part in command]


def _outward(links: str) -> str:
    """The first device that ``ip -o link`` lists besides the loopback one: ``2: eth0@if7: <BROADCAST …``."""
    names = [line.split(":")[1].split("@")[0].strip() for line in links.splitlines() if line.count(":") > 1]
    found = next((name for name in names if name != "lo"), None)
    if found is None:
        raise Broken(f"the container has no network device that leads out; it has: {', '.join(names) or 'none'}")
    return found
