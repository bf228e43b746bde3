"""Lines that Gherkin reads as description though their structure shows that they were meant as more.

A heading without its colon or in the wrong case is no error in Gherkin: it and the steps below it become the
description of what stands above, and the scenario is lost without a word. Prose may begin with the same words; what
tells the two apart is how lines follow each other, how they are indented, and whether they end as sentences do.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from gherkin.dialect import Dialect

from support.base import scenarios
from support.base.gherkin_reference import Description

FALLBACK = "en"
"""Keywords of this language are looked for in files of every other one too."""
CONDITIONS = ("given", "when", "then")
TITLES = ("scenario", "scenario_outline")

_MARKER = re.compile(r"^(?:[-–—•*+]|\d+[.)])\s+")
_SENTENCE_END = re.compile(r"[.!?…:;,。！？､、।۔]['\"”’»)\]]*$")
_FULL_STOP = re.compile(r"[.!?…。！？।۔]['\"”’»)\]]*$")
_TITLED = re.compile(r"^\w+(?: \w+)?\s?:")
_INVISIBLE = ("Mn", "Cf")


@dataclass(frozen=True, slots=True)
class Misread:
    """A line that was read as description, and what to do."""

    line: int
    text: str
    why: str

    def __str__(self) -> str:
        return f'"{self.text}" is read as description{self.why}'


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str
    indent: int
    opens: bool
    """Whether a paragraph begins with it."""
    step: str = ""
    """The kind of step that its first word stands for, in whatever case: given, when, then, and, but."""
    heading: str = ""
    """The kind of heading that its first words stand for, in whatever case, with or without a colon."""
    colon: bool = False
    """Whether a colon follows the keyword."""

    @property
    def capital(self) -> bool:
        return not self.text[:1].islower()

    @property
    def sentence(self) -> bool:
        return bool(_SENTENCE_END.search(self.text))

    @property
    def full_stop(self) -> bool:
        return bool(_FULL_STOP.search(self.text))

    @property
    def data(self) -> bool:
        return self.text.startswith(("|", '"""', "'''", "```"))


def misread(description: Description, language: str, below: str = "") -> Iterator[Misread]:
    """The lines of a description that were meant as keywords. ``below`` is the line right under it, if it is a step."""
    lines = list(_lines(description, language))
    found = {line.number: Misread(line.number, line.text, why) for line, why in _meant_as_headings(lines, language)}
    judge = _lost_first_steps if description.owner in ("scenario", "background") else _lost_scenarios
    for line, why in judge(lines, description, language, below):
        found.setdefault(line.number, Misread(line.number, line.text, why))
    yield from (found[number] for number in sorted(found))


def _lines(description: Description, language: str) -> Iterator[_Line]:
    opens = True
    for number, raw in description.lines:
        text = _plain(raw)
        if not text:
            opens = True
            continue
        bare = _MARKER.sub("", text)
        step = _first(_steps(language), _fold(bare) + " ")
        heading = _first(_headings(language), _fold(bare))
        after = _fold(bare)[len(heading[1]) :].lstrip() if heading else ""
        yield _Line(
            number=number,
            text=text,
            indent=len(raw) - len(raw.lstrip()),
            opens=opens,
            step=step[0] if step else "",
            heading=heading[0] if heading else "",
            colon=after.startswith(":") or bool(step and step[1].endswith(":")),
        )
        opens = False


def _meant_as_headings(lines: Sequence[_Line], language: str) -> Iterator[tuple[_Line, str]]:
    for index, line in enumerate(lines):
        slipped = _slipped_heading(line.text, language)
        before = lines[index - 1] if index and not line.opens else None
        follows = lines[index + 1] if index + 1 < len(lines) else None
        continues = before is not None and not before.sentence and line.text[:1].islower() and line.full_stop
        proper = _proper(line.heading, language)
        if line.heading and line.colon and not continues:
            yield line, f', not as a heading; begin it with "{proper}:", in this case and with this colon'
        elif slipped:
            yield line, f', not as a heading; begin it with "{_proper(slipped, language)}:"'
        elif line.heading and line.opens and _is_title(line, language) and (follows is None or follows.opens):
            yield line, f', not as a heading; begin it with "{proper}:", or end it with a full stop if it is prose'
        elif line.heading in TITLES and not line.sentence and follows is not None and follows.text.startswith("* "):
            yield line, f', not as a heading; write "{proper}:", with a colon, or end the line with one if it is prose'
        elif not line.sentence and _is_tags(line.text):
            yield line, ', not as tags; write each with its "@", above the heading that it belongs to'


def _lost_scenarios(
    lines: Sequence[_Line], description: Description, language: str, below: str
) -> Iterator[tuple[_Line, str]]:
    """Where steps stand in the description of a feature or a rule, under a heading that was not read as one."""
    why = (
        ", and what follows with it: no scenario is run of it; write its heading with a keyword and a colon "
        f'("{_proper("scenario", language)}:"), or wrap the lines otherwise if they are prose'
    )
    index = 0
    while index < len(lines):
        run = _run(lines, index)
        head = lines[index - 1] if index else None
        if run and _are_steps(head, run, _after(lines, index + len(run))):
            yield (head if head is not None and (head.heading or not head.full_stop) else run[0]), why
        index += max(len(run), 1)


def _lost_first_steps(
    lines: Sequence[_Line], description: Description, language: str, below: str
) -> Iterator[tuple[_Line, str]]:
    """The first steps of a scenario or background, when a slip keeps their keywords from being known."""
    why = ", not as a step; begin it with a step's keyword, or end it with a full stop if it is prose"
    for line in lines:
        if line.step and (line.capital or line.colon) and not line.full_stop:
            yield line, why
    first = _first(_steps(language), _fold(below)) if below else None
    if first is None or not lines or lines[-1].sentence:
        return
    unprepared = first[0] != "given" and not description.has_background and not below.startswith("*")
    if unprepared or _is_slip(lines[-1].text, language):
        yield lines[-1], why


def _run(lines: Sequence[_Line], start: int) -> Sequence[_Line]:
    """The lines from here on that begin as steps do, with tables and texts below them; empty if the first does not."""
    if not lines[start].step:
        return ()
    end = start + 1
    while end < len(lines) and (lines[end].step or lines[end].data):
        end += 1
    return lines[start:end]


def _after(lines: Sequence[_Line], index: int) -> _Line | None:
    """The line that goes on where a run has stopped, in the same paragraph."""
    return lines[index] if index < len(lines) and not lines[index].opens else None


def _are_steps(head: _Line | None, run: Sequence[_Line], after: _Line | None) -> bool:
    """Whether lines that begin as steps do are steps rather than prose. ``head`` is the line before them."""
    steps = [line for line in run if not line.data]
    kinds = [line.step for line in steps]
    continued = after is not None and not after.text[:1].isupper()
    sentences = sum(line.full_stop for line in steps) + (continued and not steps[-1].full_stop)
    titled = head is not None and bool(head.heading) and (head.opens or head.capital or head.colon)
    if len(steps) < len(run):
        return True
    if titled and head is not None and not (head.full_stop and sentences):
        return True
    if not all(line.capital for line in steps):
        return len(steps) > 2 and not sentences and "then" in kinds and kinds[0] in CONDITIONS
    if kinds[0] not in CONDITIONS:
        return False
    if "then" in kinds[1:] and kinds[0] != "then":
        return True
    deeper = head is not None and not head.sentence and steps[0].indent > head.indent
    if len(steps) > 1:
        return sentences < len(steps) or deeper
    if sentences or head is None:
        return False
    return deeper or bool(_TITLED.match(head.text)) or (not steps[0].opens and not head.sentence)


def _is_title(line: _Line, language: str) -> bool:
    """Whether the line is a keyword and a name: no sentence, and the name in capitals where there are any."""
    found = _first(_headings(language), _fold(line.text))
    rest = line.text.split()[len(found[1].split()) :] if found else []
    return bool(rest) and line.capital and not line.sentence and ":" not in line.text and not rest[0][0].islower()


def _is_tags(text: str) -> bool:
    words = [word.lstrip("@#(").rstrip(",)") for word in text.split()]
    named = [word for word in words if scenarios.CRITERION_ID.match(word) or word.startswith(scenarios.NEEDS)]
    return bool(named) and all(word in named or word in scenarios.TAG_WORDS for word in words)


def _is_slip(text: str, language: str) -> bool:
    """Whether the first word is a step's keyword with two letters swapped, one doubled, or an inner one left out."""
    word = _fold(text).split()[0]
    keywords = [keyword.strip(" :") for kind, keyword in _steps(language) if kind in CONDITIONS]
    return any(" " not in keyword and len(keyword) > 3 and word in _slips(keyword) for keyword in keywords)


def _slipped_heading(text: str, language: str) -> str:
    """The kind of heading that the words before a colon are a slip of; empty if of none."""
    words, colon, _ = _fold(text).partition(":")
    return next((kind for kind, keyword in _headings(language) if colon and words.strip() in _slips(keyword)), "")


def _slips(word: str) -> set[str]:
    swapped = {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)}
    doubled = {word[:at] + word[at] + word[at:] for at in range(len(word))}
    shorter = {word[:at] + word[at + 1 :] for at in range(1, len(word) - 1)} if len(word) > 4 else set()
    return (swapped | doubled | shorter) - {word}


def _plain(text: str) -> str:
    """The text with ordinary spaces, colons and signs, and without what cannot be seen."""
    normal = unicodedata.normalize("NFKC", text)
    return " ".join("".join(char for char in normal if unicodedata.category(char) != "Cf").split())


def _fold(text: str) -> str:
    """The text without case and accents."""
    parts = unicodedata.normalize("NFKD", _plain(text) + (" " if text.endswith(" ") else ""))
    return "".join(char for char in parts if unicodedata.category(char) not in _INVISIBLE).casefold()


def _first(keywords: Sequence[tuple[str, str]], folded: str) -> tuple[str, str] | None:
    """Kind and spelling of the keyword that a line begins with; the longest that fits."""
    for kind, keyword in keywords:
        rest = folded[len(keyword) :]
        if folded.startswith(keyword) and (not keyword[-1:].isalpha() or not _joined(keyword, rest)):
            return kind, keyword
    return None


def _joined(keyword: str, rest: str) -> bool:
    """Whether the keyword is only the beginning of a word, in a script that writes spaces between words."""
    return keyword[-1].isascii() and rest[:1].isalnum()


@cache
def _steps(language: str) -> tuple[tuple[str, str], ...]:
    """Kind and folded spelling of every step keyword but ``*``, longest first, also with a colon for its space."""
    found: dict[str, str] = {}
    for dialect, kinds in zip(_dialects(language), ((*CONDITIONS, "and", "but"), CONDITIONS), strict=False):
        for kind in kinds:
            for keyword in getattr(dialect, f"{kind}_keywords"):
                if not keyword.startswith("*"):
                    found.setdefault(_fold(keyword), kind)
                    found.setdefault(_fold(keyword).strip() + ":", kind)
    return _longest_first(found)


@cache
def _headings(language: str) -> tuple[tuple[str, str], ...]:
    """Kind and folded spelling of every keyword of a heading, longest first."""
    found: dict[str, str] = {}
    for dialect in _dialects(language):
        for kind in ("scenario_outline", "scenario", "examples", "background", "rule", "feature"):
            for keyword in getattr(dialect, f"{kind}_keywords"):
                found.setdefault(_fold(keyword), kind)
    return _longest_first(found)


def _longest_first(found: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((kind, keyword) for keyword, kind in sorted(found.items(), key=lambda item: -len(item[0])))


def _dialects(language: str) -> list[Dialect]:
    named = (Dialect.for_name(name) for name in dict.fromkeys((language, FALLBACK)))
    return [dialect for dialect in named if dialect is not None]


def _proper(kind: str, language: str) -> str:
    """How the file's own language spells a heading of that kind, in its most usual form."""
    dialect = _dialects(language)[0]
    return str(getattr(dialect, f"{kind}_keywords")[-1 if kind == "scenario" else 0]) if kind else ""
