"""Applies every rule to a checkout."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from support.lint import assertions, cycles, definitions, features, sentences, sources, step_functions
from support.lint.tree import Finding, Tree, read

RULES: tuple[Callable[[Tree], Iterable[Finding]], ...] = (
    features.tags,
    features.criteria_without_scenario,
    features.scenario_without_criterion,
    features.two_whens,
    features.one_row_outline,
    features.empty_scenario,
    features.repeated_row,
    features.same_name,
    features.http_words,
    sentences.undefined,
    sentences.unused,
    sentences.duplicate,
    sentences.ambiguous,
    sentences.another_system,
    sentences.sentence_of_another_system,
    sentences.undocumented,
    step_functions.too_long,
    step_functions.does_nothing,
    step_functions.waits,
    step_functions.talks_http,
    step_functions.executes_steps,
    step_functions.any_keyword,
    assertions.bare_booleans,
    definitions.unset_tokens,
    definitions.criteria_of_another_system,
    definitions.undeclared,
    definitions.unread_endpoints,
    sources.sleeps,
    sources.arrows,
    sources.single_importers,
    cycles.import_cycles,
)


def check(root: Path) -> list[Finding]:
    """Every finding in a checkout, by file and line."""
    tree = read(root)
    return sorted({*tree.troubles, *(finding for rule in RULES for finding in rule(tree))})
