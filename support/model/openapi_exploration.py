"""Reads OpenAPI documents by schemathesis: what may be asked of each operation, and what its answers must be.

``schemathesis`` generates requests and compares answers with the document; whom requests are sent to, and what is made
of a finding, is decided elsewhere. Only this module imports it.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

import requests
import schemathesis
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Ok
from schemathesis.generation.feedback import NO_FEEDBACK
from schemathesis.specs.openapi import checks

from support.base.text import decoded

CHECKS = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
"""What schemathesis compares of each answer."""

NOBODY = "http://system"
"""Stands for the address of the system, which only whoever sends a request knows."""
OWN_HEADERS = frozenset(
    ("user-agent", "accept", "accept-encoding", "connection", "content-length", "x-schemathesis-testcaseid")
)
"""Headers that every client sends in its own way; none of them is part of a case."""
A_NAME = "a-name"
"""Stands in an address where a name belongs that nobody has to have."""
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
"""Methods that an operation may have and others may not; HEAD, OPTIONS and TRACE are often answered for all."""
SAFE = ("GET", "HEAD", "OPTIONS")
"""Methods that change nothing (RFC 9110, 9.2.1)."""


class Unreadable(Exception):
    """What was given is no OpenAPI document, or one that contradicts itself. The message says where."""


class Answer(Protocol):
    """What came back for a request; without a status where no whole answer came, and then ``error`` says why."""

    @property
    def method(self) -> str: ...

    @property
    def status(self) -> int | None: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def body(self) -> bytes: ...

    @property
    def duration(self) -> float: ...

    @property
    def error(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Asking:
    """One request: to be sent to a path, with its query, of any system that the document is about."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    allowed: bool = True
    """Whether the document allows it."""

    @property
    def media_type(self) -> str:
        """What its body is said to be; empty if nothing is said."""
        return next((value for name, value in self.headers if name.lower() == "content-type"), "")

    @property
    def other_headers(self) -> dict[str, str]:
        """Its headers but for the media type."""
        return {name: value for name, value in self.headers if name.lower() != "content-type"}


class Operation:
    """One method of one path of a document."""

    def __init__(self, found: Any, base: str) -> None:
        self._found, self._base = found, base.rstrip("/")
        raw: Mapping[str, Any] = found.definition.raw
        self.label: str = found.label
        self.method: str = found.method.upper()
        self.path: str = self._base + found.path
        self.parameters: tuple[str, ...] = tuple(re.findall(r"{([^}]*)}", found.path))
        self.body = None if not list(found.body) else any(each.is_required for each in found.body)
        """Whether a body is required; None where none is described."""
        self.media_types = tuple(str(each.media_type) for each in found.body)
        self.statuses = tuple(str(status) for status in raw.get("responses", {}))
        whole = found.schema.raw_schema
        demands = raw.get("security", whole.get("security")) or []
        self.needs_credentials = bool(demands) and all(demands)
        """Whether it declares that callers identify themselves, and does not say that they need not."""

    @property
    def is_safe(self) -> bool:
        """Whether it changes nothing."""
        return self.method in SAFE

    @property
    def varies(self) -> bool:
        """Whether two requests can differ."""
        return self.body is not None or any(True for _ in self._found.iter_parameters())

    @property
    def demands_parameters(self) -> bool:
        """Whether it requires anything beside its path and its body."""
        return any(
            each.is_required
            for parameters in (self._found.query, self._found.headers, self._found.cookies)
            for each in parameters
        )

    def answers(self, path: str) -> bool:
        """Whether a path, without its query, is one of this operation's."""
        pattern = re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(self.path))
        return re.fullmatch(pattern, path) is not None

    def filled(self, known: Mapping[str, Iterable[str]]) -> str:
        """Its path with names that are known, and some other where none is."""
        return self._base + re.sub(
            r"{([^}]*)}", lambda name: quote(next(iter(known.get(name[1], ())), A_NAME), safe=""), self._found.path
        )

    def askings(self, known: Mapping[str, Iterable[str]]) -> SearchStrategy[Asking | None]:
        """Requests that the document allows, some with names that are known, and fewer that it does not allow.

        None stands for a request that cannot be sent as it is.
        """
        allowed = [self._strategy(schemathesis.GenerationMode.POSITIVE, {})]
        if names := {name: next(iter(known[name])) for name in self.parameters if known.get(name)}:
            allowed.append(self._strategy(schemathesis.GenerationMode.POSITIVE, names))
        if self.body is not None:
            allowed.append(self._strategy(schemathesis.GenerationMode.NEGATIVE, names))
        return st.one_of(*allowed)

    def undescribed(self, answer: Answer) -> list[str]:
        """What of an answer the document does not describe, in words."""
        if answer.status is None:
            return [f"no whole answer came: {answer.error}"]
        found = self._failures(answer)
        if answer.status >= 500 and str(answer.status) not in self.statuses:
            found.insert(0, "it is an error of the server that the document does not name")
        return found

    def describes(self) -> str:
        """What the document says of the answers, for a message."""
        responses: Mapping[str, Any] = self._found.definition.raw.get("responses", {})
        return ", ".join(_response(str(status), each) for status, each in responses.items()) or "no answer at all"

    def _failures(self, answer: Answer) -> list[str]:
        sent = requests.Request(answer.method, NOBODY + self._found.path).prepare()
        headers = {name: [value] for name, value in answer.headers.items()}
        status, took = answer.status or 0, answer.duration
        given = schemathesis.Response(status, headers, answer.body, sent, took, verify=False, encoding="utf-8")
        try:
            self._found.Case(path_parameters=dict.fromkeys(self.parameters, A_NAME)).validate_response(
                given, checks=CHECKS
            )
        except FailureGroup as group:
            return sorted({_in_words(each) for each in group.exceptions if isinstance(each, Failure)})
        return []

    def _strategy(self, mode: Any, names: Mapping[str, str]) -> SearchStrategy[Asking | None]:
        given = {name: quote(value, safe="") for name, value in names.items()}
        cases = self._found.as_strategy(mode, feedback=NO_FEEDBACK, path_parameters=given or None)
        allowed = mode is schemathesis.GenerationMode.POSITIVE
        asked: SearchStrategy[Asking | None] = cases.map(lambda case: self._asking(case, allowed))
        return asked

    def _asking(self, case: Any, allowed: bool) -> Asking | None:
        arguments = case.as_transport_kwargs(base_url=NOBODY + self._base)
        try:
            sent = requests.Request(**arguments).prepare()
        except (requests.RequestException, ValueError):  # such as a header that no client can send
            return None
        headers = tuple((name, str(value)) for name, value in sent.headers.items() if name.lower() not in OWN_HEADERS)
        body = sent.body or b""
        content = body.encode() if isinstance(body, str) else bytes(body)
        return Asking(self.method, sent.path_url, headers, content, allowed)


@dataclass(frozen=True, slots=True)
class ApiDocument:
    """A system's own description of its API."""

    operations: tuple[Operation, ...]

    @classmethod
    def read(cls, document: Any) -> ApiDocument:
        """The document that was given as parsed JSON. Raises Unreadable."""
        if not isinstance(document, dict):
            raise Unreadable("it is no object")
        try:
            schema = schemathesis.openapi.from_dict(copy.deepcopy(document), config=schemathesis.Config())
            schema.config.generation.with_security_parameters = False
            schema.validate()
            found = [_sound(each) for each in schema.get_all_operations()]
        except (schemathesis.errors.SchemathesisError, ValueError) as error:
            lines = [line.strip() for line in str(error).splitlines() if line.strip()]
            raise Unreadable(" ".join(lines[:3])[:300] or type(error).__name__) from error
        return cls(tuple(Operation(each, schema.declared_base_path()) for each in found))

    def of(self, method: str, path: str) -> Operation | None:
        """The operation that a request is made of; paths without parameters come first, as OpenAPI has it."""
        found = [each for each in self.operations if each.method == method and each.answers(path.partition("?")[0])]
        return min(found, key=lambda each: len(each.parameters), default=None)

    def unknown_methods(self) -> list[tuple[str, Operation]]:
        """Methods that no operation has at its path, each with one of the operations that are there."""
        first = {each.path: each for each in reversed(self.operations)}
        return [
            (method, each) for each in first.values() for method in METHODS if self.of(method, each.filled({})) is None
        ]


def _sound(result: Any) -> Any:
    """The operation that schemathesis has read. Raises what it found wrong with it."""
    if isinstance(result, Ok):
        return result.ok()
    raise result.err()


def _in_words(failure: Failure) -> str:
    lines = [line.strip() for line in failure.message.splitlines() if line.strip()]
    return f"{failure.title}: {' '.join(lines[:3])[:300]}"


def _response(status: str, described: Mapping[str, Any]) -> str:
    kinds = list(described.get("content", {}))
    says = "any other status" if status == "default" else f"status {status}"
    return f"{says} as {' or '.join(kinds)}" if kinds else says


def said(body: bytes, longest: int = 160) -> str:
    """A body as far as a sentence shows it."""
    text = decoded(body)
    return text if len(text) <= longest else f"{text[:longest]} …"
