"""Reads feature files for a run and for lint alike: what cannot be judged whole is refused, with file and line.

behave passes over whatever it takes for description, and over files that hold no feature. So each file is read by the
reference parser too, and both must find the same scenarios, steps and tables.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from behave.exception import FileNotFoundError as FeatureNotFound
from behave.exception import InvalidFileLocationError, InvalidFilenameError
from behave.model import Rule, ScenarioOutline
from behave.parser import ParserError, parse_feature
from behave.runner_util import collect_feature_locations, parse_features

from support.base import gherkin_reference, keywords
from support.base.gherkin_reference import Document, ScenarioShape, StepShape, SyntaxTrouble
from support.base.outcomes import UsageError

BOMS = {b"\xef\xbb\xbf": "UTF-8", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
_ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029]|\r(?!\n)")
"""Characters that are no text, or end a line for some readers and not for others."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Why a feature file cannot be judged; ``kind`` is the rule by which lint lists it."""

    path: str
    line: int
    kind: str
    why: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.why}"


def collect(paths: Iterable[str]) -> list[Any]:
    """The places behind paths: folders, files, ``file:line``. Raises UsageError."""
    try:
        return list(collect_feature_locations(list(paths)))
    except FeatureNotFound as error:
        raise UsageError(f"no such feature file or folder: {error}") from error
    except InvalidFilenameError as error:
        raise UsageError(
            f"not a feature file: {error}; give folders, files that end in .feature, or file:line"
        ) from error


def parse(paths: Iterable[str]) -> list[Any]:
    """The features behind paths, as behave parses them, once each file is seen to be whole. Raises UsageError."""
    locations = collect(paths)
    check(location.filename for location in locations)
    try:
        return list(parse_features(locations))
    except (ParserError, InvalidFileLocationError) as error:
        raise UsageError(f"a feature file cannot be read: {error}") from error


def check(files: Iterable[str]) -> None:
    """Raise UsageError for the first file that cannot be judged, and say how many more problems there are."""
    found = [problem for file in dict.fromkeys(map(str, files)) for problem in examine(Path(file))[1]]
    if found:
        more = f" (and {len(found) - 1} more: see `signoff lint`)" if len(found) > 1 else ""
        raise UsageError(f"{found[0]}{more}")


def examine(path: Path) -> tuple[Any | None, list[Problem]]:
    """The feature in a file, as behave parses it, and whatever keeps it from being judged; None if nothing can be."""
    shown = str(path)
    try:
        text = _text(path.read_bytes())
        document = gherkin_reference.read(text)
        if document is None:
            return None, [Problem(shown, 1, "syntax", "it holds no feature; write one, or take the file away")]
        feature = _parsed_by_behave(text, shown)
    except OSError as error:
        return None, [Problem(shown, 1, "syntax", f"it cannot be read: {error.strerror or error}")]
    except _NotText as error:
        return None, [Problem(shown, error.line, "encoding", str(error))]
    except SyntaxTrouble as error:
        return None, [Problem(shown, error.line, "syntax", str(error))]
    problems = [Problem(shown, line, "mistyped-keyword", why) for line, why in _misread(document, text)]
    problems += [Problem(shown, line, "empty", f'"{title}" {EMPTY}') for line, title in document.empty]
    if not document.empty:  # which each parser counts in its own way
        problems += [Problem(shown, line, "parsers-disagree", why) for line, why in _disagreement(feature, document)]
    return feature, problems


EMPTY = "has neither steps nor rows of its own, so nothing of it would be run"


class _NotText(Exception):
    """The bytes are no text in UTF-8; ``line`` says where."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line


def _text(data: bytes) -> str:
    for mark, encoding in BOMS.items():
        if data.startswith(mark):
            what = f"{encoding} with a byte order mark (BOM)"
            raise _NotText(1, f"it is written in {what}; save it as UTF-8 without one")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _NotText(line, f"it is not in UTF-8 (byte 0x{data[error.start]:02x}); save it as UTF-8") from error
    if odd := _ODD.search(text):
        line = text.count("\n", 0, odd.start()) + 1
        name = unicodedata.name(odd[0], f"control character U+{ord(odd[0]):04X}")
        raise _NotText(line, f"it holds a {name.lower()}; save it as UTF-8, with ordinary line breaks")
    return text


def _parsed_by_behave(text: str, filename: str) -> Any:
    try:
        return parse_feature(text, filename=filename)
    except ParserError as error:
        said = " ".join(str(error.args[0]).split())
        raise SyntaxTrouble(error.line or 1, f"behave cannot read it: {said}") from error
    except (LookupError, AttributeError, TypeError, ValueError) as error:
        raise SyntaxTrouble(1, f"behave cannot read it: {type(error).__name__}: {error}") from error


def _misread(document: Document, text: str) -> Iterator[tuple[int, str]]:
    lines = text.split("\n")
    for description in document.descriptions:
        last = max((number for number, line in description.lines if line.strip()), default=0)
        below = lines[last].strip() if last < len(lines) else ""
        for found in keywords.misread(description, document.language, below):
            yield found.line, str(found)


def _disagreement(feature: Any, document: Document) -> Iterator[tuple[int, str]]:
    """The first place where behave and the reference parser read something else; nothing if they agree."""
    for ours, theirs in zip_longest(_shapes(feature), document.scenarios):
        if ours == theirs:
            continue
        found = [shape for shape in (ours, theirs) if shape is not None]
        first = min(found, key=lambda shape: shape.line)
        if len(found) < 2 or ours.line != theirs.line:
            reader, other = (
                ("behave", "the Gherkin reference") if first is ours else ("the Gherkin reference", "behave")
            )
            yield first.line, f'{reader} reads the scenario "{first.name}" here, {other} does not; {REWRITE}'
        elif ours.name != theirs.name:
            yield first.line, f'behave reads the name "{ours.name}", the Gherkin reference "{theirs.name}"; {REWRITE}'
        else:
            line, what = _other_step(ours, theirs)
            yield line, f'behave reads {what} of "{first.name}" otherwise than the Gherkin reference does; {REWRITE}'
        return


REWRITE = "write keywords in their own case and tables with both ends, so that one reading is left"


def _other_step(ours: ScenarioShape, theirs: ScenarioShape) -> tuple[int, str]:
    for one, other in zip_longest(ours.steps, theirs.steps):
        if one != other:
            lines = [step.line for step in (one, other) if step is not None]
            same = one is not None and other is not None and one.line == other.line
            return min(lines), "the table of a step" if same else "a step"
    return ours.line, "the steps"


def _shapes(container: Any) -> Iterator[ScenarioShape]:
    """The scenarios of a feature or rule as behave has read them, without building each row of an outline."""
    for node in container.run_items:
        if isinstance(node, Rule):
            yield from _shapes(node)
            continue
        steps, lines = tuple(map(_shape, node.all_steps)), [node.line]
        if isinstance(node, ScenarioOutline):
            lines = [row.line for table in node.examples if table.table is not None for row in table.table.rows]
        yield from (ScenarioShape(line, node.name, steps) for line in lines)


def _shape(step: Any) -> StepShape:
    if step.table is None:
        return StepShape(step.line)
    return StepShape(step.line, len(step.table.rows) + 1, len(step.table.headings))
