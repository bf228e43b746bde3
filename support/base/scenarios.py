"""What a scenario is: its tags, rule, criteria, system and name, its key in every record, whether a run selects it."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from behave.model import Rule

CRITERION_ID = re.compile(r"^[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*-\d{2}$")
"""A criterion id such as ``CAIO-ROUTE-03``; as a tag it is written with a leading ``@``."""

NEEDS = "needs."
"""Prefix of a tag that names a capability of the target: ``@needs.process-control``."""

OF_THE_MACHINE = frozenset({"browser", "containers"})
"""Needs that the machine meets on which the suite runs, whatever the system: ``@needs.browser``."""

TAG_WORDS = frozenset({"blocker", "critical", "normal", "minor", "slow", "exclusive"})
"""The tags that are neither a criterion nor a need: severities and marks."""

_OUTLINE_ROW = re.compile(r"\s*-- @\d+\.\d+.*$", re.DOTALL)
"""What behave adds to the name of an outline's row: table and row, and the title of the table."""

_FULL_NAMES, _TITLES = "_signoff_full_names", "_signoff_titles"
"""Where a feature and an outline keep what has been worked out for all their scenarios at once."""


def _ancestors(scenario: Any) -> Iterator[Any]:
    node = getattr(scenario, "parent", None)
    while node is not None:
        yield node
        node = getattr(node, "parent", None)


def rule_of(scenario: Any) -> Rule | None:
    """The Rule that a scenario stands in, also for a row of an outline; None outside any Rule."""
    from behave.model import Rule  # whoever only reads what runs have left does without behave

    return next((node for node in _ancestors(scenario) if isinstance(node, Rule)), None)


def all_tags(scenario: Any) -> list[str]:
    """Tags of feature, rule, outline and scenario, outermost first, each once: the last severity is the nearest."""
    levels = [scenario, *_ancestors(scenario)]
    if getattr(scenario, "feature", None) is not None and scenario.feature not in levels:
        levels.append(scenario.feature)
    tags = (str(tag) for node in reversed(levels) for tag in getattr(node, "tags", ()))
    return list(dict.fromkeys(tags))


def criteria_of(tags: Iterable[str]) -> list[str]:
    """The criterion ids among tags, in their order."""
    return [tag for tag in tags if CRITERION_ID.match(tag)]


def needs_of(tags: Iterable[str]) -> list[str]:
    """The capabilities that tags ask for, without their prefix, in their order."""
    return [tag.removeprefix(NEEDS) for tag in tags if tag.startswith(NEEDS)]


def location_of(scenario: Any) -> str:
    """Where the scenario stands: ``features/caio/cors.feature:12``; for a row of an outline, the row's own line."""
    return f"{scenario.location.filename}:{scenario.location.line}"


def key_of(scenario: Any, interface: str) -> str:
    """The scenario's key within one run: location and interface, ``features/caio/cors.feature:12@http``."""
    return f"{location_of(scenario)}@{interface}"


def system_folder(filename: str) -> Path:
    """The folder of features that a file belongs to: below ``features``, however deep; else the file's own folder."""
    relative = Path(os.path.relpath(filename)) if os.path.isabs(filename) else Path(filename)
    folders = relative.parent.parts
    if "features" not in folders[:-1]:
        return relative.parent
    return Path(*folders[: folders.index("features") + 2])


def system_of(filename: str) -> str:
    """The system that a feature file is about, by the folder below ``features`` that it stands in."""
    return system_folder(filename).name


def misplaced(filename: str) -> str:
    """What is wrong with a feature file that stands in no system's folder; empty for any other."""
    if system_folder(filename).name != "features":
        return ""
    return f"{filename} stands in no system's folder: move it to features/<system>/"


def is_selected(scenario: Any, tags: Any, name: re.Pattern[str] | None = None) -> bool:
    """Whether behave runs a scenario, by the lines, tags (a tag expression) and names that a run was asked for.

    behave marks what a ``file:line`` leaves out as skipped, without a reason; a skip by a hook has one.
    """
    left_out = scenario.should_skip and not scenario.skip_reason
    named = name is None or name.search(scenario.name) is not None
    return bool(not left_out and named and scenario.should_run_with_tags(tags))


def full_name(scenario: Any) -> str:
    """A name that no other scenario has, and that survives edits elsewhere in the file; history is kept by it.

    Where names repeat, the second says that it is the second.
    """
    feature = scenario.feature
    names: dict[tuple[str, int], str] | None = getattr(feature, _FULL_NAMES, None)
    if names is None or (scenario.name, scenario.line) not in names:
        names = _full_names(feature.walk_scenarios())
        setattr(feature, _FULL_NAMES, names)
    return names[scenario.name, scenario.line]


def _full_names(found: Iterable[Any]) -> dict[tuple[str, int], str]:
    """The full name of each scenario of a feature, by its name and line; each is given once."""
    written = [(scenario, _written_name(scenario)) for scenario in found]
    times = Counter(name for _, name in written)
    taken = {name for name, count in times.items() if count == 1}
    names: dict[tuple[str, int], str] = {}
    seen: Counter[str] = Counter()
    for scenario, name in written:
        unique = name
        while times[name] > 1:
            seen[name] += 1
            unique = name if seen[name] == 1 else f"{name} ({seen[name]})"
            if unique not in taken:
                break
        taken.add(unique)
        names[scenario.name, scenario.line] = unique
    return names


def _written_name(scenario: Any) -> str:
    rule = rule_of(scenario)
    return ": ".join([scenario.location.filename, *([rule.name] if rule else []), scenario.name])


def bare_name(scenario: Any) -> str:
    """The scenario's name as its author wrote it, without what behave adds to a row of an outline."""
    return _OUTLINE_ROW.sub("", str(scenario.name))


def label_of(scenario: Any) -> str:
    """The scenario's criteria and its title, as files about it are named."""
    return " ".join([*criteria_of(all_tags(scenario)), title_of(scenario)])


def title_of(scenario: Any) -> str:
    """The scenario's name for a reader; rows of an outline that are named alike say which row they are."""
    outline = getattr(scenario, "parent", None)
    if outline is None or not hasattr(outline, "examples"):
        return bare_name(scenario)
    titles: dict[int, str] | None = getattr(outline, _TITLES, None)
    if titles is None or scenario.line not in titles:
        titles = _titles(outline.scenarios)
        setattr(outline, _TITLES, titles)
    return titles[scenario.line]


def _titles(rows: Iterable[Any]) -> dict[int, str]:
    """The title of each row of an outline, by its line."""
    names = [(row.line, bare_name(row)) for row in rows]
    times = Counter(name for _, name in names)
    seen: Counter[str] = Counter()
    titles: dict[int, str] = {}
    for line, name in names:
        seen[name] += 1
        titles[line] = f"{name} (row {seen[name]})" if times[name] > 1 else name
    return titles
