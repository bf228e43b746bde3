"""What `signoff sign` and `signoff verify` say on the console."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from support.acceptance import words
from support.acceptance.results import UNPRINTABLE
from support.signing import envelope, sheet, subjects
from support.signing.decide import Signed
from support.signing.statement import Predicate
from support.signing.verify import Verified


def signed(done: Signed, page: Path) -> str:
    """The decision, and where it is kept."""
    return _printable(
        [
            *_decision(done.predicate),
            "",
            f"Signed with the key {envelope.short(done.predicate.key.id)}, over {done.files:,} files.",
            f"Record:          {done.path}",
            f"Acceptance page: {page}",
            f"Keep the record and a copy of {page.parent}: the next run replaces the report. To check both:",
            f"  signoff verify {done.path}",
        ]
    )


def verified(found: Verified) -> str:
    """What was decided, by whom, on what, and what has changed since."""
    predicate = found.statement.predicate
    if not found.authentic:
        says = [f"{change.kind}: {change.says}" for change in found.changes]
        return _printable(["Nothing that this record states can be relied on:", *(f"  {line}" for line in says)])
    lines = [*_decision(predicate), "", f"Signature: holds, by the key {envelope.short(predicate.key.id)}"]
    if found.trusted:
        lines[-1] += ", which is the one given."
    else:
        lines[-1] += ", which stands in the record itself; whose it is, only --key can tell."
    lines += [f"Rests on:  {_rests_on(found)}", ""]
    if not found.changes:
        return _printable([*lines, "Nothing has changed since: report, results, features, criteria and system."])
    width = max(len(change.kind) for change in found.changes)
    changes = [f"  {change.kind:<{width}}  {change.says}" for change in found.changes]
    return _printable([*lines, "Not as it was signed:", *changes])


def _printable(lines: list[str]) -> str:
    """What cannot steer a terminal: a record may come from anybody."""
    return UNPRINTABLE.sub("", "\n".join(lines))


def _decision(predicate: Predicate) -> list[str]:
    system = predicate.system
    by = " ".join(predicate.by.split())
    what = "ACCEPTED" if predicate.decision == "accept" else "REFUSED"
    lines = [
        f"{system.title} {system.version}: {what} by {by} on {words.moment(predicate.when)}",
        *([f"Reason:    {predicate.reason}"] if predicate.reason else []),
        f"Run:       {predicate.run} of {words.moment(predicate.ran.started)}",
        f"Verdict:   {predicate.verdict.decision.value}. {predicate.verdict.means}",
    ]
    if system.deployment == subjects.REMOTE:
        where = system.url or "another machine"
        lines.append(
            f"System:    ran at {where}; what it was built from could not be seen, only that it was to be this version"
        )
    lines += [f"Image:     {name} ({digest})" for name, digest in system.images.items()]
    for waiver in predicate.waivers:
        until = sheet.day(waiver.until)
        lines.append(f"Waived:    {waiver.criterion} ({waiver.outcome.value}) until {until}: {waiver.reason}")
    return lines


def _rests_on(found: Verified) -> str:
    counted = Counter(subjects.kind_of(name).value for name in found.statement.subjects)
    return ", ".join(f"{kind} {count:,}" if count > 1 else kind for kind, count in counted.items())
