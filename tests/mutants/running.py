"""Runs mutants: each with the cases that reach its line, until one of them is not met."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tests.defects.launch import MUTANT
from tests.defects.trials import Trials
from tests.mutants import overlay
from tests.mutants.generate import Mutant
from tests.mutants.outcome import Result, Tried, fate_of, summed_up
from tests.mutants.reach import Order, Reach

BROKEN_AT_MOST = 2
"""Trials that may judge nothing before a mutant is given up: it keeps the system from starting."""

SLOWER, SPARE_SECONDS = 4, 30
"""A trial is ended after so many times its time without a mutant, and so much more."""


class Mutants:
    """Runs mutants of some packages with cases whose reach is known, with so many trials each at most."""

    def __init__(self, trials: Trials, packages: Sequence[Path], reaches: Sequence[Reach], most: int) -> None:
        self._trials, self._packages, self._most = trials, packages, most
        self._order = Order([each for each in reaches if not each.trouble])
        self._roots = {package.name: package.parent for package in packages}

    def run(self, mutant: Mutant) -> Result:
        """Try one mutant."""
        path = self._roots[mutant.module.partition("/")[0]] / mutant.module
        text = path.read_text(encoding="utf-8")
        reaching = self._order.of(mutant, text)
        with tempfile.TemporaryDirectory(prefix="signoff-mutant-") as folder:
            if reaching:
                overlay.write(Path(folder), self._packages, mutant)
            tried = self._try(reaching[: self._most], folder)
        return Result(
            mutant.name,
            mutant.module,
            mutant.line,
            mutant.operator,
            mutant.before,
            mutant.after,
            fate_of(tried),
            len(reaching),
            tuple(tried),
            text.splitlines()[mutant.line - 1],
        )

    def _try(self, reaching: Sequence[Reach], folder: str) -> list[Tried]:
        tried: list[Tried] = []
        for reach in reaching:
            tried.append(self._try_one(reach, folder, first=True))
            if tried[-1].trouble and not tried[-1].timed_out:
                # What comes after a scenario that could not be judged may well be not met.
                tried[-1] = self._try_one(reach, folder, first=False)
            useless = [each for each in tried if each.trouble and not each.judged]
            if tried[-1].killed_by or len(useless) >= BROKEN_AT_MOST:
                break
        return tried

    def _try_one(self, reach: Reach, folder: str, first: bool) -> Tried:
        longest = SLOWER * reach.seconds + SPARE_SECONDS
        trial = replace(reach.case.trial, defect=f"{MUTANT}={folder}", first=first, longest=longest)
        ended, seconds = self._trials.run(trial)
        return summed_up(reach.case.name, ended, seconds)
