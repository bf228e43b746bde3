"""What a judgement of measurements comes to: its outcome, the figures behind it, and the reason in a sentence."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from support.base.outcomes import Broken, NotMet, Outcome


@dataclass(frozen=True, slots=True)
class Finding:
    """One demand judged. ``observed`` None: it could not be measured; ``says`` is the whole of it for a reader.

    A time without end, or a figure that was never reached, is observed as "never".
    """

    outcome: Outcome
    what: str
    says: str
    observed: float | str | None = None
    limit: float | None = None
    unit: str = ""
    samples: int = 0
    is_excusable: bool = True
    """Whether a machine that others have used up could be the reason for what was not met."""

    def remarking(self, *remarks: str) -> Finding:
        """The same finding, which says this too."""
        return replace(self, says="; ".join([self.says, *remarks])) if remarks else self

    def inexcusable(self) -> Finding:
        """The same finding, for which nobody but the system can be the reason."""
        return replace(self, is_excusable=False)

    def about(self, what: str) -> Finding:
        """The same finding under another name."""
        return replace(self, what=what)

    def settle(self) -> None:
        """Raise what the outcome is: NotMet or Broken, with the reason; nothing if the demand is met."""
        if self.outcome is Outcome.NOT_MET:
            raise NotMet(f"{self.what}: {self.says}")
        if self.outcome is not Outcome.MET:
            raise Broken(f"{self.what} cannot be judged: {self.says}")


def found(
    kept: bool, what: str, observed: float | None, limit: float | None, unit: str, samples: int, says: str
) -> Finding:
    """A demand that was seen kept, or not."""
    seen = "never" if observed is None or not math.isfinite(observed) else observed
    return Finding(Outcome.MET if kept else Outcome.NOT_MET, what, says, seen, limit, unit, samples)


def broken(why: str, what: str) -> Finding:
    """A demand that could not be judged."""
    return Finding(Outcome.BROKEN, what, why)


def milliseconds(seconds: float) -> str:
    """A time for a reader, in milliseconds."""
    return f"{seconds * 1000:,.3g} ms" if math.isfinite(seconds) else "no end"
