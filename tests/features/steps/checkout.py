"""Who writes a feature for a small checkout of the suite, and tries it there."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from support import lint
from support.acceptance import run_record
from support.base.outcomes import UsageError
from support.evidence.packing import texts
from support.run.accept import accept
from support.run.conclude import Strictness, conclude
from tests.support.run.conftest import Checkout

ROOT = Path(__file__).parents[3]
GERMAN = """\
# language: de
@TINY-SUM-01
Funktionalität: Summen
  Regel: Es zählt
    {heading}
      Angenommen Tiny is running
      Dann 1 and 1 make 3

    Szenario: Gehalten
      Angenommen Tiny is running
      Dann 1 and 1 make 2
"""
UNREADABLE = {
    "empty": b"",
    "of comments only": b"# nothing yet\n",
    "in Latin-1": "Feature: für\n".encode("latin-1"),
    "in UTF-16": "Feature: A\n".encode("utf-16"),
    "in UTF-8 with an order mark": "Feature: A\n".encode("utf-8-sig"),
}
"""Files that no run can judge, by how the features say it."""
CRITERIA = "system: tiny\ntitle: Tiny\ncriteria:\n  - {id: TINY-SUM-01, area: sums, statement: It adds.}\n"


@dataclass
class Author:
    """Writes a feature, and tries it in a checkout of its own."""

    checkout: Checkout
    file: str = "features/tiny/sums.feature"
    added: str = "features/tiny/deep/added.feature"
    lost_line: int = 0
    refusals: dict[str, str] = field(default_factory=dict)

    def write(self, heading: str, step: str) -> None:
        """A feature with one scenario in one rule."""
        text = "@TINY-SUM-01\nFeature: Sums\n  Rule: It adds\n"
        self.checkout.write(self.file, f"{text}    {heading}\n      Given Tiny is running\n      {step}\n")

    def write_before(self, heading: str, step: str) -> None:
        """Another scenario, before the one that is there."""
        self._insert(f"    {heading}\n      Given Tiny is running\n      {step}\n\n")

    def describe(self, texts: list[str]) -> None:
        """More rules, each with a description."""
        path = self.checkout.root / self.file
        rules = [f"  Rule: It is described {number}\n    {text}\n\n" for number, text in enumerate(texts)]
        path.write_text(path.read_text(encoding="utf-8") + "".join(rules), encoding="utf-8")

    def write_in_german(self, heading: str) -> None:
        """A feature in German, of which the first heading is given."""
        self.checkout.write(self.file, GERMAN.format(heading=heading))
        self.lost_line = 5

    def add_file(self, content: bytes) -> None:
        """Another file, in a folder below that of the system."""
        self.checkout.write(self.added, "")
        (self.checkout.root / self.added).write_bytes(content)

    def accept(self) -> str:
        """Accept the system as the command does; why that was refused, if it was."""
        try:
            accept(self.checkout.order(), Console(file=io.StringIO(), width=200))
        except UsageError as error:
            return str(error)
        return ""

    def try_every_way(self) -> None:
        """Accept, run behave, and check by lint; what each says in refusing it is kept."""
        root = self.checkout.root
        done = subprocess.run(
            [sys.executable, "-m", "behave", "features"],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        line = next((line for line in done.stderr.splitlines() if line.startswith("signoff: ")), done.stdout)
        found = [str(each) for each in lint.check(root) if each.rule in ("mistyped-keyword", "encoding", "syntax")]
        self.refusals = {"accept": self.accept(), "behave": line.removeprefix("signoff: "), "lint": "".join(found[:1])}

    def accept_and_merge(self) -> None:
        """Accept, then have a second result that the report cannot tell from the first, and report again."""
        self.accept()
        reports = self.checkout.reports
        (path,) = (reports / "allure-results").glob("*-result.json")
        other = json.loads(path.read_text(encoding="utf-8"))
        record = run_record.load(reports)
        (planned,) = record.plan
        key = planned.key.replace("@http", "0@http")
        labels = [{**one, "value": key} if one["name"] == "signoff.key" else one for one in other["labels"]]
        other |= {"uuid": "another", "labels": labels, "stop": other["stop"] + 1, "start": other["start"] + 1}
        path.with_name("another-result.json").write_text(json.dumps(other), encoding="utf-8")
        record.plan = (planned, planned.model_copy(update={"key": key}))
        record.save(reports)
        conclude(record, reports, Strictness(), self.checkout.root)

    @property
    def verdict(self) -> str:
        """What was decided."""
        return str(json.loads((self.checkout.reports / "acceptance.json").read_text(encoding="utf-8"))["decision"])

    @property
    def page(self) -> str:
        """The acceptance page."""
        return (self.checkout.reports / "acceptance.html").read_text(encoding="utf-8")

    @property
    def shown(self) -> list[str]:
        """How the tests that the report lists ended, sorted."""
        content = texts((self.checkout.reports / "allure-report/index.html").read_text(encoding="utf-8"))
        listed = json.loads(content["widgets/nav.json"])
        return sorted(json.loads(content[f"data/test-results/{test}.json"])["status"] for test in listed)

    def _insert(self, text: str) -> None:
        path = self.checkout.root / self.file
        heading = "  Rule: It adds\n"
        head, rest = path.read_text(encoding="utf-8").split(heading)
        path.write_text(f"{head}{heading}{text}{rest}", encoding="utf-8")
        self.lost_line = 4


def author_of(context: Any) -> Author:
    """The author of this scenario, working in a checkout of its own from the first sentence on."""
    if "author" not in context:
        scratch = tempfile.TemporaryDirectory()
        context.add_cleanup(scratch.cleanup)
        before = Path.cwd()
        context.add_cleanup(os.chdir, before)
        os.chdir(scratch.name)
        checkout = Checkout(Path(scratch.name).resolve())
        checkout.write("features/tiny/criteria.yaml", CRITERIA)
        context.author = Author(checkout)
    return context.author
