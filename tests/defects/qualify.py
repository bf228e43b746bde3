"""Qualifies the scenarios: each defect must make its criterion *not met*, and without any defect all must be met."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.acceptance.criteria import CriteriaFile
from support.outcomes import Outcome, UsageError
from support.run import selection
from support.scenarios import all_tags, criteria_of
from tests.defects.catalogue import DEFECTS, Defect
from tests.defects.catalogue.defect import BOTH
from tests.defects.definition import SYSTEM
from tests.defects.launch import NONE
from tests.defects.trials import Ended, Trial, Trials

Say = Callable[[str], None]


def verified(listed: CriteriaFile) -> list[str]:
    """The criteria that scenarios are promised for."""
    return [each.id for each in listed.criteria if not each.planned]


def without_defect(listed: CriteriaFile) -> list[str]:
    """The criteria that no defect breaks."""
    broken = {each.criterion for each in DEFECTS.values()}
    return [each for each in verified(listed) if each not in broken]


def choose(only: Sequence[str]) -> list[Defect]:
    """The defects asked for by their name or criterion; all if nothing is asked for. Raises UsageError."""
    unknown = [each for each in only if each not in DEFECTS and each not in {d.criterion for d in DEFECTS.values()}]
    if unknown:
        raise UsageError(f"there is no defect, and no defect for a criterion, named {', '.join(unknown)}")
    return [each for each in DEFECTS.values() if not only or each.name in only or each.criterion in only]


def places() -> dict[str, dict[str, tuple[str, ...]]]:
    """The feature files in which the scenarios of each criterion stand, by criterion and interface."""
    found: dict[str, dict[str, dict[str, None]]] = {}
    for feature in selection.parse([f"features/{SYSTEM}"]):
        for scenario in feature.walk_scenarios():
            tags = all_tags(scenario)
            interfaces = BOTH if selection.HTTP_ONLY not in tags else BOTH[:1]
            for criterion in criteria_of(tags):
                for interface in interfaces:
                    found.setdefault(criterion, {}).setdefault(interface, {})[feature.filename] = None
    return {key: {name: tuple(files) for name, files in each.items()} for key, each in found.items()}


def plan(defects: Sequence[Defect]) -> list[Trial]:
    """A trial for each defect and interface over which it shows."""
    where = places()
    return [
        Trial(each.name, (each.criterion,), interface, where[each.criterion][interface], each.sample)
        for each in defects
        for interface in each.interfaces
        if interface in where[each.criterion]
    ]


def controls(defects: Sequence[Defect]) -> list[Trial]:
    """Trials of the same scenarios without a defect: all criteria of a feature file together, so few servers start."""
    together: dict[tuple[str, tuple[str, ...]], dict[str, None]] = {}
    for trial in plan(defects):
        together.setdefault((trial.interface, trial.features), {})[trial.criteria[0]] = None
    return [Trial(NONE, tuple(criteria), *key) for key, criteria in together.items()]


@dataclass(slots=True)
class Findings:
    """What the trials showed, and what speaks against the scenarios."""

    ended: list[Ended]
    faults: list[str]


def run(listed: CriteriaFile, trials: Sequence[Trial], folder: Path, jobs: int, say: Say) -> Findings:
    """Run all trials, some at a time; one line is said of each."""
    runner, findings, started = Trials(listed, folder), Findings([], []), time.monotonic()
    pool = ThreadPoolExecutor(jobs)
    try:
        waiting: dict[Any, Trial] = {pool.submit(runner.run, trial): trial for trial in trials}
        for number, done in enumerate(as_completed(waiting), start=1):
            trial = waiting[done]
            ended, seconds = done.result()
            so_far = time.monotonic() - started
            left = so_far / number * (len(trials) - number)
            for each in ended:
                fault = fault_of(each)
                findings.ended.append(each)
                findings.faults += [fault] if fault else []
                if fault or trial.defect != NONE:
                    say(fault or f"  {line(each)}")
            what = f"{trial.defect} over {trial.interface}" if trial.defect != NONE else _control(trial)
            say(f"[{number}/{len(trials)}] {what}: {seconds:.1f} s; about {left:.0f} s left")
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
        missing = f"MISSED {what}: without any defect it is {ended.outcome}: {', '.join(ended.not_met)}"
        return "" if ended.outcome is Outcome.MET else missing
    says = DEFECTS[ended.trial.defect].says
    return "" if ended.outcome is Outcome.NOT_MET else f"NOT CAUGHT {what}: {says}; its {ended.tried} scenarios are met"


def line(ended: Ended) -> str:
    """A caught defect in one line."""
    return f"{ended.criterion} caught by {len(ended.not_met)} of {ended.tried}: {ended.not_met[0]}"


def _control(trial: Trial) -> str:
    return f"control, {', '.join(trial.criteria)} over {trial.interface}"
