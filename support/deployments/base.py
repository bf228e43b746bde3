"""What a deployment is, and the powers it may have; a step asks for the power it needs, not for a kind."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, TypeVar, runtime_checkable

from support.base.outcomes import NotVerified
from support.deployments.processes import Usage

P = TypeVar("P")


@runtime_checkable
class Deployment(Protocol):
    """A running system. ``kind`` says how it is run; ``url`` where it answers."""

    @property
    def kind(self) -> str: ...

    @property
    def url(self) -> str: ...

    @property
    def authority(self) -> Path | None:
        """The only authority to trust when talking to it; None: no encryption, or those that the user trusts."""
        ...

    @property
    def running(self) -> bool:
        """Whether it is up, as far as can be told without asking it."""
        ...

    def secrets(self) -> list[str]:
        """What must not stand in any evidence: tokens, and values of secret settings."""
        ...


@runtime_checkable
class AsksForCertificate(Protocol):
    """May ask its clients for a certificate: the one, with its key, that they show; None where it asks for none."""

    @property
    def client_certificate(self) -> Path | None: ...


@runtime_checkable
class HasFurtherPorts(Protocol):
    """Answers some paths at another port; ``elsewhere`` are these paths, and the URL of that port."""

    @property
    def elsewhere(self) -> dict[str, str]: ...


@runtime_checkable
class Startable(Protocol):
    """Can be started; raises DeploymentFailed if it is not ready in time."""

    def start(self) -> None: ...


@runtime_checkable
class Stoppable(Protocol):
    """Can be asked to end; ``grace`` is how many seconds it has for that. Returns its exit code."""

    def stop(self, grace: float | None = None) -> int | None: ...


@runtime_checkable
class Killable(Protocol):
    """Can be ended at once, without a chance to save anything."""

    def kill(self) -> None: ...


@runtime_checkable
class Pausable(Protocol):
    """Can be frozen, and let go on."""

    def pause(self) -> None: ...

    def resume(self) -> None: ...


@runtime_checkable
class Restartable(Protocol):
    """Can be started again, at the same address and with the same data."""

    def restart(self) -> None: ...


@runtime_checkable
class HasLogs(Protocol):
    """Keeps what it logs; a position is a count of bytes."""

    def log_position(self) -> int: ...

    def logs(self, since: int = 0) -> str: ...


@runtime_checkable
class HasData(Protocol):
    """Keeps its data in a folder that the suite can reach; ``files`` are those its definition names."""

    @property
    def data(self) -> Path: ...

    @property
    def files(self) -> dict[str, Path]: ...


@runtime_checkable
class Measurable(Protocol):
    """Can tell what it uses: memory, processor time since its start, threads."""

    def usage(self) -> Usage: ...


@runtime_checkable
class Preparable(Deployment, Startable, HasLogs, HasData, Protocol):
    """Can be made ready before its start, and started without waiting, for a start that is expected to fail."""

    @property
    def exit_code(self) -> int | None: ...

    def set_environment(self, environment: Mapping[str, str | None]) -> None: ...

    def launch(self) -> None: ...

    def exit_within(self, seconds: float) -> int | None: ...


def require_capability(deployment: Deployment, kind: type[P]) -> P:
    """The deployment as something that has the power. Raises NotVerified if it has not."""
    if not isinstance(deployment, kind):
        raise NotVerified(f"this needs a deployment that is {kind.__name__}; {deployment.kind} is not")
    return deployment
