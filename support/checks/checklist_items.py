"""What speaks against a hardening checklist: items that nothing tests, tests that do not exist, hollow vouchers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from support.base.checklists import Item
from support.checks.basis import enough

HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Reading:
    """A checklist beside the acceptance that it names tests of.

    ``listed`` are the acceptance's criteria, ``shown`` those that have a scenario, ``scenarios`` the names of all
    scenarios; ``folder`` is where the documents are that vouchers rest on.
    """

    items: tuple[Item, ...]
    listed: frozenset[str]
    shown: frozenset[str]
    scenarios: frozenset[str]
    folder: Path


def by_section(reading: Reading) -> set[tuple[str, str]]:
    """Every item as its section and its id in words, in small letters: ``("security", "rate limiting")``."""
    return {(item.section.lower(), item.id.replace("-", " ")) for item in reading.items}


def without_ground(reading: Reading) -> list[str]:
    """Items that no existing test shows and nobody fully vouches for; a criterion without scenario shows nothing."""
    return [
        f"{_named(item)}: {_names(item)}"
        for item in enough(reading.items, "items in the checklist")
        if not item.vouched and not set(item.criteria) & reading.shown and not set(item.scenarios) & reading.scenarios
    ]


def unknown_tests(reading: Reading) -> list[str]:
    """Tests that items name and that this acceptance does not have; one that is still to be written is known."""
    enough([name for item in reading.items for name in (*item.criteria, *item.scenarios)], "tests that items name")
    return [
        f"{_named(item)}: {name!r}"
        for item in reading.items
        for name in (*sorted(set(item.criteria) - reading.listed), *sorted(set(item.scenarios) - reading.scenarios))
    ]


def hollow_vouchers(reading: Reading) -> list[str]:
    """Vouchers without a name, without a reason, or resting on a document or a heading that is not there."""
    spoken_for = enough([item for item in reading.items if _has_voucher(item)], "items that anybody vouches for")
    return [f"{_named(item)}: {fault}" for item in spoken_for for fault in _faults(item, reading.folder)]


def _has_voucher(item: Item) -> bool:
    """Whether anything is said of a voucher, whole or not."""
    return bool(item.vouched_by or item.why_no_test or item.rests_on)


def _faults(item: Item, folder: Path) -> Iterator[str]:
    if not item.vouched_by:
        yield "it is not said who vouches"
    if not item.why_no_test:
        yield "it is not said why no test can"
    name, _, heading = item.rests_on.partition("#")
    if name and not (folder / name).is_file():
        yield f"{name} does not exist"
    elif name and heading and heading not in _headings(folder / name):
        yield f"{name} has no heading {heading!r}"


def _headings(path: Path) -> set[str]:
    """The headings of a Markdown file, as links name them."""
    titles = HEADING.findall(path.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def _named(item: Item) -> str:
    return f"“{item.text}” ({item.id})"


def _names(item: Item) -> str:
    named = ", ".join((*item.criteria, *item.scenarios))
    return f"it names only {named}, which no scenario shows" if named else "it names no test"
