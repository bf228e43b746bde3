"""Qualifies the scenarios: each defect must make its criterion *not met*, and without any defect all must be met."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.acceptance.criteria import CriteriaFile
from support.base import feature_files
from support.base.outcomes import Outcome, UsageError
from support.base.scenarios import all_tags, criteria_of
from support.run import selection
from tests.defects import catalogue
from tests.defects.catalogue import BOTH, Defect
from tests.defects.launch import NONE
from tests.defects.trials import Ended, Trial, Trials

Say = Callable[[str], None]
CONTAINERS, EXCLUSIVE = "needs.containers", "exclusive"
EXPLORATION = "exploration.feature"


def verified(listed: CriteriaFile) -> list[str]:
    """The criteria that scenarios are promised for."""
    return [each.id for each in listed.criteria if not each.planned]


def without_defect(listed: CriteriaFile) -> list[str]:
    """The criteria that no defect breaks."""
    broken = {each.criterion for each in catalogue.of(listed.system).values()}
    return [each for each in verified(listed) if each not in broken]


def choose(system: str, only: Sequence[str], each: int | None = None, turn: int = 0) -> list[Defect]:
    """The defects of a system asked for by name or criterion; all if nothing is asked for. Raises UsageError.

    ``each`` is how many of each criterion are taken at most, from the one whose place is ``turn`` on, round and round.
    """
    known = catalogue.of(system)
    unknown = [each for each in only if each not in known and each not in {d.criterion for d in known.values()}]
    if unknown:
        raise UsageError(f"there is no defect, and no defect for a criterion, named {', '.join(unknown)}")
    chosen: dict[str, list[Defect]] = {}
    for defect in known.values():
        if not only or defect.name in only or defect.criterion in only:
            chosen.setdefault(defect.criterion, []).append(defect)
    return [defect for some in chosen.values() for defect in _from(turn, some)[:each]]


def _from(turn: int, some: list[Defect]) -> list[Defect]:
    start = turn % len(some)
    return some[start:] + some[:start]


Files = dict[str, bool]
"""Feature files → whether what is looked for there needs containers."""


def places(system: str) -> dict[str, dict[str, Files]]:
    """The feature files in which the scenarios of each criterion stand, by criterion and interface."""
    found: dict[str, dict[str, Files]] = {}
    for feature in feature_files.parse([f"features/{system}"]):
        for scenario in feature.walk_scenarios():
            tags = all_tags(scenario)
            interfaces = BOTH if selection.HTTP_ONLY not in tags else BOTH[:1]
            for criterion in criteria_of(tags):
                for interface in interfaces:
                    files = found.setdefault(criterion, {}).setdefault(interface, {})
                    files[feature.filename] = files.get(feature.filename, True) and CONTAINERS in tags
    return found


def exclusive(system: str) -> set[str]:
    """The feature files with scenarios beside which nothing else may run."""
    features = feature_files.parse([f"features/{system}"])
    return {each.filename for each in features if any(EXCLUSIVE in all_tags(one) for one in each.walk_scenarios())}


def where_it_shows(each: Defect, files: Files) -> tuple[str, ...]:
    """The files to try a defect in: those about containers only if it asks for them, or if there are no others.

    One that explorations are to find is tried with them alone, and any other without them.
    """
    fitting = {name: contained for name, contained in files.items() if name.endswith(EXPLORATION) == each.explored}
    wanted = tuple(name for name, contained in fitting.items() if contained == each.contained)
    return wanted or tuple(fitting) or tuple(files)


def plan(system: str, defects: Sequence[Defect], everywhere: bool = True) -> list[Trial]:
    """A trial for each defect and interface over which it shows.

    Unless ``everywhere``, the defects of a criterion are dealt out to its interfaces, the cheapest first: the scenarios
    are the same, and one defect over each shows that they can fail there. With too few, some are tried over several.
    """
    where, lonely = places(system), exclusive(system)
    dealt: dict[str, Counter[str]] = {}
    trials: list[Trial] = []

    def add(each: Defect, interface: str) -> None:
        files = where_it_shows(each, where[each.criterion][interface])
        alone = not lonely.isdisjoint(files)
        trials.append(Trial(system, each.name, (each.criterion,), interface, files, each.sample, alone=alone))
        dealt[each.criterion][interface] += 1

    for each in defects:
        shows = [name for name in each.interfaces if name in where[each.criterion]]
        so_far = dealt.setdefault(each.criterion, Counter())
        for name in shows if everywhere or not shows else [min(reversed(shows), key=so_far.__getitem__)]:
            add(each, name)
    for each in defects:
        for name in each.interfaces:
            if name in where[each.criterion] and not dealt[each.criterion][name]:
                add(each, name)
    return trials


def fewer_alone(system: str, defects: Sequence[Defect], most: int | None) -> list[Defect]:
    """Without those that must be alone beyond so many of each criterion, as they take longest."""
    where, lonely = places(system), exclusive(system)
    kept: dict[str, list[Defect]] = {}
    for each in defects:
        files = {name for found in where[each.criterion].values() for name in where_it_shows(each, found)}
        some = kept.setdefault(each.criterion, [])
        if most is None or lonely.isdisjoint(files) or len(some) < most:
            some.append(each)
    return [each for each in defects if each in kept[each.criterion]]


def controls(system: str, defects: Sequence[Defect]) -> list[Trial]:
    """Trials of the same scenarios without a defect: all criteria of a feature file together, so few servers start."""
    together: dict[tuple[str, tuple[str, ...], bool], dict[str, None]] = {}
    for trial in plan(system, defects):
        together.setdefault((trial.interface, trial.features, trial.alone), {})[trial.criteria[0]] = None
    return [
        Trial(system, NONE, tuple(criteria), interface, features, alone=alone)
        for (interface, features, alone), criteria in together.items()
    ]


@dataclass(slots=True)
class Findings:
    """What the trials showed, and what speaks against the scenarios."""

    ended: list[Ended] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def take(self, ended: Sequence[Ended]) -> str:
        """Note how a trial ended; what is to be said of it."""
        faults = [fault for each in ended if (fault := fault_of(each))]
        self.ended += ended
        self.faults += faults
        return "\n".join(faults) or "; ".join(dict.fromkeys(_as_it_should(each) for each in ended))


def run(listed: CriteriaFile, trials: Sequence[Trial], folder: Path, jobs: int, say: Say) -> Findings:
    """Run all trials, some at a time, and afterwards those that must be alone; a line is said of each."""
    runner, findings, started, number = Trials(listed, folder), Findings(), time.monotonic(), 0
    for at_once, some in (
        (jobs, [each for each in trials if not each.alone]),
        (1, [each for each in trials if each.alone]),
    ):
        pool = ThreadPoolExecutor(at_once)
        try:
            waiting: dict[Any, Trial] = {pool.submit(runner.run, trial): trial for trial in some}
            for done in as_completed(waiting):
                number += 1
                ended, seconds = done.result()
                told = f"{_named(waiting[done])}, {seconds:.1f} s: {findings.take(ended)}"
                left = (time.monotonic() - started) / number * (len(trials) - number)
                say(f"[{number}/{len(trials)}, about {left:.0f} s left] {told}")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            runner.stop()
            raise
        finally:
            pool.shutdown()
    return findings


def fault_of(ended: Ended) -> str:
    """What a trial says against the scenarios; empty if all is as it should be."""
    what = f"{ended.criterion}, {ended.trial.defect} over {ended.trial.interface}"
    if ended.trouble:
        return f"BROKEN {what}:\n{ended.trouble}"
    if not ended.tried:
        return f"NOT TRIED {what}: no scenario was selected"
    if ended.trial.defect == NONE:
        missing = f"NOT MET {what}: without any defect it is {ended.outcome}: {', '.join(ended.not_met)}"
        return "" if ended.outcome is Outcome.MET else missing
    says = catalogue.of(ended.trial.system)[ended.trial.defect].says
    return "" if ended.outcome is Outcome.NOT_MET else f"NOT CAUGHT {what}: {says}; its {ended.tried} scenarios are met"


def _as_it_should(ended: Ended) -> str:
    if ended.trial.defect == NONE:
        return "met"
    return f"caught by {len(ended.not_met)} of {ended.tried}, {ended.not_met[0]}"


def _named(trial: Trial) -> str:
    what = "no defect" if trial.defect == NONE else trial.defect
    return f"{', '.join(trial.criteria)}, {what} over {trial.interface}"
