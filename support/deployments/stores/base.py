"""What every store offers, and the optional powers that faults need; no store is imported here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Probe:
    """One attempt to write and read a value with the application's credentials: whether it worked, and what was said.

    ``said`` is the store's own error text, or empty.
    """

    ok: bool
    said: str = ""

    @classmethod
    def of(cls, same: bool, read: object) -> Probe:
        """The probe that read this, which is the same as was written or not."""
        return cls(same, "" if same else f"read {read!r} in place of what was written")


@runtime_checkable
class Store(Protocol):
    """A data store with a name, which can be started, stopped, killed and asked whether it serves."""

    name: str
    data: Path
    """The folder that its data is in."""

    @property
    def kind(self) -> str: ...

    @property
    def title(self) -> str:
        """How messages call it."""

    @property
    def url(self) -> str:
        """The connection URL for the application, credentials included."""

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1; the same across restarts."""

    @property
    def running(self) -> bool: ...

    def url_at(self, host: str, port: int) -> str:
        """The same connection URL by way of another address, such as that of a proxy before it."""

    def start(self) -> None: ...

    def stop(self, grace: float | None = None) -> int | None: ...

    def kill(self) -> None: ...

    def restart(self) -> None: ...

    def close(self) -> None: ...

    def probe(self, url: str | None = None) -> Probe:
        """Connect anew by ``url`` (by default its own), write a value, read it back, and remove it."""

    def log_position(self) -> int: ...

    def logs(self, since: int = 0) -> str: ...

    def secrets(self) -> list[str]:
        """Passwords, which no report may show."""


@runtime_checkable
class Fillable(Store, Protocol):
    """Can be left without room for another byte."""

    def fill(self) -> None: ...

    def make_room(self) -> None: ...


@runtime_checkable
class LimitsConnections(Store, Protocol):
    """Can refuse connections by a limit of its own; those that are open are ended."""

    def refuse_connections(self) -> None: ...

    def allow_connections(self) -> None: ...


@runtime_checkable
class ChangesCredentials(Store, Protocol):
    """Can change the application's password; connections that are open are ended."""

    def change_credentials(self) -> str:
        """Set another password. Returns the URL that is valid from now on; ``url`` keeps the former one."""

    def restore_credentials(self) -> None: ...
