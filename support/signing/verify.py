"""`signoff verify`: what a record states, and everything that has changed since it was signed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from securesystemslib.signer import SSlibKey

from support.acceptance import criteria
from support.base import systems
from support.base.outcomes import UsageError
from support.base.places import PROJECT
from support.signing import artefacts, checks, digests, envelope, subjects
from support.signing.statement import Predicate, Statement
from support.signing.subjects import Kind

OF_REPORTS = (Kind.PAGE, Kind.REPORT, Kind.RUN, Kind.RESULT, Kind.ATTACHMENT)
RECORDS = envelope.FOLDER


@dataclass(frozen=True, slots=True)
class Change:
    """Something that is not as it was signed. ``kind`` names what: record, result, criterion, waiver …"""

    kind: str
    says: str


@dataclass(frozen=True, slots=True)
class Verified:
    """A record that could be read. ``trusted`` says whether its key was given from outside the record."""

    statement: Statement
    trusted: bool
    changes: tuple[Change, ...]

    @property
    def authentic(self) -> bool:
        """Whether what the record states can be relied on."""
        return not any(change.kind in ("record", "key") for change in self.changes)


def verify(path: Path, reports: Path, key: SSlibKey | None, now: datetime, root: Path = PROJECT) -> Verified:
    """Check a record against the folder of reports and the checkout. Raises UsageError when that is impossible."""
    record = envelope.read(path)
    stated = record.statement
    if problem := record.problem(key):
        kind = "key" if key is not None and key.keyid != stated.predicate.key.id else "record"
        return Verified(stated, key is not None, (Change(kind, problem),))
    if not reports.is_dir():
        raise UsageError(f"{reports} does not exist: give the folder that the signed report is kept in with --report")
    changes = [*_of_reports(stated, reports), *_of_checkout(stated, root), *_of_time(stated.predicate, now)]
    return Verified(stated, key is not None, tuple(changes))


def _of_reports(stated: Statement, reports: Path) -> Iterator[Change]:
    recorded = {name: digest for name, digest in stated.subjects.items() if subjects.kind_of(name) in OF_REPORTS}
    documents = digests.of_files(subjects.documents(reports))
    if documents.get(subjects.RUN) != recorded.get(subjects.RUN):
        other = _other_run(reports, stated.predicate.run)
        if other:
            yield Change(
                Kind.REPORT,
                f"{reports} holds another run ({other}) by now; what was signed is the run {stated.predicate.run}: "
                "give the folder that it was kept in with --report",
            )
            return
    seen = {**documents, **digests.of_files(subjects.evidence(reports))}
    yield from _compared(recorded, seen)


def _other_run(reports: Path, run: str) -> str:
    """The run that the folder holds, if it is another one."""
    try:
        found = artefacts.run(reports).run_id
    except UsageError:
        return ""
    return found if found != run else ""


def _of_checkout(stated: Statement, root: Path) -> Iterator[Change]:
    recorded = {name: digest for name, digest in stated.subjects.items() if subjects.kind_of(name) not in OF_REPORTS}
    system = stated.predicate.system
    files = {name: root / name for name in recorded if (root / name).is_file()}
    folder = _judged_by(recorded) or system.name
    files |= subjects.features(folder, root)
    try:
        files |= subjects.sources(systems.load(root / system.definition), system.deployment, root)
    except UsageError as error:
        yield Change(Kind.SYSTEM, str(error))
    seen = digests.of_files(files)
    name = f"features/{folder}/criteria.yaml"
    if seen.get(name) != recorded.get(name):
        yield from _of_criteria(stated.predicate, root / name)
    yield from _compared(recorded, seen)


def _judged_by(recorded: dict[str, str]) -> str:
    """The folder below ``features`` whose criteria a record rests on; empty where it rests on none."""
    criteria_files = [Path(name) for name in recorded if subjects.kind_of(name) is Kind.CRITERIA]
    return criteria_files[0].parent.name if criteria_files else ""


def _compared(recorded: dict[str, str], seen: dict[str, str]) -> Iterator[Change]:
    for kind, files in checks.by_kind(subjects.differences(recorded, seen)).items():
        yield Change(kind.value, checks.listed(files))


def _of_criteria(predicate: Predicate, path: Path) -> Iterator[Change]:
    """What became of each criterion, in the owner's words; that the file changed is told apart from this."""
    try:
        now = {item.id: item for item in criteria.load(path).criteria}
    except UsageError as error:
        yield Change("criterion", str(error))
        return
    then = {item.id: item for item in predicate.criteria}
    for name, item in then.items():
        if name not in now:
            yield Change("criterion", f"{name} was taken away: {item.statement}")
        elif now[name].statement != item.statement:
            yield Change("criterion", f"{name} promised “{item.statement}” and promises now “{now[name].statement}”")
        elif (now[name].level, now[name].area) != (item.level, item.area):
            yield Change(
                "criterion", f"{name} was {item.level} in {item.area}, and is {now[name].level} in {now[name].area}"
            )
    for name in now.keys() - then.keys():
        yield Change("criterion", f"{name} was added: {now[name].statement}")


def _of_time(predicate: Predicate, now: datetime) -> Iterator[Change]:
    for waiver in predicate.waivers:
        if waiver.until < now.date():
            yield Change("waiver", f"that of {waiver.criterion} ended on {waiver.until}: {waiver.reason}")
    if predicate.when > now:
        yield Change("clock", f"it was signed at {predicate.when}, and this machine's clock says {now}")
