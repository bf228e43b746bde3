"""What a defect is, and the list of all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

BOTH = ("http", "python")

DEFECTS: dict[str, Defect] = {}
"""Every defect by its name, in the order in which the modules define them."""


@dataclass(frozen=True, slots=True)
class Defect:
    """A mistake that a developer could make, and the criterion whose scenarios must notice it.

    ``apply`` breaks the system in the process that calls it. ``interfaces`` are those over which the mistake shows.
    ``by_environment`` says that it bends what CAIO is started with, and so replaces nothing of its code.
    ``sample`` is a regular expression for the names of the scenarios to try, where to try them all would take long.
    """

    name: str
    criterion: str
    says: str
    apply: Callable[[], None]
    interfaces: tuple[str, ...] = BOTH
    by_environment: bool = False
    sample: str = ""


def defect(
    criterion: str, says: str, interfaces: tuple[str, ...] = BOTH, by_environment: bool = False, sample: str = ""
) -> Callable[[Callable[[], None]], None]:
    """Decorator: list a function as the defect that it makes; its name, with hyphens, is the defect's."""

    def enlist(apply: Callable[[], None]) -> None:
        name = apply.__name__.replace("_", "-")
        if name in DEFECTS:
            raise ValueError(f"two defects are named {name}")
        DEFECTS[name] = Defect(name, criterion, says, apply, interfaces, by_environment, sample)

    return enlist
