"""An owner's desk in a folder of its own: a small checkout, a run that never happened, and a key to sign with."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from support.acceptance import page
from support.base.outcomes import Outcome
from support.base.systems import load
from support.signing import decide, input_digests, keys
from support.signing.decide import Order, Signed
from support.signing.input_digests import InputDigests
from support.signing.verify import Verified, verify
from tests.support.acceptance import runs
from tests.support.acceptance.runs import Run

NOW = datetime(2026, 11, 20, 14, 25, 1, tzinfo=UTC)
PASSPHRASE = "correct horse battery"
UNTIL = "2026-12-31"
SYSTEM = """
name: caio
says: CAIO
title: CAIO
version: 1.0.0
deployments:
  process: {command: ["{python}", "-m", "caio", "serve"]}
endpoints: {health: /health}
sources: [caio]
"""
FILES = {
    "systems/caio/system.yaml": SYSTEM,
    "systems/caio/caio/routing.py": "def route(): ...\n",
    "systems/caio/caio/rules.py": "def rules(): ...\n",
    "features/caio/routing_flow.feature": "Feature: Routing\n",
    "features/caio/cors.feature": "Feature: CORS\n",
}
SCREENSHOT = b"\x89PNG\r\n\x1a\n" + bytes(range(64))


def shared_key(home: Path) -> Path:
    """The owner's key, made once for all tests of a process: making one is slow on purpose."""
    path = home / "owner.pem"
    if not path.exists():
        keys.make(path, PASSPHRASE.encode())
    return path


class Desk:
    """What lies on the desk. ``run`` is put there with :meth:`lay_out`."""

    def __init__(self, root: Path, key: Path) -> None:
        self.root = root
        self.reports = root / "reports"
        self.key = root / key.name
        for path in (key, keys.public_path(key)):
            shutil.copy2(path, root / path.name)
        for name, content in FILES.items():
            self.write(root / name, content)
        self.criteria(runs.STATEMENTS)

    def criteria(self, statements: dict[str, tuple[str, str]]) -> None:
        """Write the list of criteria."""
        items = [f'  - {{id: {name}, area: {area}, statement: "{says}"}}' for name, (area, says) in statements.items()]
        self.write(
            self.root / "features/caio/criteria.yaml", "\n".join(["system: caio", "title: CAIO", "criteria:", *items])
        )

    def write(self, path: Path, content: str | bytes) -> Path:
        """Write one file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def lay_out(self, run: Run, finished: datetime | None = None) -> None:
        """Leave in the reports what this run would have left."""
        record = run.record.model_copy(update={"url": None})
        if finished is not None:
            record.finished = finished
        system = load(self.root / "systems/caio/system.yaml")
        noted = input_digests.begin(record.run_id, system, record.deployment, self.root)
        record.save(self.reports)
        noted.save(self.reports)
        for index, item in enumerate(run.plan):
            runs.write_result(self.reports / "allure-results", f"{index:08}", name=item.name)
        self.write(self.reports / "allure-results/00000000-attachment.png", SCREENSHOT)
        self.write(self.reports / "allure-report/index.html", "<!doctype html><title>Report</title>")
        page.write(run.verdict, record, self.reports, run.links)
        input_digests.made(record.run_id, self.reports)
        input_digests.end(record.run_id, self.reports)

    @property
    def noted(self) -> InputDigests:
        """The digests that the run noted."""
        return InputDigests.model_validate_json((self.reports / input_digests.FILE_NAME).read_bytes())

    def order(
        self,
        accept: bool = True,
        waive: Sequence[str] = (),
        reason: str | None = None,
        by: str = "Ada Lovelace",
        system: str | None = "caio",
        passphrase: str = PASSPHRASE,
    ) -> Order:
        """What the owner asks for."""
        return Order(
            system=system,
            accept=accept,
            by=by,
            reason=reason,
            waive=tuple(waive),
            reports=self.reports,
            key=self.key,
            passphrase=passphrase.encode,
            root=self.root,
        )

    def sign(self, order: Order | None = None, now: datetime = NOW) -> Signed:
        """Sign."""
        return decide.sign(order or self.order(), now)

    def verify(
        self, record: Path, key: Path | None = None, now: datetime = NOW, reports: Path | None = None
    ) -> Verified:
        """Check a record, as anybody can later."""
        return verify(record, reports or self.reports, keys.public(key) if key else None, now, self.root)

    @property
    def page(self) -> str:
        """The acceptance page as it lies there."""
        return (self.reports / "acceptance.html").read_text(encoding="utf-8")


def waived(run: Run, until: str = UNTIL) -> list[str]:
    """A waiver for each criterion that stands against accepting a run."""
    against = (Outcome.NOT_MET, Outcome.BROKEN)
    found = [item.criterion.id for item in run.verdict.criteria if item.outcome in against]
    return [f"{name}=repaired in 1.1, until {until}" for name in found]


def later(days: float) -> datetime:
    """A moment so many days after the owner's decision."""
    return NOW + timedelta(days=days)


def open_to_all(path: Path) -> None:
    """Let everybody read a file."""
    os.chmod(path, 0o644)
