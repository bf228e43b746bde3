"""What every fault has in common: steady state seen, injected, observed, healed, steady state again; all journalled."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Self

from support.base import clock
from support.base.outcomes import Broken, WaitedInVain
from support.base.waiting import until

SETTLE = 10.0
"""Seconds within which a system must be in its steady state, before the fault and after its healing."""


class Happening(StrEnum):
    """What kind of thing can happen to a fault."""

    STEADY = "steady"
    INJECTED = "injected"
    OBSERVED = "observed"
    HEALED = "healed"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class FaultEvent:
    """Something that happened to a fault; ``at`` is seconds since the epoch."""

    at: float
    what: str
    kind: Happening = Happening.OBSERVED


class Fault(ABC):
    """Something that can be broken and healed; used with ``with``, or by inject() and heal().

    ``steady`` tells whether the system is well; it is looked at before the fault and after its healing. A fault that
    cannot be injected is healed at once; one that cannot be healed, or whose healing leaves the system unwell, is
    Broken: nothing seen from then on says anything about the product.
    """

    def __init__(self, what: str, steady: Callable[[], object] | None = None, settle: float = SETTLE) -> None:
        self.what = what
        self.journal: list[FaultEvent] = []
        self.active = False
        self._steady, self._settle = steady, settle

    def inject(self) -> Self:
        """Break it. Raises Broken if the system was not well before, or if it cannot be broken."""
        if self.active:
            raise Broken(f"{self.what}: injected already")
        self._see_steady("before the fault")
        self.active = True
        try:
            self._inject()
        except BaseException as error:
            self._note(f"could not be injected: {error}", Happening.TROUBLE)
            self.heal()
            raise
        self._note(f"injected: {self.what}", Happening.INJECTED)
        return self

    def heal(self) -> None:
        """Make it whole again; nothing happens if it is whole. Raises Broken if that fails."""
        if not self.active:
            return
        self.active = False
        try:
            self._heal()
        except Exception as error:
            self._note(f"could not be healed: {error}", Happening.TROUBLE)
            raise Broken(f"{self.what}: could not be healed: {error}") from error
        self._note(f"healed: {self.what}", Happening.HEALED)
        self._see_steady("after the healing")

    def observed(self, what: str) -> None:
        """Write down what was seen while it was broken."""
        self._note(f"observed: {what}")

    def __enter__(self) -> Self:
        return self.inject()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.heal()
        except Broken as broken:
            if not isinstance(error, AssertionError):
                raise
            error.add_note(f"besides: {broken}")  # the promise was seen broken before; that stays the verdict

    @abstractmethod
    def _inject(self) -> None:
        """Break it."""

    @abstractmethod
    def _heal(self) -> None:
        """Make it whole again."""

    def _note(self, what: str, kind: Happening = Happening.OBSERVED) -> None:
        self.journal.append(FaultEvent(clock.now(), what, kind))

    def _see_steady(self, when: str) -> None:
        if self._steady is None:
            return
        try:
            until(self._steady, self._settle, f"the steady state {when} ({self.what})")
        except WaitedInVain as error:
            self._note(f"not in steady state {when}", Happening.TROUBLE)
            raise Broken(str(error)) from error
        self._note(f"steady state seen {when}", Happening.STEADY)
