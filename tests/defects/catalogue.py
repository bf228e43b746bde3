"""What a defect is, and a system's list of them.

There are two kinds. ``@defect`` lists a function that breaks the code: it patches the system in the process that calls
it, which the launcher has every program of the system do. ``@edit`` lists a function that breaks a document: it is
given the text of a file beside ``system.yaml`` and returns another::

    @edit("hardening.yaml", "CAIO-HARD-01", "Somebody vouches for an item without saying why")
    def voucher_without_reason(text: str) -> str:
        return swap(text, "why_no_test: ", "")

For a trial the whole folder of the system is copied, its Python packages left out, and the edit is made in the copy.
Whatever ``system.yaml`` names relative to itself (checklist, compose file, Dockerfile, alert rules, runbooks) is then
the copy's; ``system.yaml`` itself may be edited too, and a file in a subfolder (``runbooks/alert.md``). The code that
runs is the original's. An edit that changes nothing is a mistake (DoesNotApply), as is one of a document that is not
there; ``tests.defects.documents`` has ``swap`` and ``in_yaml`` to write edits with. Nothing here imports the suite:
containers are given this folder alone.

Each system has a package ``tests/defects/<system>`` whose ``DEFECTS`` are all of its defects.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.defects.documents import Edit

BOTH = ("http", "python")
"""All interfaces that a system may have."""


@dataclass(frozen=True, slots=True)
class Defect:
    """A mistake that a developer could make, and the criterion whose scenarios must notice it.

    ``apply`` breaks the system in the process that calls it; one that edits a document has ``document`` and ``edit``
    instead, and its ``apply`` does nothing. ``interfaces`` are those over which the mistake shows. ``by_environment``
    says that it bends what the system is started with, and so replaces nothing of its code. ``sample`` is a regular
    expression for the names of the scenarios to try, where to try them all would take long. ``contained`` has it tried
    with the scenarios that need containers, where the criterion has others too: each container costs its time.
    ``explored`` has it tried with the explorations by a model, and only them: it is there to show what they find, and
    the others need not wait for so many cases.
    """

    name: str
    criterion: str
    says: str
    apply: Callable[[], None]
    interfaces: tuple[str, ...] = BOTH
    by_environment: bool = False
    sample: str = ""
    document: str = ""
    edit: Edit | None = None
    contained: bool = False
    explored: bool = False


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The defects of one system by their names, in the order in which its modules define them."""

    defects: dict[str, Defect] = field(default_factory=dict)

    def defect(
        self,
        criterion: str,
        says: str,
        interfaces: tuple[str, ...] = BOTH,
        by_environment: bool = False,
        sample: str = "",
        contained: bool = False,
        explored: bool = False,
    ) -> Callable[[Callable[[], None]], None]:
        """Decorator: list a function as the defect that it makes; its name, with hyphens, is the defect's."""

        def enlist(apply: Callable[[], None]) -> None:
            name = _named(apply)
            found = Defect(name, criterion, says, apply, interfaces, by_environment, sample)
            self._add(replace(found, contained=contained, explored=explored))

        return enlist

    def edit(
        self, document: str, criterion: str, says: str, interfaces: tuple[str, ...] = BOTH, sample: str = ""
    ) -> Callable[[Edit], None]:
        """Decorator: list a function from text to text as the defect that it makes in a document of the system."""

        def enlist(change: Edit) -> None:
            name = _named(change)
            found = Defect(name, criterion, says, _nothing, interfaces, sample=sample, document=document, edit=change)
            self._add(found)

        return enlist

    def _add(self, found: Defect) -> None:
        if found.name in self.defects:
            raise ValueError(f"two defects are named {found.name}")
        self.defects[found.name] = found


def systems() -> list[str]:
    """The systems that have a list of defects."""
    return sorted(path.parent.name for path in Path(__file__).parent.glob("*/__init__.py"))


def of(system: str) -> Mapping[str, Defect]:
    """The defects of a system by their names. Raises ImportError if it has no list."""
    found: Mapping[str, Defect] = importlib.import_module(f"tests.defects.{system}").DEFECTS
    return found


def _named(function: Callable[..., object]) -> str:
    return function.__name__.replace("_", "-")


def _nothing() -> None:
    """What an edit breaks is broken before anything starts."""
