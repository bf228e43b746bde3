"""Runs generated cases by hypothesis: the same seed makes the same cases, and a difference becomes a story.

``hypothesis`` generates and shrinks; what is judged, counted and told is decided here. A case that raises an
AssertionError differs from the model; any other error is the suite's own, and is passed on.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from hypothesis.strategies import SearchStrategy

from support.model.story import Difference, Recording, Story

C = TypeVar("C")

DRAWS = 50
"""Draws of one round of generation, which begins with small cases."""
FAR = 1_000_003
"""Between the seeds of two rounds, so that runs with neighbouring seeds do not share theirs."""
MOST_ROUNDS = 10_000
"""Rounds after which cases that judge nothing are given up."""


class TimeIsUp(BaseException):
    """Ends the search for a smaller story. No Exception, so that hypothesis does not take it for a difference."""


class Trouble(BaseException):
    """Carries an error of the suite's own past hypothesis, which would look for smaller cases that raise it."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass(frozen=True, slots=True)
class Budget:
    """How long to explore: cases, the seed that makes them, steps of a sequence, seconds of shrinking."""

    cases: int
    seed: int
    steps: int = 15
    shrinking: float = 20.0


@dataclass(frozen=True, slots=True)
class Explored:
    """What came of an exploration: how many cases stand behind it, and the story of a difference if there is one."""

    cases: int
    seed: int
    story: Story | None = None

    def __str__(self) -> str:
        return f"{self.cases:,} cases, seed {self.seed}"


@dataclass(slots=True)
class Search:
    """The smallest difference found so far, and how long smaller ones are looked for."""

    shrinking: float
    smallest: Story | None = None
    cases: int = 0
    _until: float = field(default=float("inf"))

    def begin(self) -> None:
        """Begin a case. Raises TimeIsUp where the search for smaller differences has taken long enough."""
        if time.monotonic() > self._until:
            raise TimeIsUp

    def kept(self, count: int = 1) -> None:
        """Count so many cases in which system and model agree; those of the search for a smaller story do not count."""
        self.cases += count if self.smallest is None else 0

    def differs(self, steps: Recording, error: AssertionError) -> None:
        """Remember a difference if it takes no more steps than the smallest one."""
        if self.smallest is None:
            self.cases += 1
            self._until = time.monotonic() + self.shrinking
        if self.smallest is None or len(steps) <= len(self.smallest.steps):
            expected, seen = _sides(error)
            self.smallest = Story(steps.steps(), expected, seen)

    def run(self, test: Callable[[], None]) -> None:
        """Have hypothesis search. Raises whatever was no difference, unless one had been found before."""
        try:
            with _same_cases_everywhere():
                test()
        except TimeIsUp:
            pass
        except Trouble as trouble:
            if self.smallest is None:
                raise trouble.error from None
        except Exception:
            if self.smallest is None:
                raise


def explore(cases: SearchStrategy[C], judge: Callable[[C, Recording], int], budget: Budget) -> Explored:
    """Judge generated cases until the budget is spent or one differs.

    ``judge`` notes its steps, raises an AssertionError for a difference, and returns how many cases it has judged, as
    one draw may hold several.
    """
    search = Search(budget.shrinking)

    def one(case: C) -> None:
        search.begin()
        if search.smallest is None and search.cases >= budget.cases:
            return
        recording = Recording()
        error = None
        try:
            search.kept(judge(case, recording))
        except AssertionError as found:
            error = found
        except Exception as found:
            raise Trouble(found) from found
        if error is not None:
            search.differs(recording, error)
            raise Difference(*_sides(error)) from None  # all from one line, so that hypothesis takes them for one

    for number in range(MOST_ROUNDS):
        if search.smallest is not None or search.cases >= budget.cases:
            break
        drawn = settings(max_examples=min(DRAWS, budget.cases - search.cases))
        search.run(hypothesis.seed(budget.seed + number * FAR)(drawn(hypothesis.given(cases)(one))))
    return Explored(search.cases, budget.seed, search.smallest)


def settings(max_examples: int, steps: int = 1) -> hypothesis.settings:
    """How hypothesis runs here: by the seed alone, without a database, deadlines, or checks of its own speed.

    Health checks watch how fast data is made: here each case waits for a server, and a slow one is no reason to stop.
    """
    return hypothesis.settings(
        max_examples=max_examples,
        stateful_step_count=steps,
        database=None,
        deadline=None,
        derandomize=False,
        phases=(Phase.generate, Phase.shrink),
        report_multiple_bugs=False,
        print_blob=False,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )


def current_error() -> BaseException | None:
    """The error that is being handled by whoever calls; None if there is none."""
    return sys.exception()


def _sides(error: AssertionError) -> tuple[str, str]:
    if isinstance(error, Difference):
        return error.expected, error.seen
    return "an answer that can be judged", str(error)


@contextmanager
def _same_cases_everywhere() -> Iterator[None]:
    """Keep hypothesis from drawing constants of whatever modules happen to be loaded: cases follow the seed alone."""
    original = providers._get_local_constants
    providers.CONSTANTS_CACHE.cache.clear()
    providers._get_local_constants = Constants
    try:
        yield
    finally:
        providers._get_local_constants = original
        providers.CONSTANTS_CACHE.cache.clear()
