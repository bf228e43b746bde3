"""What goes wrong while results are recorded: it breaks the scenario that it happens in, and no other."""

from __future__ import annotations

import sys
from collections.abc import Callable

from support.base.outcomes import Outcome
from support.evidence.judging import Judgement
from support.evidence.results_folder import ResultsLost


class Guard:
    """Runs whatever records. ``trouble`` is what went wrong with the present scenario; empty if nothing did."""

    def __init__(self) -> None:
        self.trouble = ""
        self._lost = False

    def write(self, write: Callable[[], object]) -> None:
        """When results can no longer be written (disk full), say so once and end the run as Ctrl-C would, in order."""
        try:
            write()
        except ResultsLost as error:
            if not self._lost:
                self._lost = True
                print(f"\nERROR: {error}", file=sys.stderr)  # noqa: T201 -- the results themselves cannot say it
                raise KeyboardInterrupt from error

    def record(self, record: Callable[[], object]) -> bool:
        """Whether this could be recorded; the reason why not is kept as trouble."""
        try:
            self.write(record)
        except Exception as error:  # noqa: BLE001 -- whatever it is, the scenarios that follow are recorded
            self.trouble = f"the report could not record this: {type(error).__name__}: {error}"
            return False
        return True

    def judge(self, judge: Callable[[], Judgement]) -> Judgement:
        """The judgement; broken where it cannot be told."""
        judged: list[Judgement] = []
        self.record(lambda: judged.append(judge()))
        return judged[0] if judged else Judgement(Outcome.BROKEN, self.trouble)

    def conclude(self, judge: Callable[[], Judgement]) -> Judgement:
        """The judgement on a scenario; where something was not recorded it is nothing better than broken."""
        judgement = self.judge(judge)
        complete = not self.trouble or judgement.outcome in (Outcome.NOT_MET, Outcome.BROKEN)
        return judgement if complete else Judgement(Outcome.BROKEN, self.trouble)
