"""The tags that a user asks for: one that nothing carries is a slip, and never an empty selection."""

from __future__ import annotations

import difflib
import fnmatch
import re
from collections.abc import Iterable, Sequence
from typing import Any

from support.base import scenarios
from support.base.outcomes import UsageError

_WORD = re.compile(r"@?\w[\w.*?\[\]-]*|@?[*?\[][\w.*?\[\]-]*")
_OPERATORS = ("and", "or", "not")


def check(expressions: Sequence[str], known: Iterable[str]) -> None:
    """Raise UsageError for a tag that nothing in this tree uses, naming the nearest one that exists."""
    candidates = sorted(set(known))
    for tag in (tag for text in expressions for tag in _tags_in(text)):
        if not fnmatch.filter(candidates, tag):
            near = difflib.get_close_matches(tag, candidates, n=1) or difflib.get_close_matches(
                tag.upper(), candidates, n=1
            )
            hint = f"did you mean @{near[0]}?" if near else "`signoff lint` names the families of tags"
            raise UsageError(f"unknown tag @{tag}: no scenario or criterion carries it; {hint}")


def in_use(features: Iterable[Any]) -> set[str]:
    """Every tag that a scenario of these features carries."""
    return {
        tag for feature in features for scenario in feature.walk_scenarios() for tag in scenarios.all_tags(scenario)
    }


def _tags_in(expression: str) -> list[str]:
    words = (word.removeprefix("@") for word in _WORD.findall(expression))
    return [word for word in words if word.lower() not in _OPERATORS]
