"""Allure's own history of runs, by which its report shows how each scenario ended before.

The generator appends a run whenever it makes a report, and stops at a line that is damaged. So it is lent a copy of
what can be read, without the run that the report is about; what it adds is taken back marked with that run. Making a
report again thus adds nothing twice.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.base.text import ESCAPE

RUN = "signoff.run"
"""The field by which a line is known to be of a run; Allure ignores it."""
KEPT = 20
"""Runs that are kept: each adds to the size of every later report."""

GROUPS = ("epic", "feature", "story", "severity")
"""Labels by which the report's charts group earlier results."""


@dataclass(frozen=True, slots=True)
class ReportHistory:
    """The history of one system's runs, and the run that a report is about.

    With ``adds`` False the report shows the history, but the run does not become part of it.
    """

    file: Path
    run: str
    adds: bool = True

    def lend(self, copy: Path) -> Path:
        """Write what the generator may read to ``copy``, and return it."""
        earlier = [entry for entry in _read(self.file) if entry.get(RUN) != self.run]
        _write(copy, earlier[-KEPT:])
        return copy

    def take_back(self, copy: Path) -> None:
        """Keep what the generator added to ``copy``, whole or not at all."""
        lent = _read(copy)
        added = [_slim(entry) | {RUN: self.run} for entry in lent[-1:] if RUN not in entry]
        if self.adds and added:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            unfinished = self.file.with_suffix(".tmp")
            _write(unfinished, [*lent[:-1], *added][-KEPT:])
            os.replace(unfinished, self.file)


def _read(file: Path) -> list[dict[str, Any]]:
    """Every line that holds an object of Allure's, in order; one that does not is left out."""
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines() if file.exists() else []
    return [entry for line in lines if (entry := _entry(line)) is not None]


def _entry(line: str) -> dict[str, Any] | None:
    try:
        content = json.loads(line)
    except ValueError:
        return None
    whole = isinstance(content, dict) and isinstance(content.get("testResults"), dict)
    return content if whole and isinstance(content.get("knownTestCaseIds"), list) else None


def _slim(entry: dict[str, Any]) -> dict[str, Any]:
    """The run without what its own report says anyway, and every later one would say again."""
    results = {
        key: result | {"trace": "", "labels": [one for one in result.get("labels", []) if one.get("name") in GROUPS]}
        for key, result in entry["testResults"].items()
    }
    return entry | {"testResults": results}


def _write(file: Path, entries: list[dict[str, Any]]) -> None:
    file.write_text(
        "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries), encoding="utf-8", errors=ESCAPE
    )
