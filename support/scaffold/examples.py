"""Makes an example of a request's body from its schema in an OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

DEEPEST = 8
"""Levels of a schema that are followed; a schema may contain itself."""
MOST = 200
"""Values of one example."""
SAID = frozenset({"content", "input", "message", "prompt", "query", "question", "text"})
"""Fields that hold what a user says: there an example has a number of its own."""
NUMBERED = "number {number}"
BY_TYPE: dict[str, Any] = {"string": "text", "integer": 1, "number": 1, "boolean": True, "null": None}
BY_FORMAT = {
    "date": "2030-01-01",
    "date-time": "2030-01-01T00:00:00Z",
    "email": "user@example.com",
    "uri": "https://example.com",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


def resolve(document: Mapping[str, Any], node: Any) -> dict[str, Any]:
    """What a node is once its references within the document are followed; empty if they lead nowhere."""
    for _ in range(DEEPEST):
        if not isinstance(node, dict):
            return {}
        reference = node.get("$ref")
        if not isinstance(reference, str):
            return node
        node = document if reference.startswith("#/") else None
        for part in reference.removeprefix("#/").split("/"):
            node = node.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(node, dict) else None
    return {}


def body(document: Mapping[str, Any], media: Mapping[str, Any]) -> Any:
    """An example of a JSON body: the document's own, or one made of its schema with all that is required."""
    examples = media.get("examples")
    named = [resolve(document, each).get("value") for each in examples.values()] if isinstance(examples, dict) else []
    given = [each for each in (media.get("example"), *named) if each is not None]
    example = _Example(document)
    made = example.copied(given[0], 0) if given else example.of(media.get("schema"), "", 0)
    return json.loads(encodable(json.dumps(made, ensure_ascii=False)))


def encodable(text: str) -> str:
    """A text with a question mark for each half of a character, which no file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


class _Example:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document, self._left = document, MOST

    def of(self, node: Any, field: str, depth: int) -> Any:
        self._left -= 1
        schema = resolve(self._document, node)
        if depth > DEEPEST or self._left < 0:
            return None
        if (given := _given(schema)) is not None:
            return self.copied(given, depth)
        for group in ("anyOf", "oneOf", "allOf"):
            if isinstance(parts := schema.get(group), list) and parts:
                return self._of_parts(group, parts, field, depth)
        kind = schema.get("type")
        kind = kind[0] if isinstance(kind, list) and kind else kind
        if kind == "object" or isinstance(schema.get("properties"), dict):
            return self._of_object(schema, depth)
        if kind == "array":
            return [self.of(schema.get("items"), field, depth + 1)]
        return _of_scalar(schema, kind, field)

    def copied(self, value: Any, depth: int) -> Any:
        """As much of a value of the document as an example may hold: in YAML it may contain itself."""
        self._left -= 1
        if depth > 2 * DEEPEST or self._left < 0:
            return None
        if isinstance(value, dict):
            return {str(name): self.copied(each, depth + 1) for name, each in value.items() if self._left > 0}
        if isinstance(value, list):
            return [self.copied(each, depth + 1) for each in value if self._left > 0]
        return value if isinstance(value, str | int | float | None) else str(value)

    def _of_parts(self, group: str, parts: list[Any], field: str, depth: int) -> Any:
        if group != "allOf":
            return self.of(parts[0], field, depth + 1)
        made = [self.of(part, field, depth + 1) for part in parts]
        objects = [each for each in made if isinstance(each, dict)]
        return {name: value for each in objects for name, value in each.items()} if objects else made[0]

    def _of_object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        properties, required = schema.get("properties"), schema.get("required")
        known = properties if isinstance(properties, dict) else {}
        wanted = [name for name in known if isinstance(required, list) and name in required]
        return {str(name): self.of(known[name], str(name), depth + 1) for name in wanted}


def _given(schema: Mapping[str, Any]) -> Any:
    """The value that a schema itself gives, if it does."""
    listed = [schema[name][0] for name in ("examples", "enum") if isinstance(schema.get(name), list) and schema[name]]
    return next(
        (each for each in (schema.get("example"), schema.get("const"), schema.get("default"), *listed) if each), None
    )


def _of_scalar(schema: Mapping[str, Any], kind: Any, field: str) -> Any:
    if kind == "string" or kind is None:
        return NUMBERED if field in SAID else BY_FORMAT.get(str(schema.get("format")), BY_TYPE["string"])
    if kind in ("integer", "number") and isinstance(least := schema.get("minimum"), int | float):
        return least
    return BY_TYPE.get(str(kind))
