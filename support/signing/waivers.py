"""Criteria that an owner does without for a while: ``CAIO-CORS-03=known, repaired in 1.1, until 2026-12-31``."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict

from support.base.outcomes import Outcome, UsageError
from support.signing.artefacts import Verdict

FORM = 'write --waive CRITERION="why, until YYYY-MM-DD"'
_WAIVER = re.compile(r"\s*(?P<criterion>[^=\s]+)\s*=\s*(?P<why>.*\S)?\s*\buntil\s+(?P<until>\S+)\s*", re.DOTALL)


class Waiver(BaseModel):
    """A criterion that is done without, up to and including a day. Its outcome stays what it is."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    criterion: str
    outcome: Outcome
    reason: str
    until: date


def read(given: Sequence[str], verdict: Verdict, today: date) -> tuple[Waiver, ...]:
    """The waivers that were asked for. Raises UsageError for the first that cannot be granted, saying why."""
    found: dict[str, Waiver] = {}
    for text in given:
        waiver = _read(text, verdict, today)
        if waiver.criterion in found:
            raise UsageError(f"{waiver.criterion} is waived twice; once is enough")
        found[waiver.criterion] = waiver
    return tuple(found.values())


def _read(text: str, verdict: Verdict, today: date) -> Waiver:
    parts = _WAIVER.fullmatch(text)
    if parts is None:
        raise UsageError(f"the waiver {text!r} cannot be read; {FORM}")
    name, why = parts["criterion"], (parts["why"] or "").rstrip(" ,;.–-")
    outcome = _outcome(name, verdict)
    if not why:
        raise UsageError(f"the waiver of {name} gives no reason; {FORM}")
    try:
        until = date.fromisoformat(parts["until"])
    except ValueError as error:
        raise UsageError(f"the waiver of {name}: {parts['until']!r} is no date; {FORM}") from error
    if until < today:
        raise UsageError(f"the waiver of {name} ended on {until}, and today is {today}: choose a day to come")
    if outcome is Outcome.MET:
        raise UsageError(f"{name} is met; there is nothing to waive")
    return Waiver(criterion=name, outcome=outcome, reason=why, until=until)


def _outcome(name: str, verdict: Verdict) -> Outcome:
    known = {item.criterion.id: item.outcome for item in verdict.criteria}
    if name not in known:
        near = difflib.get_close_matches(name.upper(), known, n=1)
        hint = f"; did you mean {near[0]}?" if near else "; the acceptance page lists them"
        raise UsageError(f"{name} is no criterion of this run{hint}")
    return known[name]
