"""The words that all sentences share: systems, values, quoted text; subjects and domains register their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import parse
from behave import register_type

from support.base import systems

KNOWN, UNREADABLE = systems.readable()
"""The systems that Gherkin may speak of, and what is wrong with each other one, which stops no run but its own."""


def one_of(names: Iterable[str]) -> str:
    """A pattern that matches exactly these names."""
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


def word_type(names: Iterable[str], pattern: str | None = None) -> Callable[[str], str]:
    """A type of step patterns that matches one of the names, or what the pattern says in their place."""

    @parse.with_pattern(pattern or one_of(names))
    def convert(text: str) -> str:
        return text

    converter: Callable[[str], str] = convert
    return converter


@parse.with_pattern(one_of([system.says for system in KNOWN]))
def system_name(text: str) -> str:
    """A system, by the name that its definition says Gherkin calls it."""
    return text


@parse.with_pattern(r'[^"]*')
def words(text: str) -> str:
    """What stands between two quotation marks."""
    return text


@parse.with_pattern(r'missing|-?\d+(?:\.\d+)?|true|false|\[\]|"[^"]*"')
def literal(text: str) -> str:
    """A value as YAML writes it, or "missing"."""
    return text


WORDS: dict[str, list[str]] = {"System": [system.says for system in KNOWN]}
"""The words that sentences and tables know, by the type they belong to; ``signoff vocabulary`` lists them."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """A type that matches more than the words which are listed: what its pattern says."""

    words: Sequence[str]
    pattern: str


def register(**types: Iterable[str] | Phrases) -> None:
    """Make the shared types known to behave, and a subject's own: name of the type → its words.

    A file of steps calls this before its first sentence.
    """
    register_type(System=system_name, Literal=literal, Words=words)
    for name, given in types.items():
        WORDS[name] = list(given.words if isinstance(given, Phrases) else given)
        register_type(**{name: word_type(WORDS[name], given.pattern if isinstance(given, Phrases) else None)})


def note(**tables: Iterable[str]) -> None:
    """List words that only tables know, such as the columns of a table of services."""
    WORDS.update({name: list(known) for name, known in tables.items()})


def requests() -> list[str]:
    """The names of the requests of all systems, which Gherkin may have callers try."""
    return sorted({name for system in KNOWN for name in system.requests})


def identities() -> list[str]:
    """The names of the identities of every system."""
    return sorted({name for system in KNOWN for name in system.identities})
