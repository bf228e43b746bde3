"""The consolidated report in Markdown, made of the same content as the JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def text(content: Mapping[str, Any]) -> str:
    """The report for a reader."""
    return "\n".join(_lines(content)) + "\n"


def _lines(content: Mapping[str, Any]) -> Iterator[str]:
    summary = content["summary"]
    yield f"# Async Sidecar E2E report: {summary['status']}"
    yield ""
    yield f"{summary['total']} tests: {summary['passed']} PASS, {summary['failed']} FAIL, {summary['skipped']} SKIP."
    yield ""
    yield from _table(
        ("test", "status", "reason"), ((each["name"], each["status"], each["reason"]) for each in content["tests"])
    )
    yield from _section("Criteria")
    criteria = [one for each in content["tests"] for one in each["criteria"]]
    yield from _table(
        ("criterion", "status", "reason"), ((one["id"], one["status"], one["reason"]) for one in criteria)
    )
    yield from _section("SLO results")
    yield from _figures(content["slo"]["figures"])
    yield from _outcomes(content["slo"]["notes"])
    yield from _section("Capacity and autoscaling")
    yield from _figures(content["capacity"]["figures"])
    yield from _outcomes(content["capacity"]["notes"])
    yield from _section("Chaos and recovery")
    yield from _outcomes(content["chaos"])
    yield from _section("Environment")
    yield from _environment(content["environment"])
    if content["notes"]:
        yield from _section("Notes")
        yield from (f"- {note}" for note in content["notes"])


def _section(title: str) -> Iterator[str]:
    yield ""
    yield f"## {title}"
    yield ""


def _figures(figures: list[Mapping[str, Any]]) -> Iterator[str]:
    rows = (
        (
            each["criterion"],
            each["what"],
            _amount(each["observed"], each["unit"]),
            _amount(each["limit"], each["unit"]),
            each["samples"],
        )
        for each in figures
    )
    if figures:
        yield from _table(("criterion", "figure", "observed", "limit", "samples"), rows)
    else:
        yield "No figure was measured in this run."


def _outcomes(told: list[Mapping[str, str]]) -> Iterator[str]:
    yield ""
    for each in told:
        reason = f": {_plain(each['reason'])}" if each["reason"] else ""
        yield f"- {each['status']} {each['criterion']} ({each['says']}){reason}"


def _environment(told: Mapping[str, Any]) -> Iterator[str]:
    rows = []
    for name, value in told.items():
        if isinstance(value, Mapping):
            rows += [(f"{name}: {key}", each) for key, each in value.items()]
        else:
            rows.append((name, value))
    yield from _table(("what", "value"), rows)


def _table(head: tuple[str, ...], rows: Any) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(_plain(cell) for cell in row)} |" for row in rows)


def _plain(cell: object) -> str:
    """A cell on one line, which no bar of its own ends."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return "" if cell is None else str(cell).replace("|", "\\|").replace("\n", " ")


def _amount(value: object, unit: object) -> str:
    if value is None:
        return ""
    shown = f"{value:.4g}" if isinstance(value, float) else str(value)
    return f"{shown} {unit}" if unit else shown
