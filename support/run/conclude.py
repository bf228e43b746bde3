"""What follows the last scenario: plan and results are put side by side, judged, written up and told in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from support.acceptance import checklist, criteria, expected, junit, page, reconcile, results, summary, verdict
from support.acceptance.criteria import CriteriaFile
from support.acceptance.run_record import RunRecord
from support.acceptance.verdict import Verdict
from support.base.outcomes import UsageError
from support.base.places import PROJECT
from support.evidence import report as allure_report
from support.evidence.report_history import ReportHistory
from support.signing import input_digests

DIFFERENCES_TOLD = 10
"""Differences between plan and results that the console names; the page has them all."""


@dataclass(frozen=True, slots=True)
class Strictness:
    """Whether reservations fail a run, and whether criteria may stay open all the same that are only planned, or of
    which no scenario was asked for."""

    strict: bool = False
    allow_planned: bool = False
    allow_partial: bool = False
    expected: Path | None = None
    """The file that says how each criterion is known to end: then a run fails exactly if one ends otherwise."""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The end of a run: the exit status, what the console says, and the verdict behind it."""

    status: int
    says: str
    verdict: Verdict
    line: str
    """The verdict in one line, for a run over several systems."""
    trouble: str = ""
    """Why the Allure report could not be made; ``says`` tells it too."""


def criteria_of(features: str, root: Path = PROJECT) -> CriteriaFile:
    """The criteria in a folder of features. Raises UsageError when they cannot be read."""
    return criteria.load(root / "features" / features / "criteria.yaml")


def conclude(
    record: RunRecord, reports: Path, strictness: Strictness, root: Path = PROJECT, *, with_report: bool = True
) -> Conclusion:
    """Judge a recorded run and write its acceptance page, JUnit XML and Allure report into the folder of reports.

    ``with_report`` False leaves the Allure report out, for whoever writes a report of another shape.
    """
    listed = criteria_of(record.feature_folder, root)
    found = results.read(reports / "allure-results")
    judged = verdict.judge(
        listed,
        record.plan,
        found,
        partial=record.partial,
        covered=record.covered,
        finished=record.finished is not None,
        errors=results.read_errors(reports / "allure-results"),
    )
    # The page is written before the report is tried, so that it is there even if the report cannot be made.
    written = page.write(judged, record, reports)
    junit.write(judged, record, reports)
    report, links, trouble = _report(record, reports) if with_report else (None, {}, "")
    if report is not None:
        judged = verdict.differing(judged, reconcile.reported(found, allure_report.shown(report)))
        written = page.write(judged, record, reports, links)
        junit.write(judged, record, reports)
    input_digests.made(record.run_id, reports)
    how = strictness
    failed = judged.exit_code(how.strict, how.allow_planned, how.allow_partial) != 0
    as_expected = []
    if how.expected is not None:
        same, text = expected.told(expected.load(how.expected), record.version, judged, how.expected)
        failed, as_expected = not same, [text]
    told = judged.model_copy(update={"differences": judged.differences[:DIFFERENCES_TOLD]})
    more = len(judged.differences) - len(told.differences)
    items = checklist.judge(record.checklist, judged)
    says = [
        summary.text(
            told, record.title, written, report, how.strict, how.allow_planned, items, allow_partial=how.allow_partial
        )
    ]
    if more:
        says.append(
            f"Only the first {DIFFERENCES_TOLD} scenarios without a result are named here; {more} more are on the page."
        )
    return Conclusion(
        status=int(failed or bool(trouble)),
        says="\n\n".join([*says, *as_expected, *([trouble] if trouble else [])]),
        verdict=judged,
        line=summary.line(judged, record.title, written),
        trouble=trouble,
    )


def _report(record: RunRecord, reports: Path) -> tuple[Path | None, Mapping[str, str], str]:
    """The Allure report, the places of scenarios in it, and what to do when it could not be made."""
    results_folder = reports / "allure-results"
    try:
        allure_report.write_environment(results_folder, _facts(record))
        report = allure_report.generate(results_folder, reports / "allure-report", _earlier(record, reports))
        return report, allure_report.report_links(report), ""
    except UsageError as error:
        kept = f"Results and acceptance page are kept in {reports}."
        return None, {}, f"The Allure report could not be made: {error}\n{kept}"


def _earlier(record: RunRecord, reports: Path) -> ReportHistory:
    """What the report shows of earlier runs; a run of a part is none that later ones are compared with."""
    file = reports / "history" / "allure" / f"{record.system}.jsonl"
    return ReportHistory(file, record.run_id, adds=record.finished is not None and not record.partial)


def _facts(record: RunRecord) -> dict[str, object]:
    environment = record.environment
    return {
        "system": f"{record.title} {record.version}",
        "deployment": record.deployment,
        "interfaces": ", ".join(record.interfaces),
        "revision": environment.revision or "unknown",
        "run": record.run_id,
        "machine": environment.machine.os,
        **environment.tools,
    }
