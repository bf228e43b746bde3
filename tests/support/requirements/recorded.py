"""Runs behave and records, in the file of its first argument, which fields of the definition each scenario read."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from behave.__main__ import main

from support.base import scenarios
from support.base.systems import System
from support.requirements import Review
from support.world import hooks

READ: dict[str, set[tuple[str, str]]] = defaultdict(set)
FOUND: dict[str, set[tuple[str, str]]] = {}
PASSED: set[str] = set()
RUNNING = [""]


def record() -> None:
    """Note what is read from now on, what was found in the code, and how scenarios ended."""
    named, begin, end = System._named, hooks.Suite.begin_scenario, hooks.Suite.end_scenario

    def read(self: System, group: str, known: Mapping[str, Any], name: str) -> Any:
        READ[RUNNING[0]].add((group, name))
        return named(self, group, known, name)

    def begin_scenario(self: hooks.Suite, context: Any, scenario: Any) -> None:
        RUNNING[0] = scenarios.location_of(scenario)
        review = Review(self._system(scenario), hooks.finder(context), self.settings.interface)
        FOUND[RUNNING[0]] = {each for step in scenario.all_steps for each in review._read_by(step)}
        begin(self, context, scenario)

    def end_scenario(self: hooks.Suite, context: Any, scenario: Any) -> None:
        if all(step.status.is_passed() for step in scenario.all_steps):
            PASSED.add(RUNNING[0])
        RUNNING[0] = ""  # what tidying reads is no need of a sentence
        end(self, context, scenario)

    System._named = read  # type: ignore[method-assign]
    hooks.Suite.begin_scenario = begin_scenario  # type: ignore[method-assign]
    hooks.Suite.end_scenario = end_scenario  # type: ignore[method-assign]


if __name__ == "__main__":
    record()
    status = main(sys.argv[2:])
    told = {place: [sorted(READ[place]), sorted(FOUND[place])] for place in sorted(PASSED)}
    Path(sys.argv[1]).write_text(json.dumps(told), encoding="utf-8")
    sys.exit(status)
