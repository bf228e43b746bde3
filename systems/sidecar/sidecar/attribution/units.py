"""Cuts texts into sentences."""

from __future__ import annotations

import re

ENDS = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s)|[。！？]+[」』]?|\n+")
ABBREVIATIONS = frozenset(
    {
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "sr",
        "jr",
        "st",
        "vs",
        "etc",
        "e.g",
        "i.e",
        "z.b",
        "d.h",
        "bzw",
        "ca",
        "no",
        "nr",
        "fig",
        "approx",
        "inc",
        "ltd",
        "co",
        "u.s",
    }
)


def sentences(text: str) -> list[str]:
    """The sentences of a text, without space around them; none of an empty text."""
    found: list[str] = []
    start = 0
    for match in ENDS.finditer(text):
        if match[0].startswith(".") and len(match[0]) == 1 and is_abbreviation(text[start : match.start()]):
            continue
        found.append(text[start : match.end()])
        start = match.end()
    found.append(text[start:])
    return [sentence.strip() for sentence in found if sentence.strip()]


def is_abbreviation(before: str) -> bool:
    """Whether a full stop behind this text ends no sentence: behind an abbreviation, or an initial."""
    word = before.rsplit(maxsplit=1)[-1].lower().lstrip("(\"'") if before.split() else ""
    return word in ABBREVIATIONS or (len(word) == 1 and word.isalpha() and before[-1:].isupper())
