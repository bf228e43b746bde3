"""Changes of an API's document that break callers, and others that do not: what a guard of the API must tell apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from support.base.outcomes import NothingToJudge
from support.checks.basis import enough
from support.domains.sidecar.platform.api_documents import VERSION, expanded, operations
from support.domains.sidecar.platform.files import Document

NEW = "added_by_the_suite"
"""The name of whatever is added."""

# Each alters a document and returns a word of the place that it altered.


def _path_removed(document: Document) -> str:
    gone = operations(document)[0].path
    del document["paths"][gone]
    return gone


def _method_removed(document: Document) -> str:
    gone = operations(document)[-1]
    del document["paths"][gone.path][gone.method]
    return gone.path


def _parameter_required(document: Document) -> str:
    changed = operations(document)[0]
    changed.content.setdefault("parameters", []).append(_parameter(True))
    return changed.path


def _property_required(document: Document) -> str:
    for path, schema in _bodies(document):
        optional = [name for name in schema.get("properties", {}) if name not in schema.get("required", [])]
        if optional:
            schema.setdefault("required", []).append(optional[0])
            return path
    raise NothingToJudge("no request has a property that may be left out")


def _new_property_required(document: Document) -> str:
    path, schema = enough(list(_bodies(document)), "requests with properties")[0]
    schema["properties"][NEW] = {"type": "string"}
    schema.setdefault("required", []).append(NEW)
    return path


def _parameter_type(document: Document) -> str:
    for operation in operations(document):
        for each in operation.content.get("parameters", ()):
            if each.get("schema", {}).get("type") == "string":
                each["schema"] = {"type": "integer"}
                return operation.path
    raise NothingToJudge("no parameter is a text")


def _property_type(document: Document) -> str:
    for path, schema in _bodies(document):
        for each in schema["properties"].values():
            if each.get("type") == "string":
                each["type"] = "integer"
                return path
    raise NothingToJudge("no request has a text")


def _enum_narrowed(document: Document) -> str:
    path, values = _enum(document)
    values.pop()
    return path


def _enum_widened(document: Document) -> str:
    path, values = _enum(document)
    values.append(NEW)
    return path


def _answer_removed(document: Document) -> str:
    for operation in operations(document):
        good = [status for status in operation.content.get("responses", {}) if status.startswith("2")]
        if good:
            operation.content["responses"]["299"] = operation.content["responses"].pop(good[0])
            return operation.path
    raise NothingToJudge("no operation has an answer")


def _answer_property_removed(document: Document) -> str:
    path, schema = _answer(document)
    gone = next(iter(schema["properties"]))
    del schema["properties"][gone]
    schema["required"] = [name for name in schema.get("required", []) if name != gone]
    return path


def _answer_property_added(document: Document) -> str:
    path, schema = _answer(document)
    schema["properties"][NEW] = {"type": "string"}
    return path


def _path_added(document: Document) -> str:
    document["paths"][f"{VERSION}{NEW}"] = {"get": {"responses": {"200": {"description": "Something new"}}}}
    return NEW


def _parameter_added(document: Document) -> str:
    changed = operations(document)[0]
    changed.content.setdefault("parameters", []).append(_parameter(False))
    return changed.path


def _property_added(document: Document) -> str:
    path, schema = enough(list(_bodies(document)), "requests with properties")[0]
    schema["properties"][NEW] = {"type": "string"}
    return path


def _described_anew(document: Document) -> str:
    changed = operations(document)[0]
    changed.content["description"] = changed.content["summary"] = "Said in other words."
    return changed.path


BREAKING: dict[str, Callable[[Document], str]] = {
    "a path is taken away": _path_removed,
    "a method is taken away": _method_removed,
    "a parameter is added that must be given": _parameter_required,
    "a property that could be left out must be given": _property_required,
    "a property is added that must be given": _new_property_required,
    "a parameter has another type": _parameter_type,
    "a property has another type": _property_type,
    "a value is no longer accepted": _enum_narrowed,
    "an answer has another status": _answer_removed,
    "a property is gone from an answer": _answer_property_removed,
}
COMPATIBLE: dict[str, Callable[[Document], str]] = {
    "a path is added": _path_added,
    "a parameter is added that may be left out": _parameter_added,
    "a property is added that may be left out": _property_added,
    "a property is added to an answer": _answer_property_added,
    "one more value is accepted": _enum_widened,
    "an operation is described in other words": _described_anew,
}
CHANGES = {**BREAKING, **COMPATIBLE}
"""Changes of an API, in the words of Gherkin."""


def changed(document: Document, change: str) -> tuple[Document, str]:
    """A copy of a document with a change, and a word of the place. Every reference is written out before."""
    copied = expanded(document)
    return copied, CHANGES[change](copied)


def _parameter(required: bool) -> Document:
    return {"name": NEW, "in": "query", "required": required, "schema": {"type": "string"}}


def _bodies(document: Document) -> Iterator[tuple[str, Document]]:
    """The schemas of requests that have properties, each with its path."""
    for operation in operations(document):
        for content in operation.content.get("requestBody", {}).get("content", {}).values():
            if content.get("schema", {}).get("properties"):
                yield operation.path, content["schema"]


def _answer(document: Document) -> tuple[str, Document]:
    """The schema of the first answer that has properties, with its path."""
    for operation in operations(document):
        for status, answer in operation.content.get("responses", {}).items():
            for content in answer.get("content", {}).values() if status.startswith("2") else ():
                if content.get("schema", {}).get("properties"):
                    return operation.path, content["schema"]
    raise NothingToJudge("no answer has properties")


def _enum(document: Document) -> tuple[str, list[Any]]:
    """The values of the first parameter, or property of a request, of which there are several, with its path."""
    for operation in operations(document):
        schemas = [each.get("schema", {}) for each in operation.content.get("parameters", ())]
        schemas += [schema for path, schema in _bodies(document) if path == operation.path]
        for values in (found for schema in schemas for found in _enums(schema)):
            return operation.path, values
    raise NothingToJudge("no request accepts a choice of values")


def _enums(schema: Any) -> Iterator[list[Any]]:
    if isinstance(schema, dict):
        if len(schema.get("enum") or ()) > 1:
            yield schema["enum"]
        for each in schema.values():
            yield from _enums(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from _enums(each)
