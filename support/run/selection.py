"""Which scenarios a run consists of: parsed with behave's own parser, chosen by path, tag and interface."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from behave.tag_expression import make_tag_expression
from behave.tag_expression.parser import TagExpressionError

from support.acceptance.plan import Planned, from_features
from support.base import scenarios
from support.base.outcomes import UsageError
from support.base.systems import System

HTTP_ONLY = "needs.http"
"""Tag of scenarios whose promise is about HTTP itself; other interfaces leave them out."""

EXCLUSIVE = "exclusive"
"""Tag of scenarios that must run alone."""

RUNNING = re.compile(r"\bis running\b")
UNSHARED = re.compile(r"\bof its own\b|\bsecond\b")
"""Words of a Given that starts a system for its scenario alone."""
NOT_SETTINGS = re.compile(r" with the (\w+ )?services\b.*")
"""What a Given says about a system beyond how it was started: services are registered once it runs."""
SETTINGS_HEADING = "setting"
_LINE = re.compile(r":\d+$")
"""What a path ends with that leads to one scenario of a file."""


@dataclass(frozen=True, slots=True)
class Case:
    """One planned scenario and the server set-ups it asks for: those who share a set-up should share a process."""

    planned: Planned
    setups: frozenset[str]

    @property
    def key(self) -> str:
        """The scenario's key in every record of the run."""
        return self.planned.key

    @property
    def interface(self) -> str:
        """The interface that it goes through."""
        return self.planned.interface

    @property
    def exclusive(self) -> bool:
        """Whether it must run while nothing else does."""
        return EXCLUSIVE in self.planned.tags


def cases(features: Iterable[Any], interface: str, tags: Sequence[str]) -> list[Case]:
    """The scenarios among features that this interface and these tag expressions select, in file order."""
    expression = _expression(tags)
    by_key = {
        scenarios.key_of(scenario, interface): scenario
        for feature in features
        for scenario in feature.walk_scenarios()
        if scenarios.is_selected(scenario, expression)
        and (interface == "http" or HTTP_ONLY not in scenarios.all_tags(scenario))
    }
    plan = from_features(features, interface, lambda scenario: scenarios.key_of(scenario, interface) in by_key)
    return [Case(planned, _setups(by_key[planned.key], interface)) for planned in plan]


def _expression(tags: Sequence[str]) -> Any:
    try:
        return make_tag_expression(list(tags))
    except TagExpressionError as error:
        raise UsageError(f"tag expression {' and '.join(tags)!r} cannot be read: {error}") from error


def _setups(scenario: Any, interface: str) -> frozenset[str]:
    """Texts of the Given steps that start a system, each with its table of settings: equal texts, equal servers."""
    if interface != "http":
        return frozenset({interface})
    given = (step for step in scenario.all_steps if step.step_type == "given" and RUNNING.search(step.name))
    return frozenset(_setup(step) for step in given if not UNSHARED.search(step.name))


def _setup(step: Any) -> str:
    text = NOT_SETTINGS.sub("", step.name)
    table = step.table
    if table is None or table.headings[0] != SETTINGS_HEADING:
        return text
    return "\n".join([text, *sorted("=".join(row) for row in table)])


def system_of(
    paths: Sequence[str],
    asked: str | None,
    defined: str | None,
    root: Path,
    otherwise: str,
    judged_by: Callable[[str], str] = str,
) -> str:
    """The system that features are about, by the folder under ``features/`` that they stand in.

    ``asked`` and ``defined`` are what ``--system`` and the definition name, ``otherwise`` the system where nothing says
    which; ``judged_by`` tells the folder of a system that is named. Raises UsageError where these contradict each
    other, or the features are about several systems.
    """
    own = {judged_by(name) for name in (asked, defined) if name is not None}
    folders = sorted({folder for path in paths for folder in _folders(path, root)} - own)
    named = {"--system": asked, "the definition": defined, **{f"features/{folder}": folder for folder in folders}}
    given = {where: name for where, name in named.items() if name is not None}
    if len(set(given.values())) > 1:
        told = ", ".join(f"{where} is about {name!r}" for where, name in given.items())
        raise UsageError(f"a run is about one system, but {told}: name one, and give its features alone")
    return next(iter(given.values()), otherwise)


def _folders(path: str, root: Path) -> Iterator[str]:
    """The folders under ``features/`` that a path (a folder, a file or ``file:line``) leads to."""
    features = (root / "features").resolve()
    place = (root / _LINE.sub("", path)).resolve()
    if features.is_relative_to(place):
        yield from (each.name for each in features.iterdir() if any(each.rglob("*.feature")))
    elif place.is_relative_to(features) and place != features:
        yield place.relative_to(features).parts[0]


def feature_paths(root: Path, system: System, asked: Sequence[str]) -> list[str]:
    """The paths to run: those asked for, else the whole folder of features that the system is judged by."""
    if asked:
        return list(asked)
    folder = root / "features" / system.feature_folder
    if not folder.is_dir():
        raise UsageError(f"there are no features for {system.name!r}: {folder} does not exist")
    return [str(Path("features") / system.feature_folder)]
