"""What every StatusStore does, and the errors it raises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

Item = dict[str, Any]
"""A record: ``key`` (kind#tenant#id), ``kind``, ``tenant``, ``version``, ``created``, and its own fields.

``open`` says that somebody has to work on it, ``ended`` (seconds) since when it may be forgotten.
"""

Decide = Callable[[Item], Item | None]
"""Given the present record, the one that is to follow; None to leave it as it is. May be called more than once."""


class StoreUnavailable(Exception):
    """The store cannot be used now. The message says why."""


class RuleBroken(Exception):
    """A write that no store accepts: another tenant, a status that goes back."""


class StatusStore(Protocol):
    """Safe for several threads and processes. Everything may raise StoreUnavailable."""

    def create(self, item: Item) -> bool:
        """Add a record. False if there is one of that key."""

    def get(self, key: str) -> Item | None:
        """The present record."""

    def change(self, key: str, decide: Decide) -> Item | None:
        """Write what ``decide`` makes of the record, unless another write came between. Gives what was written.

        None if there is no such record, or nothing was to be written. Raises RuleBroken.
        """

    def group(self, kind: str, tenant: str) -> list[Item]:
        """All records of a kind and tenant, the oldest first."""

    def pending(self, kind: str) -> list[Item]:
        """Records of a kind that somebody has to work on, the oldest first."""

    def ping(self) -> None:
        """Find out whether it can be used."""

    def close(self) -> None:
        """Let go of files and connections."""


def key_of(kind: str, tenant: str, identifier: str) -> str:
    """The key of a record. None of the parts contains the separator."""
    return f"{kind}#{tenant}#{identifier}"
