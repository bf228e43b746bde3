"""The subtests of the source's runner by name, the criteria that each stands for, and which are chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from support.acceptance.criteria import CriteriaFile
from support.base.outcomes import UsageError

SUBTESTS = {
    "test_gateway_rbac": "rbac",
    "test_trace_workflow": "trace workflow",
    "test_security_tenant_isolation": "tenant isolation",
    "test_observability": "observability",
    "test_backpressure_under_load": "backpressure",
    "test_slo_adherence": "slo",
    "test_deploy_artifacts": "deploy artifacts",
    "test_autoscaling_policies": "autoscaling",
    "test_chaos_recovery": "chaos",
    "test_capacity_attach_rate": "capacity",
    "test_audit_pii": "audit and PII",
    "test_api_versioning": "api versioning",
    "test_dashboards": "dashboards",
    "test_runner": "runner",
}
"""Subtest → the area of its criteria. The last two are this acceptance's own."""
TAG = "@"
"""Begins a pattern that is the tag of a criterion."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """One criterion of a subtest, and why it is not run; ``left_out`` is empty for one that is."""

    subtest: str
    criterion: str
    left_out: str = ""


def choose(listed: CriteriaFile, only: Sequence[str], skip: Sequence[str]) -> list[Chosen]:
    """Every criterion, with the reason for those that the patterns leave out, in the order of the subtests.

    A pattern is a name of a subtest with ``*`` and ``?``, or the tag of a criterion, ``@SIDE-RBAC-01``, with these too.
    Raises UsageError for a pattern that matches nothing: what was asked for would silently not be run.
    """
    every = [
        (name, each.id) for name, area in SUBTESTS.items() for each in listed.criteria if each.area == area
    ]  # fmt: skip
    for pattern in (*only, *skip):
        if not any(matches(pattern, *each) for each in every):
            raise UsageError(f"{pattern!r} matches no test and no tag; there are: {', '.join(SUBTESTS)}")
    return [Chosen(name, criterion, _left_out(name, criterion, only, skip)) for name, criterion in every]


def _left_out(name: str, criterion: str, only: Sequence[str], skip: Sequence[str]) -> str:
    if only and not any(matches(pattern, name, criterion) for pattern in only):
        return f"left out by --only {','.join(only)}"
    found = [pattern for pattern in skip if matches(pattern, name, criterion)]
    return f"left out by --skip {','.join(found)}" if found else ""


def matches(pattern: str, name: str, criterion: str) -> bool:
    """Whether a pattern means a subtest, or this criterion of it."""
    return fnmatchcase(f"{TAG}{criterion}" if pattern.startswith(TAG) else name, pattern)


def patterns(given: str | None) -> list[str]:
    """The patterns of an option, which are separated by commas."""
    return [each.strip() for each in (given or "").split(",") if each.strip()]


def expression(criteria: Iterable[str]) -> str:
    """The tag expression that selects these criteria."""
    return " or ".join(f"{TAG}{each}" for each in criteria)
