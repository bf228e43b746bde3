"""The sidecar's API as documents: as it is frozen, and as the running service serves it."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field
from typing import Any

from support.base.outcomes import NotMet
from support.checks.basis import enough
from support.domains.sidecar.platform import files
from support.domains.sidecar.platform.files import Document
from support.world.core import World

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
VERSION = "/v1/"


@dataclass(frozen=True, slots=True)
class Operation:
    """What a caller may do: a path, a method, and what the document says of it."""

    path: str
    method: str
    content: Document

    @property
    def title(self) -> str:
        """How a message calls it."""
        return f"{self.method.upper()} {self.path}"


@dataclass(slots=True)
class Documents:
    """The document that the running service served, as it was read."""

    served: Document = field(default_factory=dict)


def frozen(world: World) -> Document:
    """The frozen document. Raises NotMet if it is no OpenAPI document."""
    return _document(files.text(world, "frozen_api"), "the frozen document")


def served(world: World) -> Document:
    """The document that the running service serves."""
    answer = world.http.get(world.endpoint("openapi"))
    if not answer.ok:
        raise NotMet(f"expected the API's document, but got {answer}")
    return _document(answer.text, "the document that the service serves")


def _document(text: str, what: str) -> Document:
    try:
        content = json.loads(text)
    except ValueError as error:
        raise NotMet(f"expected {what} to be JSON, but it cannot be read: {error}") from error
    if not isinstance(content, dict) or not str(content.get("openapi", "")).startswith("3."):
        raise NotMet(f"expected {what} to be an OpenAPI 3 document, but it is {str(content)[:200]}")
    return content


def operations(document: Document) -> list[Operation]:
    """Every operation of a document. Raises NothingToJudge if there is none."""
    found = [
        Operation(path, method, entry[method])
        for path, entry in document.get("paths", {}).items()
        for method in METHODS
        if method in entry
    ]
    return enough(found, "operations of the API")


def unversioned(document: Document) -> list[str]:
    """The paths that are not under the version."""
    paths = enough(list(document.get("paths", {})), "paths of the API")
    return [path for path in paths if not path.startswith(VERSION)]


def different(one: Document, other: Document) -> list[str]:
    """The operations that only one of two documents has."""
    mine, others = ({each.title for each in operations(each)} for each in (one, other))
    return [f"only the first has {each}" for each in sorted(mine - others)] + [
        f"only the second has {each}" for each in sorted(others - mine)
    ]


def expanded(document: Document) -> Document:
    """A copy of a document whose references are written out."""
    made: Document = _expanded(copy.deepcopy(document), document, 0)
    return made


def _expanded(part: Any, root: Document, depth: int) -> Any:
    """A part with its references written out, so that a change at one place is a change there alone."""
    if isinstance(part, list):
        return [_expanded(each, root, depth) for each in part]
    if not isinstance(part, dict):
        return part
    reference = part.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/"):
        if depth > 8:
            return {}
        target: Any = root
        for key in reference[2:].split("/"):
            target = target[key.replace("~1", "/").replace("~0", "~")]
        return _expanded(copy.deepcopy(target), root, depth + 1)
    return {key: _expanded(value, root, depth) for key, value in part.items() if key != "components"}
