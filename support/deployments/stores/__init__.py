"""Embedded data stores that a system under test works with: real servers from PyPI wheels, started without root."""

from __future__ import annotations

from pathlib import Path

from support.base.outcomes import UsageError
from support.base.settings import Settings
from support.deployments.journal import RunJournal
from support.deployments.stores.base import Probe, Store
from support.deployments.stores.embedded import EmbeddedStore
from support.deployments.stores.postgresql import PostgreSQL
from support.deployments.stores.redis import Redis

KINDS: dict[str, type[EmbeddedStore]] = {PostgreSQL.kind: PostgreSQL, Redis.kind: Redis}
"""The stores that can be started here, by the name that a definition uses."""

__all__ = ["KINDS", "EmbeddedStore", "PostgreSQL", "Probe", "Redis", "Store", "make"]


def make(
    kind: str, name: str, settings: Settings, folder: Path, journal: RunJournal | None = None, disk: int | None = None
) -> EmbeddedStore:
    """A store of that kind, not started yet; ``folder`` becomes the home of its data and log.

    ``disk`` gives PostgreSQL so many megabytes of room, which can be filled up.
    """
    if kind not in KINDS:
        raise UsageError(f"store {name}: there is no kind {kind!r}; known are {', '.join(sorted(KINDS))}")
    if disk is not None:
        if kind != PostgreSQL.kind:
            raise UsageError(f"store {name}: {kind} has no disk of its own; only {PostgreSQL.kind} has")
        return PostgreSQL(name, settings, folder, journal, disk)
    return KINDS[kind](name, settings, folder, journal)
