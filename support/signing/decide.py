"""`signoff sign`: from what the owner says to the record, or to the reasons why it is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from support.acceptance import atomic, folder
from support.base import systems
from support.base.outcomes import UsageError
from support.base.places import PROJECT
from support.base.systems import System
from support.signing import artefacts, checks, digests, draft, envelope, input_digests, keys, sheet, subjects, waivers
from support.signing.draft import Decided
from support.signing.statement import Predicate, Statement


@dataclass(frozen=True, slots=True)
class Order:
    """What the owner asks for; ``system`` is None for that of the last run."""

    system: str | None
    accept: bool
    by: str
    reason: str | None
    waive: tuple[str, ...]
    reports: Path
    key: Path
    passphrase: keys.Passphrase
    root: Path = PROJECT


@dataclass(frozen=True, slots=True)
class Signed:
    """The record that was made."""

    path: Path
    predicate: Predicate
    files: int


@dataclass(slots=True)
class _Run:
    """The last run as it lies in the folder of reports. ``bare`` is its page without any decision."""

    record: artefacts.Run
    system: System
    judged: artefacts.Judged
    bare: bytes
    inputs: dict[str, str]
    outputs: dict[str, str]


def sign(order: Order, now: datetime) -> Signed:
    """Make the record. Raises UsageError with every reason why it is refused."""
    if not order.by.strip():
        raise UsageError("--by is empty; a decision needs the name of whoever takes it")
    if order.waive and not order.accept:
        raise UsageError("--waive goes with --decision accept: what is refused needs no waiver")
    record = artefacts.run(order.reports)
    with folder.held(order.reports):
        run = _read(record, order, now)
        decided = Decided(order.accept, " ".join(order.by.split()), order.reason, _waivers(order, run, now), now)
        _refuse(checks.of_verdict(run.judged.verdict, decided.waivers) if order.accept else [])
        return _sign(order, run, decided)


def _read(record: artefacts.Run, order: Order, now: datetime) -> _Run:
    """Look at the run, and refuse it if it is not one to be decided on."""
    _refuse(checks.of_run(record, order.system or record.system, now))
    noted = input_digests.load(record.run_id, order.reports)
    system = systems.load(Path(noted.definition))
    bare = _bare(order.reports)
    inputs = input_digests.inputs(system, record.deployment, order.root)
    outputs = digests.of_files({**subjects.documents(order.reports), **subjects.evidence(order.reports)})
    if subjects.PAGE in outputs:
        outputs[subjects.PAGE] = digests.of_bytes(bare)
    altered = checks.of_outputs({**noted.documents, **noted.evidence}, outputs)
    _refuse([*checks.of_inputs(noted.inputs, inputs), *altered])
    return _Run(record, system, artefacts.judged(order.reports), bare, inputs, outputs)


def _waivers(order: Order, run: _Run, now: datetime) -> tuple[waivers.Waiver, ...]:
    return waivers.read(order.waive, run.judged.verdict, now.date())


def _refuse(reasons: list[str]) -> None:
    if reasons:
        raise UsageError("\n".join(["this run cannot be signed:", *(f"  - {reason}" for reason in reasons)]))


def _sign(order: Order, run: _Run, decided: Decided) -> Signed:
    signer = keys.signer(order.key, order.passphrase)
    path = _free(order.reports / envelope.FOLDER, run.system.name, decided.when)
    predicate = draft.predicate(decided, run.record, run.judged, run.system, run.inputs, signer.public_key, order.root)
    slots = sheet.slots(predicate, "/".join(path.parts[-3:]))
    page = sheet.fill(run.bare, slots)
    files = {**run.outputs, subjects.PAGE: digests.of_bytes(page), **run.inputs}
    atomic.write(path, envelope.sign(Statement(files, predicate), signer))
    try:
        atomic.write(order.reports / subjects.PAGE, page)
    except UsageError:
        path.unlink()  # a record whose page says nothing of it would read as one that was tampered with
        raise
    return Signed(path, predicate, len(files))


def _free(place: Path, system: str, when: datetime) -> Path:
    """A name that no record has: two decisions may be taken within a second."""
    stem = f"{system}-{when.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    names = (stem, *(f"{stem}-{number}" for number in range(2, 1000)))
    return next(path for name in names if not (path := place / f"{name}{envelope.SUFFIX}").exists())


def _bare(reports: Path) -> bytes:
    path = reports / subjects.PAGE
    try:
        return sheet.bare(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error}; make it again with `signoff report`") from error
