"""The end of a run in plain words, for the console."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from support.acceptance import words
from support.acceptance.checklist import ItemOutcome
from support.acceptance.verdict import CriterionOutcome, Decision, ScenarioOutcome, Verdict
from support.base.outcomes import Outcome

REASON_SIZES = {Outcome.NOT_MET: (3, 400), Outcome.BROKEN: (14, 1500)}
"""Lines and characters of a reason; what broke the suite is told with the last lines of a server's log."""
FIGURES = re.compile(r"\d+(\.\d+)?")


def text(
    verdict: Verdict,
    title: str,
    page: Path,
    report: Path | None = None,
    strict: bool = False,
    allow_planned: bool = False,
    checklist: Sequence[ItemOutcome] = (),
    allow_partial: bool = False,
) -> str:
    """Verdict, counts, what is not met or broken with its first scenario and reason, and where to read on."""
    lines = [f"{title}: {words.headline(verdict.decision).upper()}", words.means(verdict), ""]
    lines += [f"  {verdict.count(outcome):>4}  {outcome.value}" for outcome in Outcome]
    for outcome in (Outcome.NOT_MET, Outcome.BROKEN):
        lines += _listed(outcome, [item for item in verdict.criteria if item.outcome is outcome])
        lines += _strays(outcome, [item for item in verdict.strays if item.outcome is outcome])
    lines += _not_verified(verdict)
    if checklist:
        lines += ["", f"Hardening checklist: {words.standing(checklist)}"]
    against = [*verdict.troubles, *(difference.says for difference in verdict.differences)]
    if against:
        lines += ["", "What keeps this run from being judged:", *(f"  {line}" for line in against)]
    lines += ["", words.next_step(verdict), *_strictness(verdict, strict, allow_planned, allow_partial), ""]
    lines.append(f"Acceptance page: {page}")
    if report is not None:
        lines.append(f"Report:          {report}")
    return "\n".join(lines)


def line(verdict: Verdict, title: str, page: Path) -> str:
    """The verdict on one line, where several systems have one: ``CAIO: ACCEPTED, 61 of 61 criteria met: page``."""
    met = f"{verdict.count(Outcome.MET)} of {words.criteria(len(verdict.criteria))} met"
    return f"{title}: {words.headline(verdict.decision).upper()}, {met}: {page}"


def _listed(outcome: Outcome, items: Sequence[CriterionOutcome]) -> list[str]:
    """Each criterion with its first such scenario and the reason; one reason that broke many is told once."""
    lines = ["", f"{outcome.value.capitalize()}:"] if items else []
    told: dict[str, str] = {}
    for item in items:
        lines.append(f"  {item.criterion.id}  {item.criterion.statement}")
        first = next(scenario for scenario in item.scenarios if scenario.outcome is outcome)
        like = FIGURES.sub("#", first.reason)
        if outcome is Outcome.BROKEN and first.reason and like in told:
            lines.append(f"      as {told[like]}")
        else:
            lines += _reason(first)
        told.setdefault(like, item.criterion.id)
    return lines


def _strays(outcome: Outcome, items: Sequence[ScenarioOutcome]) -> list[str]:
    lines = ["", f"{outcome.value.capitalize()}, outside the list of criteria:"] if items else []
    return lines + [line for item in items for line in _reason(item)]


def _reason(scenario: ScenarioOutcome) -> list[str]:
    over = f", over {words.interface(scenario.interface)}" if scenario.interface else ""
    where = f" ({scenario.location})" if scenario.location else ""
    said = words.excerpt(scenario.reason, *REASON_SIZES[scenario.outcome]) or "no reason was recorded"
    return [f"      “{words.scenario(scenario.name)}”{over}{where}", *(f"      {line}" for line in said.splitlines())]


def _not_verified(verdict: Verdict) -> list[str]:
    """How many criteria were not verified for which reason; the page lists them one by one."""
    left_out = [item.reason for item in verdict.criteria if item.outcome is Outcome.NOT_VERIFIED]
    counted = Counter(words.excerpt(reason, lines=1, characters=160) for reason in left_out)
    lines = ["", "Not verified:"] if counted else []
    return lines + [f"  {count:>4}  {reason}" for reason, count in counted.most_common()]


def _strictness(verdict: Verdict, strict: bool, allow_planned: bool, allow_partial: bool) -> list[str]:
    if verdict.decision is not Decision.RESERVATIONS:
        return []
    if not strict:
        return ["STRICT is off: reservations do not fail this run; with STRICT=1 (--strict) they do."]
    if verdict.exit_code(strict, allow_planned, allow_partial):
        return ["STRICT is on: reservations fail this run."]
    allowed = [
        *(["are still to be written"] if allow_planned else []),
        *(["were not asked for"] if allow_partial else []),
    ]
    return [f"STRICT is on, but criteria whose scenarios {' or '.join(allowed)} are allowed: this run passes."]
