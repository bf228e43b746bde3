"""The registry at one moment, as one routing sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from caio.routing.candidate import Service
from caio.routing.offers import Offers

Entry = TypeVar("Entry", bound=Service, covariant=True)


@dataclass(frozen=True, slots=True)
class Snapshot(Generic[Entry]):
    """Services by id, their offers by capability with the best score first, and the digest of all contracts."""

    entries: Mapping[str, Entry]
    index: Mapping[str, Offers]
    digest: str
