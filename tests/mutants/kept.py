"""Keeps what has been found: each mutant's result at once, so that a run that was ended goes on where it was."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.mutants.outcome import Fate, Result, Tried


class Kept:
    """The results of one sample under one question, by the mutants' names, in a file of JSON lines."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self.results: dict[str, Result] = {}
        if path.is_file():
            for line in path.read_text(encoding="utf-8").splitlines():
                if line.endswith("}"):  # the last one may be cut short
                    result = from_json(json.loads(line))
                    self.results[result.name] = result

    def add(self, result: Result) -> None:
        """Keep a result."""
        with self._lock:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(result)) + "\n")
            self.results[result.name] = result


def from_json(data: dict[str, Any]) -> Result:
    """A result as it stands in a file."""
    tried = tuple(
        Tried(**{**each, "criteria": tuple(each["criteria"]), "killed_by": tuple(each["killed_by"])})
        for each in data["tried"]
    )
    return Result(**{**data, "fate": Fate(data["fate"]), "tried": tried})
