"""Mistakes in the end-to-end runner: what it chooses, what it reports, and what it makes of what is missing."""

from __future__ import annotations

from typing import Any

from tests.defects.patching import wrap
from tests.defects.sidecar.defect import HTTP, defect

SUBTESTS, REPORT = "support.sidecar_e2e.subtests", "support.sidecar_e2e.report"
MARKDOWN, MISSING = "support.sidecar_e2e.markdown", "support.sidecar_e2e.prerequisites"


@defect("SIDE-RUN-01", "What is to be skipped is run all the same", HTTP, sample="A test by its name")
def skip_ignored() -> None:
    @wrap(f"{SUBTESTS}:choose")
    def broken(original: Any, listed: Any, only: Any, skip: Any) -> Any:
        return original(listed, only, [])


@defect("SIDE-RUN-01", "A tag chooses nothing", HTTP, sample="A tag, and tests")
def tags_ignored() -> None:
    @wrap(f"{SUBTESTS}:matches")
    def broken(original: Any, pattern: str, name: str, criterion: str) -> bool:
        return pattern[0] != "@" and bool(original(pattern, name, criterion))


@defect("SIDE-RUN-01", "A pattern that matches nothing is taken for nothing to do", HTTP, sample="matches nothing")
def unknown_pattern_taken() -> None:
    @wrap(f"{SUBTESTS}:choose")
    def broken(original: Any, listed: Any, only: Any, skip: Any) -> Any:
        from support.base.outcomes import UsageError

        try:
            return original(listed, only, skip)
        except UsageError:
            return original(listed, ["test_*"], ["test_*"])


@defect("SIDE-RUN-02", "What failed is reported as passed", HTTP, sample="one part fails")
def failure_reported_as_pass() -> None:
    @wrap(f"{REPORT}:checked")
    def broken(original: Any, *given: Any) -> Any:
        from dataclasses import replace

        made = original(*given)
        return replace(made, status="PASS", reason="") if made.status == "FAIL" else made


@defect("SIDE-RUN-02", "The report in Markdown leaves reasons out", HTTP, sample="one part fails")
def markdown_without_reasons() -> None:
    @wrap(f"{MARKDOWN}:text")
    def broken(original: Any, content: Any) -> str:
        import copy

        stripped = copy.deepcopy(content)
        for each in (one for test in stripped["tests"] for one in test["criteria"]):
            each["reason"] = ""
        return str(original(stripped))


@defect("SIDE-RUN-02", "The report does not say which revision was tried", HTTP, sample="one part fails")
def revision_unknown() -> None:
    @wrap("support.sidecar_e2e.running:_environment")
    def broken(original: Any, *given: Any) -> Any:
        return {**original(*given), "git_rev": "unknown"}


@defect(
    "SIDE-RUN-03",
    "What is missing is reported as passed",
    HTTP,
    sample="--argocd-manifest|--karpenter-file|not installed",
)
def missing_reported_as_pass() -> None:
    @wrap(f"{REPORT}:checked")
    def broken(original: Any, chosen: Any, skipped: Any, ended: Any, says: str) -> Any:
        from dataclasses import replace

        made = original(chosen, skipped, ended, says)
        return replace(made, status="PASS", reason="") if chosen.criterion in skipped else made


@defect("SIDE-RUN-03", "A skip does not say what is missing", HTTP, sample="--karpenter-file|not installed")
def skip_without_reason() -> None:
    @wrap(f"{MISSING}:reasons")
    def broken(original: Any, *given: Any) -> Any:
        return dict.fromkeys(original(*given), "skipped")


@defect("SIDE-RUN-03", "A gateway that lets anybody in passes for one that was checked", HTTP, sample="open")
def open_gateway_checked() -> None:
    @wrap(f"{MISSING}:look")
    def broken(original: Any, *given: Any) -> Any:
        from dataclasses import replace

        found = original(*given)
        return found if found is None else replace(found, open=False)
