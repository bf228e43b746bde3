"""Fills in what a definition leaves open: ``{placeholders}``, and ``${VARIABLES}`` of the environment."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Mapping

from support.base.outcomes import UsageError

PLACEHOLDER = re.compile(r"(?<!\$)\{([a-z][a-z0-9_]*)\}")
VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")
"""``${NAME}``, or ``${NAME:-otherwise}`` where something stands in for a variable that is not set."""


def fill(text: str, bindings: Mapping[str, str], where: str) -> str:
    """Fill in the placeholders of one value. Raises UsageError for one that stands for nothing here."""

    def value(found: re.Match[str]) -> str:
        if found[1] not in bindings:
            raise UsageError(f"{where}: nothing is known for {found[0]}; {suggest(found[1], bindings)}")
        return bindings[found[1]]

    return PLACEHOLDER.sub(value, text)


def read_variables(text: str, where: str) -> str:
    """Fill in the variables of one value. Raises UsageError for one that is not set."""

    def value(found: re.Match[str]) -> str:
        read = os.environ.get(found[1], found[2])
        if read is None:
            raise UsageError(f"{where} reads the environment variable {found[1]}: set it and try again")
        return read

    return VARIABLE.sub(value, text)


def unset_variables(text: str) -> list[str]:
    """The variables of a value that are neither set nor stood in for."""
    return [found[1] for found in VARIABLE.finditer(text) if found[2] is None and found[1] not in os.environ]


def suggest(name: str, known: Iterable[str]) -> str:
    """What a message about an unknown name ends with: the nearest name there is, or else all of them."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(names) or 'none'}"
