"""A run of the source's runner: what cannot be shown is skipped, the rest is accepted, and both are reported."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from support.acceptance import comment, criteria, snapshot
from support.acceptance.criteria import CriteriaFile
from support.acceptance.verdict import CriterionOutcome, Verdict
from support.base import addresses
from support.base.places import PROJECT
from support.base.systems import System
from support.run import orders
from support.run.accept import INTERRUPTED, accept
from support.run.conclude import Strictness
from support.sidecar_e2e import flags as flag_rules
from support.sidecar_e2e import prerequisites, report, subtests
from support.sidecar_e2e.flags import SYSTEM, Flags
from support.sidecar_e2e.prerequisites import Target
from support.sidecar_e2e.report import Report
from support.sidecar_e2e.subtests import Chosen

SECRETS = ("auth_token_write", "auth_token_read")
"""Flags whose value stands in no report."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user asked for: flags, patterns of tests, and where the acceptance's own reports go."""

    flags: Flags
    only: str
    skip: str
    jobs: int
    reports: Path


def run(asked: Asked, folder: Path, console: Console) -> Report:
    """Run what was asked for; ``folder`` is for files of the run. Raises UsageError if nothing can be run as asked."""
    flags = asked.flags
    about = flag_rules.base(flags)
    listed = criteria.load(PROJECT / "features" / SYSTEM / "criteria.yaml")
    chosen = subtests.choose(listed, subtests.patterns(asked.only), subtests.patterns(asked.skip))
    flag_rules.set_tokens(flags)
    target = prerequisites.look(flags, about)
    skipped = prerequisites.reasons(flags, about, target, listed)
    wanted = [each.criterion for each in chosen if not each.left_out and each.criterion not in skipped]
    verdict = _accept(asked, about, target, wanted, folder, console) if wanted else None
    return _report(asked, about, listed, chosen, skipped, verdict)


def _accept(
    asked: Asked, about: System, target: Target | None, wanted: Sequence[str], folder: Path, console: Console
) -> Verdict:
    """Run the scenarios of these criteria, and read what became of them."""
    flags = asked.flags
    definition = flag_rules.write_definition(flags, about, target is not None and target.metrics, folder)
    given = {"definition": str(definition), "reports": str(asked.reports), "url": flags.base_url}
    order = orders.Asked(
        settings={name: value for name, value in given.items() if value is not None},
        overrides=flag_rules.overrides(flags),
        paths=(),
        interface=None,
        jobs=asked.jobs,
        tags=(subtests.expression(wanted),),
        strictness=Strictness(),
    ).order(SYSTEM)
    os.chdir(PROJECT)  # behave finds features, and names scenarios, from where it works
    if accept(replace(order, with_report=False), console) == INTERRUPTED:
        raise KeyboardInterrupt
    return comment.read(asked.reports / SYSTEM).verdict


def _report(
    asked: Asked,
    about: System,
    listed: CriteriaFile,
    chosen: Sequence[Chosen],
    skipped: Mapping[str, str],
    verdict: Verdict | None,
) -> Report:
    ended: dict[str, CriterionOutcome] = {each.criterion.id: each for each in verdict.criteria} if verdict else {}
    says = {each.id: each.statement for each in listed.criteria}
    checked = [(each.subtest, report.checked(each, skipped, ended, says[each.criterion])) for each in chosen]
    lost = [*verdict.troubles, *(str(each) for each in verdict.differences)] if verdict else []
    return Report(
        report.grouped(checked), _environment(asked, about), tuple(flag_rules.notes(asked.flags)), tuple(lost)
    )


def _environment(asked: Asked, about: System) -> dict[str, Any]:
    """Tools, versions and revision, and what the run was asked for, without secrets."""
    taken = snapshot.take()
    given = {name: getattr(asked.flags, name) for name in Flags.__dataclass_fields__ if name not in SECRETS}
    shown = {name: str(value) for name, value in given.items() if value is not None}
    if asked.flags.base_url is not None:
        shown["base_url"] = addresses.public(asked.flags.base_url)
    return {
        "system": f"{about.title} {about.version}",
        "git_rev": taken.revision or "unknown",
        "dirty": taken.dirty,
        "os": taken.machine.os,
        "cores": taken.machine.cores,
        "tools": prerequisites.tools(),
        "versions": taken.tools,
        "helm": "found" if prerequisites.missing_library("helm") is None else "absent",
        "argocd": "found" if prerequisites.tools().get("argocd") else "absent",
        "flags": shown,
        "only": asked.only,
        "skip": asked.skip,
    }
