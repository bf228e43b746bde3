"""Compares a definition with what scenarios read of it: what it lacks, and which endpoints nothing reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from support.base import scenarios as named
from support.base.placeholders import suggest
from support.base.systems import System
from support.requirements.needs import ALL, Requirements

ENDPOINTS = "endpoints"
REQUESTS = "requests"
PROBED = frozenset({"health", "live", "ready"})
"""Endpoints by which the suite sees whether a system is ready, whatever scenarios read."""
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Place:
    """The step function that a step is written with: its file, its first line, and the texts of its parameters."""

    path: Path
    line: int
    texts: tuple[tuple[str, str], ...] = ()


Find = Callable[[Any], Place | None]
"""From a step of a scenario to its function; None where there is none, which is told elsewhere."""


@dataclass(frozen=True, slots=True)
class Lack:
    """A field that steps read and a definition does not declare, and where those steps stand."""

    field: str
    hint: str
    steps: tuple[tuple[str, int], ...]
    scenarios: int

    def __str__(self) -> str:
        places = ", ".join(f"{path}:{line}" for path, line in self.steps[:SHOWN])
        more = f" and {len(self.steps) - SHOWN} more" if len(self.steps) > SHOWN else ""
        count = f"{self.scenarios} scenario{'s' if self.scenarios > 1 else ''}"
        return f"{self.field} ({self.hint}): {count}, at {places}{more}"


class Review:
    """Reads the code behind the steps of scenarios, for one definition and one interface of a run."""

    def __init__(self, system: System, find: Find, interface: str = "http") -> None:
        self._system, self._requirements = system, Requirements(interface)
        self._place = cache(lambda step_type, name: find(_Step(step_type, name)))

    def lacking(self, chosen: Iterable[Any], deployment: str) -> list[Lack]:
        """What the definition lacks for these scenarios, but for those that are not verified there anyway."""
        offered = self._system.offers(deployment) | named.OF_THE_MACHINE
        steps: dict[tuple[str, str], dict[tuple[str, int], None]] = {}
        counts: dict[tuple[str, str], set[int]] = {}
        for scenario in chosen:
            if not offered.issuperset(named.needs_of(named.all_tags(scenario))):
                continue
            for step in scenario.all_steps:
                for group, name in self._read_by(step):
                    if name != ALL and name not in self._system.declared(group):
                        steps.setdefault((group, name), {})[_location(scenario, step)] = None
                        counts.setdefault((group, name), set()).add(id(scenario))
        return [
            Lack(
                f"{group}.{name}", suggest(name, self._system.declared(group)), tuple(places), len(counts[group, name])
            )
            for (group, name), places in sorted(steps.items())
        ]

    def lacking_says(self, chosen: Iterable[Any], deployment: str) -> list[str]:
        """One note of all that the definition lacks, for whoever starts a run; none where it lacks nothing."""
        lacks = self.lacking(chosen, deployment)
        if not lacks:
            return []
        told = "".join(f"\n  {lack}" for lack in lacks)
        return [f"{self._system.path} does not declare what scenarios need, so they cannot be verified:{told}"]

    def unread(self, own: Iterable[Any], vocabulary: Iterable[Place]) -> list[str]:
        """The endpoints that neither a sentence reads nor a step of the system's own scenarios."""
        read = {(need.group, need.name) for place in vocabulary for need in self._needs(place) if not need.given}
        used = {each for scenario in own for step in scenario.all_steps for each in self._read_by(step)}
        sent = {request.endpoint for name, request in self._system.requests.items() if (REQUESTS, name) in used}
        known = PROBED | sent | {name for group, name in [*read, *used] if group == ENDPOINTS}
        paths = {path for name, path in self._system.endpoints.items() if name in known}
        whole = (ENDPOINTS, ALL) in used
        return [
            name
            for name, path in self._system.endpoints.items()
            if name not in known and not (whole and path not in paths)
        ]

    def unread_says(self, name: str) -> str:
        """What is wrong with an endpoint that nothing reads, with file, line and field."""
        line = self._system.line_of(ENDPOINTS, name)
        return f"{self._system.path}:{line}: {ENDPOINTS}.{name}: nothing reads it"

    def _needs(self, place: Place) -> Iterable[Any]:
        return self._requirements.of_step(place.path, place.line)

    def _read_by(self, step: Any) -> set[tuple[str, str]]:
        place = self._place(step.step_type, step.name)
        if place is None:
            return set()
        texts = dict(place.texts)
        needs = (
            need.with_text(texts[need.name]) if need.given and need.name in texts else need
            for need in self._needs(place)
        )
        return {(need.group, need.name) for need in needs if need is not None and not need.given}


@dataclass(frozen=True, slots=True)
class _Step:
    """As much of a step as finding its function takes."""

    step_type: str
    name: str


def place_of(match: Any) -> Place:
    """The place of behave's match of a step."""
    code = match.func.__code__
    texts = tuple((argument.name, str(argument.original)) for argument in match.arguments or () if argument.name)
    return Place(Path(code.co_filename).resolve(), code.co_firstlineno, texts)


def _location(scenario: Any, step: Any) -> tuple[str, int]:
    return str(scenario.location.filename), int(step.line)
