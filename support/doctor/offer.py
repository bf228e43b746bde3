"""One thing that a machine has or lacks, and how that is told."""

from __future__ import annotations

from dataclasses import dataclass

WORDS = {True: "yes", False: "no", None: "unknown"}
"""How an offer is marked, readable without colour or signs. "unknown" is no "yes": it could not be told."""


@dataclass(frozen=True, slots=True)
class Offer:
    """``present`` None means that it cannot be told; ``without`` is what a run lacks then; ``get`` a command."""

    name: str
    present: bool | None
    says: str
    without: str = ""
    get: str = ""

    @property
    def line(self) -> str:
        """The offer in one line, with what to do where it is missing."""
        told = f"{WORDS[self.present]:<8} {self.name}: {self.says}"
        if self.present:
            return told
        return "; ".join(filter(None, (told, self.without and f"without it {self.without}", self.get and _how(self))))


def _how(offer: Offer) -> str:
    return f"to get it: {offer.get}"
