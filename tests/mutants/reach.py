"""Which lines of the product each case runs: recorded once without a mutant, and kept until code or features change."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from support.base.outcomes import Outcome
from tests.defects.launch import RECORDED
from tests.defects.trials import Trials
from tests.mutants import recording
from tests.mutants.generate import Mutant, statement_lines
from tests.mutants.outcome import told_of
from tests.mutants.planning import MODELS, Case, digest
from tests.mutants.recording import Lines

Say = Callable[[str], None]
LONGEST_SECONDS = 600


@dataclass(frozen=True)
class Reach:
    """What a case runs, and how it ended without a mutant: with ``trouble`` it can judge none."""

    case: Case
    lines: Lines
    seconds: float
    trouble: str = ""

    @cached_property
    def count(self) -> int:
        """How many lines it runs in all."""
        return sum(map(len, self.lines.values()))

    def runs(self, module: str, lines: range) -> bool:
        """Whether it runs any of some lines."""
        return not self.lines.get(module, set()).isdisjoint(lines)


class Reaches:
    """Records cases, or remembers them from a folder."""

    def __init__(self, trials: Trials, kept: Path, packages: Sequence[Path]) -> None:
        self._trials, self._kept, self._packages = trials, kept, packages
        self._code = digest(*packages, recording.__file__)

    def of(self, case: Case) -> tuple[Reach, bool]:
        """What a case runs, and whether that was known."""
        features = digest(*case.trial.features)
        name = digest_of_text(f"{case.name} {case.trial.tags} {self._code} {features}")
        path = self._kept / f"{name}.json"
        if path.is_file():
            return _loaded(case, path), True
        reach = self._record(case)
        self._kept.mkdir(parents=True, exist_ok=True)
        path.write_text(_dumped(reach), encoding="utf-8")
        return reach, False

    def _record(self, case: Case) -> Reach:
        with tempfile.TemporaryDirectory(prefix="signoff-recorded-") as folder:
            trial = replace(case.trial, defect=f"{RECORDED}={folder}", longest=LONGEST_SECONDS)
            ended, seconds = self._trials.run(trial)
            lines = recording.read(Path(folder), self._packages)
        unmet = [each for each in ended if each.outcome is not Outcome.MET or each.trouble or not each.tried]
        trouble = told_of(
            f"{each.criterion} {each.outcome}: {each.trouble or '; '.join(each.not_met)}" for each in unmet
        )
        return Reach(case, lines, seconds, trouble)


class Order:
    """Finds the cases that run a mutant's line, those first that are the likeliest to notice it.

    Scenarios that explore come first. Then those that are most about the mutated module: of the lines that a case runs
    beyond what all run over its interface (where imports and the start are the same), the share that lies in that
    module. Of those that are equal, the cheapest. Of a line that all run, as at an import, this tells little: there the
    first of each feature come first, so that few cases are about many things.
    """

    def __init__(self, reaches: Sequence[Reach]) -> None:
        self._reaches = reaches
        by_interface: dict[str, list[Reach]] = {}
        for each in reaches:
            by_interface.setdefault(each.case.trial.interface, []).append(each)
        self._common = {interface: _common(some) for interface, some in by_interface.items()}

    def of(self, mutant: Mutant, text: str) -> list[Reach]:
        """The cases for a mutant of a file with this text."""
        # Lines of an expression that spans several are told apart where Python does so.
        exactly = range(mutant.line, mutant.line + 1)
        reaching = [each for each in self._reaches if each.runs(mutant.module, exactly)]
        if not reaching:
            lines = statement_lines(text, mutant.line)
            reaching = [each for each in self._reaches if each.runs(mutant.module, lines)]
        found = sorted(reaching, key=lambda each: (each.case.kind != MODELS, -self._share(each, mutant), each.seconds))
        everywhere = any(mutant.line in common.get(mutant.module, set()) for common in self._common.values())
        return _spread(found) if everywhere else found

    def _share(self, reach: Reach, mutant: Mutant) -> float:
        common = self._common[reach.case.trial.interface]
        own = {module: len(lines - common.get(module, set())) for module, lines in reach.lines.items()}
        return own.get(mutant.module, 0) / max(1, sum(own.values()))


def _spread(reaches: Sequence[Reach]) -> list[Reach]:
    """The first of each feature, then the second of each, and so on; those that explore stay in front."""
    so_far: Counter[tuple[str, ...]] = Counter()
    turns: list[tuple[bool, int]] = []
    for each in reaches:
        turns.append((each.case.kind != MODELS, so_far[each.case.trial.features]))
        so_far[each.case.trial.features] += 1
    return [reaches[place] for place in sorted(range(len(reaches)), key=turns.__getitem__)]


def _common(reaches: Sequence[Reach]) -> Lines:
    """The lines that all of them run."""
    first, *others = reaches
    return {
        module: lines.intersection(*(each.lines.get(module, set()) for each in others))
        for module, lines in first.lines.items()
    }


def digest_of_text(text: str) -> str:
    """A short name for a text, which a file can have."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _dumped(reach: Reach) -> str:
    lines = {module: sorted(some) for module, some in sorted(reach.lines.items())}
    return json.dumps({"case": reach.case.name, "seconds": reach.seconds, "trouble": reach.trouble, "lines": lines})


def _loaded(case: Case, path: Path) -> Reach:
    data = json.loads(path.read_text(encoding="utf-8"))
    lines = {module: set(some) for module, some in data["lines"].items()}
    return Reach(case, lines, data["seconds"], data["trouble"])
