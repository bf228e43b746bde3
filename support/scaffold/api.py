"""What a first acceptance needs to know of an API: its probes, the requests to try, and how it refuses them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from support.base.outcomes import UsageError
from support.http.paths import check
from support.scaffold import examples
from support.scaffold.openapi import Document

ASK = "ask for an answer"
"""The request that loads are made of."""
MOST_READS = 12
"""Reading requests that are tried at first; the others are listed in a comment."""
METHODS = ("get", "post", "put", "patch", "delete")
PROBES = {
    "health": ("health", "healthz", "status"),
    "ready": ("ready", "readyz", "readiness"),
    "live": ("live", "livez", "liveness"),
    "metrics": ("metrics",),
}
"""Endpoint → how its path may end."""
ASKING = ("chat", "complet", "respon", "message", "ask", "generat", "infer", "predict", "invoke", "route", "query")
"""Words in the path of a request that asks for an answer and changes nothing, the best first."""
_VERSION = re.compile(r"v\d+\w*|api", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Request:
    """A request that is tried: the name by which Gherkin calls it, and its endpoint."""

    name: str
    method: str
    endpoint: str
    path: str
    body: Any = None
    secured: bool = True
    methods: tuple[str, ...] = ()
    """Every method that its address has."""


@dataclass(frozen=True, slots=True)
class Api:
    """An API as far as a first acceptance needs it. ``left_out`` are the operations that are not tried."""

    title: str
    version: str
    probes: Mapping[str, str]
    requests: tuple[Request, ...]
    secured: bool = True
    scheme: str = "bearer"
    invalid: int = 400
    message: str = "error.message"
    left_out: tuple[str, ...] = ()

    @property
    def main(self) -> Request:
        """The request that loads are made of."""
        return self.requests[0]

    @property
    def protected(self) -> str:
        """A path that only known callers may read."""
        reads = [each for each in self.requests if each.method == "GET"]
        return next((each.path for each in reads if each.secured), self.main.path)

    @property
    def unused_method(self) -> str | None:
        """A method that the address of the main request does not have; None if it has all."""
        return next((method for method in ("DELETE", "PATCH", "PUT") if method not in self.main.methods), None)


def assumed(name: str) -> Api:
    """The API that is assumed where no document describes it: that of OpenAI."""
    said = {"model": "small", "messages": [{"role": "user", "content": examples.NUMBERED}]}
    chat = Request(ASK, "POST", "chat-completions", "/v1/chat/completions", said)
    models = Request("get models", "GET", "models", "/v1/models")
    return Api(name, "0.0.0", {}, (chat, models))


def described(document: Document, name: str) -> Api:
    """The API that a document describes. Raises UsageError if it has nothing that can be tried without more data."""
    operations = list(_operations(document))
    probes = {
        probe: path
        for probe, endings in PROBES.items()
        for path in [each.path for each in operations if each.method == "GET"]
        if path.rsplit("/", 1)[-1].lower() in endings
    }
    own = [each for each in operations if each.callable and each.path not in probes.values()]
    reads = [each for each in own if each.method == "GET"][:MOST_READS]
    asks = sorted((each for each in own if each.method == "POST" and each.rank < len(ASKING)), key=_Operation.by_rank)
    tried = [*asks[:1], *reads]
    if not tried:
        raise UsageError(
            "the OpenAPI document describes nothing that can be tried as it stands: no reading operation "
            "without parameters, and none that asks for an answer"
        )
    info = examples.resolve(document, document.get("info"))
    is_fastapi = "HTTPValidationError" in examples.resolve(document, {"$ref": "#/components/schemas"})
    return Api(
        title=_line(info.get("title")) or name,
        version=_line(info.get("version")) or "0.0.0",
        probes=probes,
        requests=tuple(_named(tried, operations, _prefix(document))),
        secured=any(each.secured for each in tried),
        scheme=_scheme(document),
        invalid=422 if is_fastapi else 400,
        message="detail" if is_fastapi else "error.message",
        left_out=tuple(
            f"{each.method} {each.path}"
            for each in operations
            if each not in tried and each.path not in probes.values()
        ),
    )


@dataclass(frozen=True, slots=True)
class _Operation:
    method: str
    path: str
    body: Any
    secured: bool
    callable: bool

    @property
    def rank(self) -> int:
        """How well its path fits a request that asks for an answer, 0 the best; the number of words if it does not."""
        return next((number for number, word in enumerate(ASKING) if word in self.path.lower()), len(ASKING))

    def by_rank(self) -> tuple[int, int]:
        """What sorts the best first, and a short path before a longer one."""
        return self.rank, len(self.path)


def _operations(document: Document) -> Iterator[_Operation]:
    prefix = _prefix(document)
    for path, item in document["paths"].items():
        whole = examples.resolve(document, item)
        for method in (each for each in METHODS if isinstance(whole.get(each), dict)):
            if _can_be_sent(address := f"{prefix}{path}"):
                yield _operation(document, method, address, whole, whole[method])


def _operation(
    document: Document, method: str, path: str, item: Mapping[str, Any], node: Mapping[str, Any]
) -> _Operation:
    both = [*_list(item.get("parameters")), *_list(node.get("parameters"))]
    needed = [each for each in both if examples.resolve(document, each).get("required") is True]
    content = examples.resolve(document, node.get("requestBody")).get("content")
    media = content.get("application/json") if isinstance(content, dict) else None
    has_body = isinstance(media, dict)
    schemes = _list(node.get("security", document.get("security")))
    return _Operation(
        method=method.upper(),
        path=path,
        body=examples.body(document, media) if isinstance(media, dict) and method != "get" else None,
        secured=bool(schemes) and {} not in schemes,
        callable="{" not in path and not needed and (method == "get" or has_body),
    )


def _named(tried: list[_Operation], operations: list[_Operation], prefix: str) -> Iterator[Request]:
    taken: set[str] = set()
    for number, each in enumerate(tried):
        endpoint = base = _slug(each.path.removeprefix(prefix))
        count = 2
        while endpoint in taken or endpoint in (*PROBES, "protected"):
            endpoint, count = f"{base}-{count}", count + 1
        taken.add(endpoint)
        name = ASK if number == 0 else f"get {endpoint.replace('-', ' ')}"
        methods = tuple(other.method for other in operations if other.path == each.path)
        yield Request(name, each.method, endpoint, each.path, each.body, each.secured, methods)


def _slug(path: str) -> str:
    parts = [part for part in path.split("/") if part]
    kept = [part for part in parts if not _VERSION.fullmatch(part)] or parts
    return re.sub(r"[^a-z0-9]+", "-", " ".join(kept).lower()).strip("-") or "root"


def _prefix(document: Document) -> str:
    """The path that the first server's address adds to every path."""
    servers = _list(document.get("servers"))
    url = servers[0].get("url") if servers and isinstance(servers[0], dict) else None
    try:
        path = urlsplit(url).path.rstrip("/") if isinstance(url, str) and "{" not in url else ""
    except ValueError:
        return ""
    return path if path.startswith("/") else ""


def _can_be_sent(path: str) -> bool:
    """Whether it is a path that is sent as it stands; its placeholders are no matter here."""
    try:
        check(re.sub(r"{[^}]*}", "x", path))
    except UsageError:
        return False
    return path.startswith("/") and path.isprintable()


def _scheme(document: Document) -> str:
    schemes = examples.resolve(document, {"$ref": "#/components/securitySchemes"})
    for each in schemes.values():
        known = examples.resolve(document, each)
        return _line(known.get("scheme") or known.get("type") or "bearer").lower()
    return "bearer"


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _line(value: Any) -> str:
    return examples.encodable(" ".join(str(value).split())[:200]) if value is not None else ""
