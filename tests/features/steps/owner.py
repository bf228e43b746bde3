"""What the steps share: the owner at the desk, what she was told, and whoever changes things behind her back."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from support.acceptance import run_record
from support.base.outcomes import UsageError
from support.signing import envelope, keys, statement
from support.signing.decide import Order, Signed
from support.signing.verify import Verified
from tests.support.acceptance import runs
from tests.support.acceptance.runs import Run
from tests.support.signing.desk import NOW, Desk, later, open_to_all


@dataclass(slots=True)
class Owner:
    """Ada at her desk."""

    desk: Desk
    run: Run = field(default_factory=runs.accepted)
    system: str = "caio"
    passphrase: str | None = None
    records: list[Signed] = field(default_factory=list)
    refusal: str = ""
    found: Verified | None = None

    @property
    def record(self) -> Path:
        """The latest record."""
        return self.records[-1].path

    def lay_out(self, run: Run, finished: datetime | None = None) -> None:
        """The run is made."""
        self.run = run
        self.desk.lay_out(run, finished)

    def order(self, accept: bool, waive: list[str] | None = None, reason: str | None = None) -> Order:
        """What Ada asks for."""
        given = {} if self.passphrase is None else {"passphrase": self.passphrase}
        return self.desk.order(accept, waive or [], reason, by="Ada", system=self.system, **given)

    def sign(self, order: Order) -> None:
        """Ada signs, or is told why not."""
        self._try(lambda: self.records.append(self.desk.sign(order)))

    def check(self, now: datetime = NOW, key: Path | None = None) -> None:
        """Somebody checks the latest record, or is told why that is impossible."""

        def look() -> None:
            self.found = self.desk.verify(self.record, key, now)

        self._try(look)

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except UsageError as error:
            self.refusal = str(error)


def edit(path: Path) -> None:
    """Change the last byte of a file."""
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def edit_run(path: Path) -> None:
    """Let the record of the run tell of another command."""
    path.write_text(path.read_text(encoding="utf-8").replace("--jobs 2", "--jobs 3"), encoding="utf-8")


def reword(owner: Owner, statement: str | None) -> None:
    """Give a criterion other words, or take it away."""
    listed = dict(runs.STATEMENTS)
    if statement is None:
        del listed["CAIO-CORS-01"]
    else:
        listed["CAIO-CORS-01"] = (listed["CAIO-CORS-01"][0], statement)
    owner.desk.criteria(listed)


def restate(owner: Owner, **fields: object) -> None:
    """Change fields of the predicate in the latest record, and leave its signature."""
    content = json.loads(owner.record.read_bytes())
    payload = json.loads(base64.b64decode(content["payload"]))
    payload["predicate"] |= fields
    content["payload"] = base64.b64encode(
        json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    ).decode()
    owner.record.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")


def other_key(owner: Owner) -> Path:
    """A key that is not Ada's."""
    path = owner.desk.root / "other.pem"
    keys.make(path, b"quite another one")
    return path


def sign_in_her_name(owner: Owner) -> None:
    """Somebody else signs with a key of their own."""
    key, owner.desk.key = owner.desk.key, other_key(owner)
    owner.passphrase = "quite another one"
    owner.sign(owner.order(True))
    owner.desk.key, owner.passphrase = key, None


def replace_key(owner: Owner) -> None:
    """The record claims another key than the one that signed it."""
    public = keys.public_path(other_key(owner))
    restate(owner, key={"id": keys.public(public).keyid, "public": public.read_text(encoding="utf-8")})
    content = owner.record.read_text(encoding="utf-8")
    owner.record.write_text(content.replace(owner.records[-1].predicate.key.id, keys.public(public).keyid))


def record_of_run(owner: Owner, **fields: object) -> None:
    """Make the run again, with fields of its record as given."""
    if "partial" in fields:
        owner.run.partial = True
    if "finished" in fields:
        owner.lay_out(owner.run, later(1))
        return
    if fields.get("plan"):
        first = owner.run.plan[0]
        location = "features/sidecar/chat.feature:3"
        stray = first.model_copy(update={"key": f"{location}@http", "location": location})
        owner.run.plan.append(stray)
        owner.run.results.append(runs.result(stray))
    owner.lay_out(owner.run)


def another_run(owner: Owner) -> None:
    """A later run takes the place of the one that was signed."""
    record = run_record.load(owner.desk.reports)
    record.run_id = "another"
    record.save(owner.desk.reports)


def name_other_system(owner: Owner) -> None:
    """Ada names another system than the run is of."""
    owner.system = "sidecar"


def wrong_passphrase(owner: Owner) -> None:
    """Ada types something else."""
    owner.passphrase = "not the one at all"


def results(owner: Owner, name: str) -> Path:
    """A file among the results."""
    return owner.desk.reports / "allure-results" / name


def lose_reports(owner: Owner) -> None:
    """Only the record itself is kept."""
    kept = owner.desk.root / owner.record.name
    owner.record.rename(kept)
    last = owner.records[-1]
    owner.records[-1] = Signed(kept, last.predicate, last.files)
    shutil.rmtree(owner.desk.reports)


def edit_key(path: Path) -> None:
    """Another letter in the middle of a PEM file."""
    text = path.read_text(encoding="utf-8")
    place = len(text) // 2
    path.write_text(text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :], encoding="utf-8")


CHANGES: dict[str, Callable[[Owner], object]] = {
    "the run was of some scenarios only": lambda owner: record_of_run(owner, partial=True),
    "the run holds scenarios of two systems": lambda owner: record_of_run(owner, plan=True),
    "the run was of another system than is named": name_other_system,
    "the clock says that the run is yet to end": lambda owner: record_of_run(owner, finished=True),
    "a feature was edited": lambda owner: edit(owner.desk.root / "features/caio/cors.feature"),
    "a feature was added": lambda owner: owner.desk.write(
        owner.desk.root / "features/caio/new.feature", "Feature: New\n"
    ),
    "a criterion was reworded": lambda owner: reword(owner, "A page may call the service."),
    "a criterion was taken away": lambda owner: reword(owner, None),
    "the system was edited": lambda owner: edit(owner.desk.root / "systems/caio/caio/routing.py"),
    "a result was edited": lambda owner: edit(results(owner, "00000001-result.json")),
    "a result was deleted": lambda owner: results(owner, "00000001-result.json").unlink(),
    "a result was added": lambda owner: owner.desk.write(results(owner, "99999999-result.json"), "{}"),
    "a screenshot was edited": lambda owner: edit(results(owner, "00000000-attachment.png")),
    "the acceptance page was edited": lambda owner: edit(owner.desk.reports / "acceptance.html"),
    "the report was edited": lambda owner: edit(owner.desk.reports / "allure-report/index.html"),
    "the report was deleted": lambda owner: (owner.desk.reports / "allure-report/index.html").unlink(),
    "the record of the run was edited": lambda owner: edit_run(owner.desk.reports / "run.json"),
    "another run took its place": another_run,
    "the record was edited to be by somebody else": lambda owner: restate(owner, by="Eve"),
    "the record was edited where no signature reaches": lambda owner: owner.record.write_bytes(
        owner.record.read_bytes().rstrip() + b" "
    ),
    "the record's key was replaced by another": replace_key,
    "Ada's public key was edited": lambda owner: edit_key(keys.public_path(owner.desk.key)),
    "the key is open to others": lambda owner: open_to_all(owner.desk.key),
    "the passphrase is wrong": wrong_passphrase,
    "the key was edited": lambda owner: owner.desk.key.write_text("-----BEGIN NOTHING-----\n"),
    "the key is lost": lambda owner: owner.desk.key.unlink(),
    "the record is no record": lambda owner: owner.record.write_text("Dear Ada, it is fine.\n"),
    "the record is of a newer version": lambda owner: restate(owner, recordVersion=statement.RECORD_VERSION + 1),
    "the record is lost": lambda owner: owner.record.unlink(),
    "the folder of reports is lost": lose_reports,
}
"""What can happen behind the owner's back, by how the features say it."""


def read(owner: Owner) -> envelope.Record:
    """The latest record, read anew."""
    return envelope.read(owner.record)
