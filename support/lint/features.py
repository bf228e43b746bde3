"""Rules for features: closed families of tags, every criterion covered, one When, and the owner's own words."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Any

from behave.model import ScenarioOutline

from support.base import empty_scenarios, scenarios
from support.lint.tree import FeatureFile, Finding, Tree

SEVERITIES = ("blocker", "critical", "normal", "minor")
MARKS = ("slow", "exclusive")
HTTP_WORDS = re.compile(
    r"https?://\S*|\b(?:URLs?|JSON|HTTPS?|GET|POST|PUT|PATCH|DELETE|OPTIONS|HEAD|endpoints?|payloads?|[Hh]eaders?|"
    r"status codes?|(?:status|code|answer(?:ed|s)?|returns?|with)(?: an?| the)? [1-5]\d\d)\b"
)


def tags(tree: Tree) -> Iterator[Finding]:
    """A tag outside the closed families, or a criterion or capability that the system does not have."""
    for file in tree.features:
        for node in _tagged(file):
            names = [str(tag) for tag in node.tags]
            for name, tag in zip(names, node.tags, strict=True):
                problem = _tag_problem(tree, file, name)
                if problem:
                    yield Finding(file.path, tag.line or node.line, "tag", problem)
            severities = [name for name in names if name in SEVERITIES]
            if len(severities) > 1:
                yield Finding(file.path, node.line, "tag", f"more than one severity: {', '.join(severities)}")


def criteria_without_scenario(tree: Tree) -> Iterator[Finding]:
    """A criterion that no scenario shows, unless it says that it is only planned; and a stale mark that says so."""
    for system, listed in tree.criteria.items():
        covered = _covered(tree, system)
        for criterion in listed.content.criteria:
            line = listed.line_of(criterion.id)
            if criterion.id not in covered and not criterion.planned:
                yield Finding(listed.path, line, "criterion-without-scenario", f"no scenario shows {criterion.id}")
            if criterion.id in covered and criterion.planned:
                message = f"{criterion.id} has scenarios: take `planned: true` away"
                yield Finding(listed.path, line, "stale-planned", message)


def scenario_without_criterion(tree: Tree) -> Iterator[Finding]:
    """A scenario that shows no criterion."""
    for file, scenario in _each(tree):
        if not scenarios.criteria_of(scenarios.all_tags(scenario)):
            message = f'"{scenario.name}" names no criterion, neither itself nor its rule or feature'
            yield Finding(file.path, scenario.line, "scenario-without-criterion", message)


def two_whens(tree: Tree) -> Iterator[Finding]:
    """A scenario with more than one When."""
    for file, scenario in _each(tree):
        if sum(step.keyword.strip() == "When" for step in scenario.all_steps) > 1:
            yield Finding(file.path, scenario.line, "two-whens", f'"{scenario.name}" has more than one When: split it')


def one_row_outline(tree: Tree) -> Iterator[Finding]:
    """An outline whose examples have fewer than two rows."""
    for file in tree.features:
        for node in file.feature.walk_scenarios(with_outlines=True):
            if isinstance(node, ScenarioOutline) and len(node.scenarios) < 2:
                yield Finding(file.path, node.line, "one-row-outline", f'"{node.name}" needs two rows or more')


def empty_scenario(tree: Tree) -> Iterator[Finding]:
    """A scenario without steps of its own, or without a Then: it passes whatever the system does."""
    for file, scenario in _each(tree):
        if reason := empty_scenarios.why_unjudged(scenario):
            yield Finding(file.path, scenario.line, "empty-scenario", f'"{scenario.name}": {reason}')


def repeated_row(tree: Tree) -> Iterator[Finding]:
    """A row of an outline whose steps say the same as those of another one."""
    for file in tree.features:
        for scenario in file.scenarios:
            if reason := empty_scenarios.why_repeated(scenario):
                message = f'"{scenarios.bare_name(scenario)}": {reason}'
                yield Finding(file.path, scenario.line, "repeated-row", message)


def same_name(tree: Tree) -> Iterator[Finding]:
    """Two scenarios of one name in a rule, or two rules of one name: a reader cannot tell their results apart."""
    for file in tree.features:
        for container in (file.feature, *file.feature.rules):
            first: dict[str, int] = {}
            for node in container.run_items:
                line = first.setdefault(f"{node.type} {node.name}", node.line)
                if line != node.line:
                    message = f'"{node.name}" is the name of what stands in line {line} too: say what is special here'
                    yield Finding(file.path, node.line, "same-name", message)


def http_words(tree: Tree) -> Iterator[Finding]:
    """Technical words in a feature whose promise is not about the API itself; documents in quotes are the owner's."""
    for file in tree.features:
        found = [scenario for scenario in file.scenarios if not _is_technical(tree, file, scenario)]
        if len(found) == len(file.scenarios):
            yield from _technical(file, file.feature, [file.feature.name, *file.feature.description])
        for scenario in found:
            yield from _technical(file, scenario, [scenario.name, *scenario.description])
            for step in scenario.steps:
                rows = [step.table.headings, *step.table.rows] if step.table else []
                yield from _technical(file, step, [step.name, *(cell for row in rows for cell in row)])


def _technical(file: FeatureFile, node: Any, texts: list[str]) -> Iterator[Finding]:
    words = {word for text in texts for word in HTTP_WORDS.findall(text)}
    if words:
        message = f"{', '.join(sorted(words))}: say it in the owner's words"
        yield Finding(file.path, node.line, "technical-words", message)


def _is_technical(tree: Tree, file: FeatureFile, scenario: Any) -> bool:
    listed = tree.criteria.get(file.system)
    return listed is not None and bool(tree.areas_of(file, scenario) & set(listed.content.technical_areas))


def _tag_problem(tree: Tree, file: FeatureFile, tag: str) -> str:
    if tag in SEVERITIES or tag in MARKS:
        return ""
    listed = tree.criteria.get(file.system)
    if scenarios.CRITERION_ID.match(tag) and listed:
        known = listed.content.ids
        return "" if tag in known else f"@{tag} is no criterion of {file.system}{_hint(tag, known)}"
    if tag.startswith(scenarios.NEEDS):
        capability, judged = tag.removeprefix(scenarios.NEEDS), tree.judged_by(file.system)
        declared = {name for system in judged for name in system.capabilities}
        if not judged or capability in declared | scenarios.OF_THE_MACHINE:
            return ""
        return f"@{tag}: {file.system} declares no capability {capability!r}{_hint(capability, declared)}"
    families = f"a criterion, @needs.<capability>, {', '.join('@' + name for name in (*SEVERITIES, *MARKS))}"
    return f"@{tag} belongs to no family of tags ({families})"


def _hint(word: str, known: Any) -> str:
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _covered(tree: Tree, system: str) -> set[str]:
    own = (scenario for file in tree.features if file.system == system for scenario in file.scenarios)
    return {name for scenario in own for name in scenarios.criteria_of(scenarios.all_tags(scenario))}


def _each(tree: Tree) -> Iterator[tuple[FeatureFile, Any]]:
    """Every scenario, an outline once and not row by row."""
    for file in tree.features:
        for node in file.feature.walk_scenarios(with_outlines=True):
            outline = getattr(node, "parent", None)
            if not isinstance(outline, ScenarioOutline):
                yield file, node


def _tagged(file: FeatureFile) -> Iterator[Any]:
    """Whatever carries tags of its own in a file: the feature, rules, scenarios, outlines and their examples."""
    nodes = [file.feature]
    while nodes:
        node = nodes.pop(0)
        yield node
        if isinstance(node, ScenarioOutline):
            yield from node.examples
        else:
            nodes += list(getattr(node, "run_items", ()))
