"""What verdicts, outcomes and figures are called when an owner reads them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from support.acceptance.checklist import ItemOutcome
from support.acceptance.verdict import Decision, Verdict
from support.base.outcomes import Outcome

ABBREVIATIONS = {"api": "API", "cors": "CORS", "http": "HTTP", "slo": "SLO", "tls": "TLS"}
INTERFACES = {"http": "HTTP", "python": "Python API"}
MEANINGS = {
    Outcome.MET: "The promise was tried and seen kept.",
    Outcome.NOT_MET: "The promise was tried and seen broken: the product is at fault.",
    Outcome.BROKEN: "The check itself failed, so it says nothing about the product, good or bad.",
    Outcome.NOT_VERIFIED: "It was not tried here; the reason is given.",
}
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
OUTLINE_ROW = re.compile(r"\s*-- @(\d+)\.(\d+)\s*(.*)$", re.DOTALL)
"""What behave adds to the name of an outline's row: table and row, and the title of the table."""


def headline(decision: Decision) -> str:
    """The verdict as a title."""
    return decision.value.capitalize()


def plural(count: int, one: str, many: str) -> str:
    """``1 criterion``, ``3 criteria``."""
    return f"{count:,} {one if count == 1 else many}"


def criteria(count: int) -> str:
    """``1 criterion``, ``3 criteria``."""
    return plural(count, "criterion", "criteria")


def means(verdict: Verdict) -> str:
    """What the verdict means for this run, in one or two sentences."""
    total, met, not_met, broken, not_verified = len(verdict.criteria), *(verdict.count(item) for item in Outcome)
    if verdict.decision is Decision.ACCEPTED:
        return f"All {criteria(total)} were tried and seen kept." if total != 1 else "The criterion was seen kept."
    if verdict.decision is Decision.RESERVATIONS:
        return (
            f"Everything that was tried was seen kept: {met} of {criteria(total)}. "
            f"{_were(not_verified)} not verified, so nothing is known about {'it' if not_verified == 1 else 'them'}."
        )
    if verdict.decision is Decision.REJECTED:
        if not not_met:
            return "The product broke a promise that stands outside the list of criteria."
        return f"The product was seen breaking {not_met} of {criteria(total)}."
    if broken:
        return f"The check itself failed for {criteria(broken)} of {total}: whether they are kept is not known."
    return "This run cannot tell whether the product keeps its promises; what went wrong is listed below."


def next_step(verdict: Verdict) -> str:
    """What the owner, or whoever stands beside them, does now."""
    if verdict.partial and verdict.decision in (Decision.ACCEPTED, Decision.RESERVATIONS):
        return "This run was asked for a part of the criteria only. Run the whole acceptance before signing off."
    return {
        Decision.ACCEPTED: "The release can be signed off.",
        Decision.RESERVATIONS: (
            "Read the criteria that were not verified, and sign off only if you can do without that knowledge; "
            "otherwise have them verified where that is possible."
        ),
        Decision.REJECTED: (
            "Do not sign off. Hand what is listed under “What stands in the way” to the developers, "
            "and run the acceptance again once it is put right."
        ),
        Decision.UNDECIDED: (
            "Do not sign off on this run. Have the release engineer put right what is listed under "
            "“What stands in the way”, and run the acceptance again."
        ),
    }[verdict.decision]


def standing(items: Sequence[ItemOutcome]) -> str:
    """How a checklist stands: ``18 of 23 items met, 3 not verified; 2 vouched for``; empty without a checklist."""
    counted = Counter(item.outcome for item in items)
    vouched = counted.pop(None, 0)
    met = f"{counted.pop(Outcome.MET, 0)} of {plural(len(items), 'item', 'items')} met"
    others = [f"{count} {outcome.value}" for outcome in Outcome if (count := counted[outcome])]
    return ", ".join([met, *others]) + (f"; {vouched} vouched for" if vouched else "") if items else ""


def _were(count: int) -> str:
    return "1 criterion was" if count == 1 else f"{count:,} criteria were"


def interface(name: str) -> str:
    """How an owner calls an interface."""
    return INTERFACES.get(name, name)


def scenario(name: str, numbered: bool = True) -> str:
    """A scenario's name as its author wrote it; a row of an outline says which one it is when ``numbered``."""
    found = OUTLINE_ROW.search(name)
    if found is None:
        return name
    table, row, title = found.groups()
    parts = [title.strip(), f"table {table}" if table != "1" and not title.strip() else "", f"row {row}"]
    bare = name[: found.start()]
    return f"{bare} ({', '.join(part for part in parts if part)})" if numbered else bare


def area(name: str) -> str:
    """How an area is headed: ``Routing flow``, ``CORS``."""
    spelt = " ".join(ABBREVIATIONS.get(word, word) for word in name.split())
    return spelt[:1].upper() + spelt[1:]


def figure(value: float | int | str | bool | None, unit: str | None = None) -> str:
    """A figure with its unit: ``1,000``, ``12.4 ms``, ``99.97 %``; a dash for none."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        text = "yes" if value else "no"
    elif isinstance(value, int):
        text = f"{value:,}"
    elif isinstance(value, float):
        text = f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    else:
        text = value
    return f"{text} {unit}" if unit else text


def duration(length: timedelta | None) -> str:
    """``48 s``, ``2 min 05 s``, ``1 h 02 min``; words when the run has no end."""
    if length is None:
        return "not finished"
    if length < timedelta(0):
        return "unknown, as the clock was set back"
    seconds = round(length.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes} min {seconds:02} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


def moment(when: datetime) -> str:
    """``20 November 2026, 13:05 (UTC+00:00)``, the same in every locale."""
    return f"{when.day} {MONTHS[when.month - 1]} {when:%Y, %H:%M} ({when.tzname() or 'UTC'})"


def memory(size: int | None) -> str:
    """``7.8 GB``, from bytes."""
    return "unknown" if size is None else f"{size / 1e9:.1f} GB"


def excerpt(text: str, lines: int = 12, characters: int = 900) -> str:
    """The beginning of a long message; the whole of it is with the evidence."""
    cut = "\n".join(text.splitlines()[:lines])[:characters].rstrip()
    return cut if cut == text.strip() else f"{cut} …"
