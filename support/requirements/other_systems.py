"""Finds steps that name another system than the one that their scenario is about."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from support.requirements.review import Find

PARAMETER = "system"
"""What every sentence calls the parameter in which a system is named."""


def named(steps: Iterable[Any], others: Collection[str], find: Find) -> Iterator[tuple[Any, str]]:
    """Each step that names one of the other systems as its system, and that name."""
    for step in steps:
        if not any(other in step.name for other in others):
            continue  # hardly any step does: finding its sentence would cost every scenario time
        place = find(step)
        for parameter, text in place.texts if place else ():
            if parameter == PARAMETER and text in others:
                yield step, text


def says(name: str, own: str) -> str:
    """What is wrong with a step that names another system."""
    return f"names {name}, but its feature is about {own}: features name their own system alone"
