"""The history in plain words, for the console."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from support.acceptance import words
from support.acceptance.criteria import CriteriaFile
from support.base.outcomes import Outcome
from support.history import trends
from support.history.changes import Change, Comparison, Unstable
from support.history.decisions import Decided
from support.history.entry import Entry, Measured
from support.history.trends import Direction

NEWLY = {
    Outcome.NOT_MET: "Newly not met",
    Outcome.BROKEN: "Newly broken",
    Outcome.MET: "Newly met",
    Outcome.NOT_VERIFIED: "No longer verified",
}
HEAD = ("when", "run", "version", *(outcome.value for outcome in Outcome), "took", "verdict", "decision")


def runs(entries: Sequence[Entry], decided: Mapping[str, Decided], last: int) -> str:
    """The last runs as a table, the latest at the end."""
    shown = entries[-last:]
    title = shown[-1].title if shown else ""
    of = f", the last {len(shown)} of them here" if len(shown) < len(entries) else ""
    rows = [HEAD, *(_row(entry, decided.get(entry.run)) for entry in shown)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    heading = f"{title}: {words.plural(len(entries), 'run', 'runs')}{of}"
    return "\n".join([heading, "", *(f"  {line}" for line in lines)])


def _row(entry: Entry, decided: Decided | None) -> tuple[str, ...]:
    scope = "" if entry.complete else " (ended early)" if not entry.finished else " (part of the criteria)"
    return (
        f"{entry.started.astimezone():%Y-%m-%d %H:%M}",
        entry.run,
        entry.version,
        *(str(entry.count(outcome)) for outcome in Outcome),
        words.duration(timedelta(seconds=entry.seconds) if entry.seconds is not None else None),
        entry.decision.value + scope,
        decided.says if decided else "none",
    )


def comparison(compared: Comparison, listed: CriteriaFile | None, all_entries: Sequence[Entry]) -> str:
    """What changed between two runs."""
    lines = [f"From run {_named(compared.before)} to run {_named(compared.after)}:", f"  {ground(compared)}"]
    for outcome, heading in NEWLY.items():
        lines += _changes(heading, compared.now(outcome), listed)
    lines += _changes("New criteria", compared.new, listed) + _changes("No longer a criterion", compared.gone, listed)
    if not compared.changes:
        lines += ["", "  Every criterion ended as before."]
    moved = list(_figures(compared, all_entries))
    return "\n".join([*lines, *(["", "  Figures:"] if moved else []), *moved])


def ground(compared: Comparison) -> str:
    """What of system and features is not the same in both runs, in a sentence or two."""
    same = "Nothing of system or features changed." if not compared.unknown else ""
    changed = f"Changed: {'; '.join(compared.changed)}." if compared.changed else same
    unknown = f"Not recorded, so it may have changed: {'; '.join(compared.unknown)}." if compared.unknown else ""
    return " ".join(part for part in (changed, unknown) if part)


def unstable(found: Sequence[Unstable], listed: CriteriaFile | None) -> str:
    """Criteria not to be trusted, each with how often it flipped."""
    lines = ["Unstable: these flipped though neither the system nor the features changed."]
    for item in found:
        lines.append(f"  {item.criterion}  {statement(item.criterion, listed)}".rstrip())
        lines.append(f"      {flips(item)}")
    return "\n".join(lines)


def flips(item: Unstable) -> str:
    """How often a criterion flipped, between which outcomes, and whether that is still so."""
    times = "once" if item.flips == 1 else f"{item.flips} times"
    between = " and ".join(outcome.value for outcome in item.outcomes)
    over = "" if item.still else "; system or features have changed since"
    return f"flipped {times} in {words.plural(item.runs, 'run', 'runs')}, between {between}{over}"


def statement(criterion: str, listed: CriteriaFile | None) -> str:
    """What a criterion promises; empty when the list no longer has it."""
    found = listed.get(criterion) if listed else None
    return found.statement if found else ""


def part(share: float | None) -> str:
    """``+6 %``, by which part of itself a figure moved; empty where that cannot be said."""
    if share is None:
        return ""
    return "unchanged" if abs(share) < 0.0005 else f"{share * 100:+,.3g} %"


def _named(entry: Entry) -> str:
    return f"{entry.run} of {entry.started.astimezone():%Y-%m-%d %H:%M}"


def _changes(heading: str, found: Sequence[Change], listed: CriteriaFile | None) -> list[str]:
    lines = ["", f"  {heading}:"] if found else []
    for change in found:
        before = f" (before: {change.before.value})" if change.before and change.after else ""
        lines.append(f"    {change.criterion}  {statement(change.criterion, listed)}".rstrip() + before)
    return lines


def _figures(compared: Comparison, all_entries: Sequence[Entry]) -> Iterator[str]:
    """The figures of the later run with where they came from, and where they have been going up to that run."""
    before = {figure.identity: figure for figure in compared.before.figures}
    known = [entry for entry in all_entries if entry.started <= compared.after.started]
    going = {line.latest.identity: line.direction for line in trends.series(known)}
    for figure in compared.after.figures:
        yield _figure(before.get(figure.identity), figure, going.get(figure.identity, Direction.UNKNOWN))


def _figure(before: Measured | None, after: Measured, direction: Direction) -> str:
    share = part(trends.moved(before, after))
    was = f"{words.figure(before.observed, before.unit)} → " if before else ""
    facts = [f"({share})" if share else "", f"limit {words.figure(after.limit, after.unit)};", direction.value]
    over = f", over {words.interface(after.interface)}" if after.interface else ""
    observed = words.figure(after.observed, after.unit)
    name = f"{after.criterion} {after.what} (“{words.scenario(after.scenario)}”{over}):"
    return " ".join(["   ", name, f"{was}{observed}", *(f for f in facts if f)])
