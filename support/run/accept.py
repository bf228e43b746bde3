"""`signoff accept`: from what was asked for to the verdict."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

from rich.console import Console

from support.acceptance import criteria, folder, plan, run_record, tags, words
from support.acceptance.criteria import CriteriaFile
from support.acceptance.run_record import RunRecord, Starts
from support.base import feature_files, systems
from support.base.outcomes import UsageError
from support.base.places import PROJECT
from support.base.settings import Settings
from support.base.systems import System
from support.deployments import preparing
from support.deployments.containers import sweeping
from support.deployments.journal import RunJournal, sweep
from support.history import overview
from support.run import definition, preflight, selection, shards
from support.run.children import Children, ShardEnd
from support.run.conclude import Conclusion, Strictness, conclude
from support.run.progress import EventTail, Tally, Watch, view_for
from support.run.remembering import remember
from support.run.selection import Case
from support.run.shards import Schedule, Shard
from support.signing import input_digests

INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Order:
    """What the user asked for."""

    system: System
    settings: Settings
    interfaces: tuple[str, ...]
    jobs: int
    tags: tuple[str, ...]
    paths: tuple[str, ...]
    strictness: Strictness
    overrides: tuple[str, ...] = ()
    """Settings given as ``-D name=value``, handed on to behave as they are."""
    root: Path = PROJECT
    """The project whose features are run; behave's processes work there."""
    with_report: bool = True
    """Whether the Allure report is made."""

    @property
    def partial(self) -> bool:
        """Whether only some of the system's scenarios were asked for."""
        return bool(self.tags or self.paths) or set(self.interfaces) != set(
            self.system.offered(self.settings.deployment)
        )


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended: its exit status, and the verdict in one line; empty where it was interrupted before one."""

    status: int
    line: str = ""


def accept(order: Order, console: Console) -> int:
    """Carry out a run. Returns the exit status; raises UsageError when the run cannot begin."""
    return carry_out(order, console).status


def carry_out(order: Order, console: Console) -> Ended:
    """Carry out a run. Raises UsageError when it cannot begin."""
    order = replace(order, settings=order.settings.for_system(order.system.name))
    try:
        return _accept(order, console)
    except KeyboardInterrupt:  # before the first scenario began, or while the reports were written
        console.print(
            "\nInterrupted; nothing is left running. `signoff report` finishes the reports of a run that began."
        )
        return Ended(INTERRUPTED)


def _accept(order: Order, console: Console) -> Ended:
    reports = order.settings.reports
    folder.check(reports)
    with folder.held(reports):
        for note in sweep(reports):
            console.print(f"Note: {note}", highlight=False, soft_wrap=True)
        preflight.check_reachable(order.system, order.settings)
        preflight.check_containers(order.system, order.settings)
        product = preparing.install(order.system, order.settings, lambda text: _say(console, text))
        listed = criteria.checked(order.system, order.root / "features" / order.system.feature_folder / "criteria.yaml")
        everything = feature_files.parse(selection.feature_paths(order.root, order.system, ()))
        features = feature_files.parse(order.paths) if order.paths else everything
        cases = _select(order, features, everything, listed)
        _, unreadable = systems.readable(order.root / "systems")
        for note in systems.notes_on_unreadable(unreadable, [order.system.name]):
            console.print(f"Note: {note}", highlight=False, markup=False, soft_wrap=True)
        for note in definition.notes(order.system, order.settings.deployment, order.root, everything, features, cases):
            console.print(f"Note: {note}", highlight=False, markup=False, soft_wrap=True)
        noted = input_digests.begin(order.settings.run_id, order.system, order.settings.deployment, order.root)
        folder.clear(reports)
        record = _record(order, cases, plan.covered(everything))
        record.licence = product.licence if product else ""
        record.save(reports)
        noted.save(reports)
        overview.write(order.settings.all_reports)
        return _carry_out(order, cases, record, console)


def _say(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)


def _select(order: Order, features: Sequence[Any], everything: Sequence[Any], listed: CriteriaFile) -> list[Case]:
    tags.check(order.tags, chain(tags.in_use(everything), listed.ids))
    cases = [case for interface in order.interfaces for case in selection.cases(features, interface, order.tags)]
    if not cases:
        asked = " ".join([*(f"--tags {shlex.quote(tag)}" for tag in order.tags), *order.paths])
        raise UsageError(
            f"no scenario of {order.system.name} is selected by {asked or 'this command'} over "
            f"{' and '.join(order.interfaces)}; nothing was run, so nothing is accepted"
        )
    return cases


def _carry_out(order: Order, cases: Sequence[Case], record: RunRecord, console: Console) -> Ended:
    schedule = shards.schedule(cases, order.jobs)
    count = words.plural(len(cases), "scenario", "scenarios")
    over = " and ".join(dict.fromkeys(case.interface for case in cases))
    at_once = f"{schedule.jobs} processes side by side" if schedule.jobs > 1 else "one process at a time"
    console.print(
        f"{order.system.title} {order.system.version}: {count} over {over}, {at_once}",
        highlight=False,
        soft_wrap=True,
    )
    journal = RunJournal(order.settings.scratch, "accept")
    try:
        interrupted = _run(order, schedule, record, console)
        conclusion = _conclude(order, record, console, interrupted)
    finally:
        journal.closed()
        shutil.rmtree(order.settings.scratch, ignore_errors=True)
    console.print()
    console.print(conclusion.says, highlight=False, markup=False, soft_wrap=True)
    return Ended(conclusion.status, conclusion.line)


def _run(order: Order, schedule: Schedule, record: RunRecord, console: Console) -> bool:
    """Run every shard; True when it was interrupted. The record says afterwards whether all had their turn."""
    logs = order.settings.reports / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    total = len(record.plan)
    watch = Watch(EventTail(order.settings.scratch), Tally(total), view_for(console, total))
    children = Children(lambda shard: _command(order, shard), order.root, logs, watch.look)
    try:
        ends = children.run(schedule)
        complete = not [end for end in ends if _died(end, watch, console)]
    except KeyboardInterrupt:
        watch.look()
        return True
    finally:
        watch.view.close()
        record.starts = _starts(order.settings.scratch)
        record.images = _images(order.settings.scratch)
        leaked = sweeping.leaks(order.settings.run_id)
        if leaked:
            console.print(f"\nLeft behind, and removed now: {', '.join(leaked)}.", highlight=False, soft_wrap=True)
    if complete and not leaked:
        record.finished = run_record.now()
    return False


def _died(end: ShardEnd, watch: Watch, console: Console) -> bool:
    """Whether a shard ended otherwise than by finishing all its scenarios; tells what it last said."""
    lost = watch.unreported(end.shard.cases)
    if not lost and (end.status == 0 or (end.status == 1 and watch.saw_failure(end.shard.cases))):
        return False
    if (error := end.error()) is not None:
        if error not in watch.told:
            watch.told.append(error)
            console.print(f"\n{error}", highlight=False, markup=False, soft_wrap=True)
        return True
    how = f"was ended by signal {-end.status}" if end.status < 0 else f"ended with exit status {end.status}"
    which = f"{len(lost)} of its {len(end.shard.cases)} scenarios have no result" if lost else "no scenario says why"
    console.print(
        f"\nThe process of shard {end.shard.name} {how}; {which}. "
        f"The last it said ({end.console}):\n{end.last_lines()}",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    return True


def _conclude(order: Order, record: RunRecord, console: Console, interrupted: bool) -> Conclusion:
    if interrupted:
        record.partial = True
        kept = "all that was started has been ended, and what was found so far is kept"
        console.print(f"\nInterrupted: {kept}.", highlight=False, soft_wrap=True)
    record.save(order.settings.reports)
    input_digests.end(
        record.run_id, order.settings.reports
    )  # before the reports, which Ctrl-C may still leave to be made
    conclusion = conclude(record, order.settings.reports, order.strictness, order.root, with_report=order.with_report)
    says = f"{conclusion.says}\n{remember(record, order.settings.reports, conclusion, order.root).says}"
    return replace(conclusion, says=says, status=INTERRUPTED if interrupted else conclusion.status)


def _command(order: Order, shard: Shard) -> list[str]:
    settings = order.settings
    given = {
        "reports": settings.all_reports,
        "run_id": settings.run_id,
        "shard": shard.name,
        "clean": "false",
        "interface": shard.interface,
        "system": order.system.name,
        "deployment": settings.deployment,
        "url": settings.url,
        "definition": settings.definition,
    }
    defines = [f"{name}={value}" for name, value in given.items() if value is not None]
    shared = [define for define in order.overrides if not _is_of_a_system(define)]  # those are in the settings already
    options = [word for define in (*shared, *defines) for word in ("-D", define)]
    child = [sys.executable, "-m", "support.run.child", str(os.getpid()), str(settings.results)]
    return [*child, *options, *shard.locations]


def _is_of_a_system(define: str) -> bool:
    head, dot, _ = define.partition("=")[0].partition(".")
    return bool(dot) and head in systems.names()


def _record(order: Order, cases: Sequence[Case], covered: Sequence[str]) -> RunRecord:
    command, planned = shlex.join(["signoff", *sys.argv[1:]]), [case.planned for case in cases]
    return run_record.begin(
        order.system, order.settings, order.interfaces, command, planned, covered, order.partial, order.root
    )


def _starts(scratch: Path) -> Starts | None:
    """What the processes counted, together; no set-up is in two of them, so the distinct ones add up."""
    counted = [json.loads(path.read_bytes()) for path in sorted(scratch.glob("starts-*.json"))]
    if not counted:
        return None
    return Starts(**{name: sum(one[name] for one in counted) for name in Starts.model_fields})


def _images(scratch: Path) -> dict[str, str]:
    """The container images that the processes used: name → digest."""
    noted = [json.loads(path.read_bytes()).get("images", {}) for path in sorted(scratch.glob("starts-*.json"))]
    return {name: digest for one in noted for name, digest in sorted(one.items())}
