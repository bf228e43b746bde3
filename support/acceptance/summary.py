"""The end of a run in plain words, for the console."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from support.acceptance import words
from support.acceptance.verdict import CriterionOutcome, Decision, ScenarioOutcome, Verdict
from support.outcomes import Outcome

WIDTH = 118


def text(verdict: Verdict, title: str, page: Path, report: Path | None = None, strict: bool = False) -> str:
    """Verdict, counts, what is not met or broken with its first scenario and reason, and where to read on."""
    lines = [f"{title}: {words.headline(verdict.decision).upper()}", words.means(verdict), ""]
    lines += [f"  {verdict.count(outcome):>4}  {outcome.value}" for outcome in Outcome]
    for outcome in (Outcome.NOT_MET, Outcome.BROKEN):
        lines += _listed(outcome, [item for item in verdict.criteria if item.outcome is outcome])
        lines += _strays(outcome, [item for item in verdict.strays if item.outcome is outcome])
    against = [*verdict.troubles, *(difference.says for difference in verdict.differences)]
    if against:
        lines += ["", "What keeps this run from being judged:", *(f"  {line}" for line in against)]
    lines += ["", words.next_step(verdict.decision), *_strictness(verdict, strict), ""]
    lines.append(f"Acceptance page: {page}")
    if report is not None:
        lines.append(f"Report:          {report}")
    return "\n".join(lines)


def _listed(outcome: Outcome, items: Sequence[CriterionOutcome]) -> list[str]:
    lines = ["", f"{outcome.value.capitalize()}:"] if items else []
    for item in items:
        lines.append(f"  {item.criterion.id}  {item.criterion.statement}")
        first = next(scenario for scenario in item.scenarios if scenario.outcome is outcome)
        lines += _reason(first)
    return lines


def _strays(outcome: Outcome, items: Sequence[ScenarioOutcome]) -> list[str]:
    lines = ["", f"{outcome.value.capitalize()}, outside the list of criteria:"] if items else []
    return lines + [line for item in items for line in _reason(item)]


def _reason(scenario: ScenarioOutcome) -> list[str]:
    over = f", over {words.interface(scenario.interface)}" if scenario.interface else ""
    first_line = scenario.reason.partition("\n")[0] or "no reason was recorded"
    where = f" ({scenario.location})" if scenario.location else ""
    return [f"      “{scenario.name}”{over}{where}", f"      {first_line[:WIDTH]}"]


def _strictness(verdict: Verdict, strict: bool) -> list[str]:
    if verdict.decision is not Decision.RESERVATIONS:
        return []
    if strict:
        return ["STRICT is on: reservations fail this run."]
    return ["STRICT is off: reservations do not fail this run; with STRICT=1 (--strict) they do."]
