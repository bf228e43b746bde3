"""A side container: it works in the network of a container that has itself no right to change anything there."""

from __future__ import annotations

from collections.abc import Sequence

from support.base.outcomes import Broken, NotVerified, WaitedInVain
from support.base.waiting import until
from support.deployments.containers.container import Container
from support.deployments.containers.host import ContainerHost
from support.deployments.containers.spec import ContainerSpec

RIGHT = "NET_ADMIN"
"""The one capability that it has."""

LACKING = (
    "specified qdisc kind is unknown",
    "no chain/target/match by that name",
    "rule_append failed",
    "rule_insert failed",
    "not supported",
    "operation not permitted",
    "missing kernel module",
    "the kernel refuses the queue",
)
"""How it shows that the kernel, or the engine, cannot do what it is asked for."""

_IDLE = ["sleep", "infinity"]
_PATIENCE = 10.0
"""Seconds in which its own program must be ready."""


class SideContainer:
    """Runs commands in the network namespace of ``target``; on the tools image, with NET_ADMIN and nothing else."""

    def __init__(self, host: ContainerHost, target: Container) -> None:
        self._host, self._target = host, target
        self._container: Container | None = None

    def open(self, program: Sequence[str] = (), ready: str = "") -> None:
        """Have it run, and its program if there is one say ``ready``. Raises NotVerified where the kernel cannot."""
        spec = ContainerSpec(
            image=self._host.images.tools().id,
            command=list(program) or _IDLE,
            network=f"container:{self._target.id}",
            user="0:0",
            read_only=True,
            cap_drop=["ALL"],
            cap_add=[RIGHT],
            security_opt=["no-new-privileges:true"],
        )
        self._container = self._host.create("side", spec)
        self._container.start()
        if ready:
            self._await(self._container, ready)

    def run(self, command: Sequence[str]) -> str:
        """What a command writes. Raises NotVerified where the kernel cannot do it, Broken if it fails otherwise."""
        if self._container is None:
            raise Broken("a side container was used before it was opened")
        ran = self._container.run(list(command))
        if ran.exit_code != 0:
            raise lacking(" ".join(command), ran.output)
        return ran.output

    @property
    def said(self) -> str:
        """What its own program wrote, if that has ended; empty while it runs."""
        if self._container is None or self._container.state().running:
            return ""
        return self._container.logs().decode(errors="replace").strip() or "it ended without a word"

    def close(self) -> None:
        """Remove it; nothing happens if it is not there."""
        if self._container is not None:
            self._container.remove()
            self._container = None

    def _await(self, container: Container, ready: str) -> None:
        def decided() -> bool:
            return ready in container.logs().decode(errors="replace") or not container.state().running

        try:
            until(decided, _PATIENCE, "the side container to be ready")
        except WaitedInVain as error:
            raise Broken(f"{error}; it wrote: {container.logs().decode(errors='replace')}") from error
        if said := self.said:
            raise lacking("the program of the side container", said)


def lacking(what: str, said: str) -> NotVerified | Broken:
    """The error for a command that failed: NotVerified if this machine cannot do it at all, and otherwise Broken."""
    told = " ".join(said.split())[-300:]
    if any(sign in told.lower() for sign in LACKING):
        return NotVerified(f"this machine cannot disturb the network that way: {what}: {told}")
    return Broken(f"a network could not be disturbed: {what}: {told}")
