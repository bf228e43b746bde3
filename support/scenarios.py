"""What a scenario is called: its tags, its rule, its criteria, its name and its key in every record of a run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
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


def full_name(scenario: Any) -> str:
    """A name that is unique per file and rule and survives edits elsewhere in the file; history is kept by it."""
    rule = rule_of(scenario)
    parts = [scenario.location.filename, *([rule.name] if rule else []), scenario.name]
    return ": ".join(parts)


def bare_name(scenario: Any) -> str:
    """The scenario's name as its author wrote it, without what behave adds to a row of an outline."""
    return _OUTLINE_ROW.sub("", str(scenario.name))


def label_of(scenario: Any) -> str:
    """The scenario's criteria and its title, as files about it are named."""
    return " ".join([*criteria_of(all_tags(scenario)), title_of(scenario)])


def title_of(scenario: Any) -> str:
    """The scenario's name for a reader; rows of an outline that are named alike say which row they are."""
    bare, row = bare_name(scenario), _OUTLINE_ROW.search(str(scenario.name))
    outline = getattr(scenario, "parent", None)
    alike = [other for other in getattr(outline, "scenarios", ()) if bare_name(other) == bare]
    if row is None or len(alike) < 2 or not hasattr(outline, "examples"):
        return bare
    return f"{bare} (row {alike.index(scenario) + 1})"
