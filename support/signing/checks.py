"""When signing is refused: pure judgements of a run and a verdict, each a sentence that says what to do instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from support.acceptance.verdict import Decision
from support.base import scenarios
from support.base.outcomes import Outcome
from support.signing import subjects
from support.signing.artefacts import AGAIN, REMADE, Run, Verdict
from support.signing.subjects import Kind
from support.signing.waivers import Waiver

NAMED = 5
"""Files of one kind that a message names; the rest are counted."""


def of_run(record: Run, system: str, now: datetime) -> list[str]:
    """Why a run cannot be decided on at all, whatever it found."""
    others = sorted(
        {place for item in record.plan if (place := scenarios.system_of(item.location)) != record.judged_by}
    )
    found = []
    if record.system != system:
        found.append(f"the last run is of {record.system}, not of {system}: give --system {record.system}")
    if others:
        both = " and ".join([record.system, *others])
        found.append(f"the run holds scenarios of {both}; a decision is about one system: accept each by itself")
    if record.partial:
        found.append(f"the run was partial ({record.command}): {AGAIN}, without choosing tags, features or interfaces")
    latest = record.finished or record.started
    if now < latest:
        found.append(f"this machine's clock says {_minute(now)}, but the run ended at {_minute(latest)}: set the clock")
    return found


def of_inputs(noted: Mapping[str, str], seen: Mapping[str, str]) -> list[str]:
    """Why the run says nothing about what is here now."""
    says = "the run is older than its {}: {}; " + AGAIN
    what = {Kind.FEATURE: "features", Kind.CRITERIA: "criteria", Kind.SYSTEM: "system"}
    changed = by_kind(subjects.differences(noted, seen))
    return [says.format(what.get(kind, kind.value), listed(files)) for kind, files in changed.items()]


def of_outputs(noted: Mapping[str, str], seen: Mapping[str, str]) -> list[str]:
    """Why what the run left cannot be relied on any more."""
    found = []
    for kind, files in by_kind(subjects.differences(noted, seen)).items():
        remedy = REMADE if kind in (Kind.PAGE, Kind.REPORT) else AGAIN
        found.append(f"{kind.value}: altered after the run ({listed(files)}); {remedy}")
    missing = [name for name in subjects.DOCUMENTS if name not in noted]
    if missing:
        found.append(f"{', '.join(missing)} was not made; make it with `signoff report`")
    if not noted.keys() - set(subjects.DOCUMENTS):
        found.append(f"the run left no results; {AGAIN}")
    return found


def of_verdict(verdict: Verdict, waivers: Sequence[Waiver]) -> list[str]:
    """Why a verdict cannot be accepted with these waivers. None of this keeps anybody from refusing."""
    if verdict.decision in (Decision.ACCEPTED, Decision.RESERVATIONS):
        return []
    against = (Outcome.NOT_MET, Outcome.BROKEN)
    waived = {waiver.criterion for waiver in waivers}
    open_ones = [item for item in verdict.criteria if item.outcome in against and item.criterion.id not in waived]
    found = [
        f"{item.criterion.id} is {item.outcome.value}: {item.criterion.statement} "
        f'To accept all the same, --waive {item.criterion.id}="why, until YYYY-MM-DD"; else --decision refuse'
        for item in open_ones
    ]
    beyond = [*verdict.troubles, *(difference.says for difference in verdict.differences)]
    beyond += [f"“{item.name}” is {item.outcome.value}." for item in verdict.strays if item.outcome in against]
    found += [f"no waiver covers this, as it belongs to no criterion: {trouble}" for trouble in beyond[:NAMED]]
    return [f"the verdict is “{verdict.decision.value}”", *found] if found else []


def by_kind(changed: Mapping[str, str]) -> dict[Kind, dict[str, str]]:
    """Changed files by their kind, in the order of kinds."""
    found: dict[Kind, dict[str, str]] = {kind: {} for kind in Kind}
    for name, how in changed.items():
        found[subjects.kind_of(name)][name] = how
    return {kind: files for kind, files in found.items() if files}


def listed(files: Mapping[str, str]) -> str:
    """The first few files with what happened to them, and how many more there are."""
    named = [f"{name} {how}" for name, how in list(files.items())[:NAMED]]
    more = len(files) - len(named)
    return ", ".join([*named, *([f"and {more:,} more"] if more else [])])


def _minute(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M:%S %Z}"
