"""Runs sequences of actions by hypothesis' state machines; what was done until a difference becomes a story."""

from __future__ import annotations

from typing import Any, ClassVar

import hypothesis
from hypothesis.errors import HypothesisException
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from support.model.running import Budget, Explored, Search, Trouble, current_error, settings
from support.model.story import Recording


class Sequence(RuleBasedStateMachine):
    """What callers do in any order, written as hypothesis' rules. Each notes its step before it takes it.

    A rule, or an invariant, that raises an AssertionError has found a difference. ``tidy_up`` is called at the end of
    each sequence, however it ended.
    """

    search: ClassVar[Search]

    def __init__(self) -> None:
        self.search.begin()
        super().__init__()
        self.recording = Recording()

    def tidy_up(self) -> None:
        """Leave the system as it was found."""

    def teardown(self) -> None:
        """End one sequence, as hypothesis asks for it; it is called while the error is handled, if there is one."""
        error = current_error()
        if isinstance(error, AssertionError):
            self.search.differs(self.recording, error)
        elif isinstance(error, Exception) and not isinstance(error, HypothesisException):
            raise Trouble(error)
        elif error is None:
            self.search.kept()
        self.tidy_up()


def explore_sequences(machine: type[Sequence], budget: Budget) -> Explored:
    """Run sequences until the budget is spent or one differs."""
    search = Search(budget.shrinking)
    searching: Any = type(machine.__name__, (machine,), {"search": search})
    seeded = hypothesis.seed(budget.seed)(searching)
    search.run(lambda: run_state_machine_as_test(seeded, settings=settings(budget.cases, budget.steps)))
    return Explored(search.cases, budget.seed, search.smallest)
