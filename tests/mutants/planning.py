"""Which scenarios a mutant can be tried with: a trial for each criterion, interface and kind of scenario."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.base import feature_files
from support.base.scenarios import all_tags, criteria_of
from support.run import selection
from tests.defects.catalogue import BOTH
from tests.defects.launch import NONE
from tests.defects.trials import Trial

EXAMPLES, MODELS = "examples", "models"
MODEL, EXPLORATION = "model", "exploration"
"""The tag of scenarios that explore, and how the names of feature files begin in which all do."""

LEFT_OUT = ("needs.containers", "exclusive", "slow")
"""Tags of scenarios that no mutant is tried with: each takes long, or the whole machine."""


@dataclass(frozen=True, slots=True)
class Case:
    """A trial without a mutant, and what its scenarios are: examples, or explored with models."""

    trial: Trial
    kind: str

    @property
    def name(self) -> str:
        """What tells it from all others of the system."""
        criteria, where = "+".join(self.trial.criteria), Path(self.trial.features[0]).stem
        return f"{criteria}, {self.kind} over {self.trial.interface}, from {where}"


@dataclass(slots=True)
class Plan:
    """All cases of a system, and how many scenarios are in none because of their tags."""

    cases: list[Case] = field(default_factory=list)
    left_out: int = 0


@dataclass(slots=True)
class _Group:
    """The scenarios of one criterion, kind and way to select them."""

    files: dict[str, None] = field(default_factory=dict)
    scenarios: set[tuple[str, int]] = field(default_factory=set)


def plan(system: str) -> Plan:
    """The cases of a system; criteria with the very same scenarios are tried together."""
    found = Plan()
    groups: dict[tuple[str, str, str, tuple[str, ...]], _Group] = {}
    scenarios = [
        (feature.filename, scenario.line, all_tags(scenario))
        for feature in feature_files.parse([f"features/{system}"])
        for scenario in feature.walk_scenarios()
    ]
    carried = {tag for *_, tags in scenarios for tag in tags}
    for file, line, tags in scenarios:
        if set(LEFT_OUT).isdisjoint(tags):
            _add(groups, file, line, tags, carried)
        else:
            found.left_out += 1
    together: dict[tuple[Any, ...], list[str]] = {}
    for (criterion, interface, kind, expressions), group in groups.items():
        alike = interface, kind, expressions, tuple(group.files), frozenset(group.scenarios)
        together.setdefault(alike, []).append(criterion)
    for (interface, kind, expressions, files, _), criteria in together.items():
        trial = Trial(system, NONE, tuple(criteria), interface, files, tags=expressions)
        found.cases.append(Case(trial, kind))
    return found


def _add(groups: dict[Any, _Group], file: str, line: int, tags: list[str], carried: set[str]) -> None:
    """Note a scenario in the group of each of its criteria. Tags that no scenario carries cannot be asked for."""
    whole = Path(file).stem.startswith(EXPLORATION)
    kind = MODELS if whole or MODEL in tags else EXAMPLES
    expressions = [f"not @{tag}" for tag in LEFT_OUT if tag in carried]
    if MODEL in carried and not whole:
        expressions.append(f"@{MODEL}" if kind == MODELS else f"not @{MODEL}")
    for criterion in criteria_of(tags):
        for interface in BOTH if selection.HTTP_ONLY not in tags else BOTH[:1]:
            group = groups.setdefault((criterion, interface, kind, tuple(expressions)), _Group())
            group.files[file] = None
            group.scenarios.add((file, line))


def digest(*roots: Path | str) -> str:
    """Of all files below some folders, and of some files, by name and content."""
    total = hashlib.sha256()
    for root in map(Path, roots):
        for path in [root] if root.is_file() else sorted(_files(root)):
            total.update(f"{path.relative_to(root)}\0{path.stat().st_size}\0".encode())
            total.update(path.read_bytes())
    return total.hexdigest()[:16]


def _files(root: Path) -> Iterable[Path]:
    return (path for path in root.rglob("*") if path.is_file() and path.suffix != ".pyc")
