"""How a mutant ended, and the score that all of them make."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from support.base.outcomes import Outcome
from support.base.settings import ROOT
from tests.defects.trials import Ended


class Fate(StrEnum):
    """How a mutant ended."""

    KILLED = "killed"
    """A scenario was not met."""
    SURVIVED = "survived"
    """All that were tried were met."""
    NOT_REACHED = "not reached"
    """No scenario runs its line."""
    BROKEN = "broken"
    """Nothing was not met, and something could not be judged, as when the system does not start."""
    TIMED_OUT = "timed out"
    """Nothing was not met, and something did not come to its end in time."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One trial of a mutant: how each criterion in it ended."""

    case: str
    criteria: tuple[str, ...]
    killed_by: tuple[str, ...] = ()
    """The criteria with a scenario that was not met."""
    scenario: str = ""
    """The first of those scenarios."""
    trouble: str = ""
    timed_out: bool = False
    judged: bool = True
    """Whether any scenario came to a judgement."""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Result:
    """A mutant and what was tried with it, of the cases that reach its line (``reaching``)."""

    name: str
    module: str
    line: int
    operator: str
    before: str
    after: str
    fate: Fate
    reaching: int
    tried: tuple[Tried, ...] = ()
    text: str = ""
    """The line in the file, as it stands there."""

    @property
    def place(self) -> str:
        return f"{self.module}:{self.line}"

    @property
    def seconds(self) -> float:
        return sum(each.seconds for each in self.tried)


def summed_up(case: str, ended: Iterable[Ended], seconds: float) -> Tried:
    """What a trial of a mutant has shown."""
    ends = list(ended)
    killed_by = tuple(each.criterion for each in ends if each.not_met)
    return Tried(
        case,
        tuple(each.criterion for each in ends),
        killed_by,
        next((each.not_met[0] for each in ends if each.not_met), ""),
        "" if killed_by else told_of(map(_trouble, ends)),
        any(each.timed_out for each in ends),
        any(each.outcome in (Outcome.MET, Outcome.NOT_MET) for each in ends),
        seconds,
    )


def told_of(troubles: Iterable[str]) -> str:
    """Troubles as they are kept: each once, without the checkout's own place."""
    return "\n".join(dict.fromkeys(filter(None, troubles))).replace(f"{ROOT}/", "")


def _trouble(each: Ended) -> str:
    """Why it could not be judged; a criterion that is not verified all at once has lost its scenarios."""
    if each.trouble or each.outcome is Outcome.MET:
        return each.trouble
    return f"{each.criterion} is {each.outcome or 'without an outcome'}"


def fate_of(tried: Iterable[Tried]) -> Fate:
    """How a mutant ended by its trials: what was seen not met counts most, what was met least."""
    trials = list(tried)
    if not trials:
        return Fate.NOT_REACHED
    if any(each.killed_by for each in trials):
        return Fate.KILLED
    if any(each.timed_out for each in trials):
        return Fate.TIMED_OUT
    return Fate.BROKEN if any(each.trouble for each in trials) else Fate.SURVIVED


@dataclass(slots=True)
class Score:
    """How many mutants ended in which way; ``equivalent`` of the survivors no scenario can notice."""

    fates: dict[Fate, int] = field(default_factory=lambda: dict.fromkeys(Fate, 0))
    equivalent: int = 0

    def count(self, fate: Fate, equivalent: bool = False) -> None:
        self.fates[fate] += 1
        self.equivalent += equivalent and fate is Fate.SURVIVED

    @property
    def total(self) -> int:
        return sum(self.fates.values())

    @property
    def judged(self) -> int:
        """Those that are killed or survived, without the equivalent ones."""
        return self.fates[Fate.KILLED] + self.fates[Fate.SURVIVED] - self.equivalent

    @property
    def value(self) -> float | None:
        """Killed in proportion to those judged; None where none is."""
        return self.fates[Fate.KILLED] / self.judged if self.judged else None

    @property
    def text(self) -> str:
        return "–" if self.value is None else f"{100 * self.value:.1f} %"
