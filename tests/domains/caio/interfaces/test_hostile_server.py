"""A real server that answers in every wrong way: no answer makes the suite fall over, and no name leads astray."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from support.base import systems
from support.base.outcomes import NotMet, UsageError
from support.domains.caio.answer import Answer
from support.domains.caio.http_interface import HttpInterface
from support.domains.caio.interface import RouteRequest
from support.domains.caio.requests import request
from support.http import Exchange, HttpClient
from support.http.paths import check, segment

JSON, PROBLEM = "application/json", "application/problem+json"
DEEP = b"[" * 100_000 + b"]" * 100_000
NESTED = b'{"a":' * 400 + b"1" + b"}" * 400

Raw = tuple[int, dict[str, str], bytes]


def _json(body: bytes) -> Raw:
    return 200, {"Content-Type": JSON}, body


def _problem(body: bytes) -> Raw:
    return 409, {"Content-Type": PROBLEM}, body


WRONG: dict[str, Raw] = {
    "nothing": _json(b""),
    "an empty object": _json(b"{}"),
    "a list": _json(b"[]"),
    "null": _json(b"null"),
    "a text": _json(b'"yes"'),
    "a number": _json(b"7"),
    "a number that is none": _json(b'{"service_id": NaN, "next": Infinity, "items": -Infinity}'),
    "a huge number": _json(b'{"service_id": 1e999, "items": [1e999], "next": 1e999}'),
    "a number of 10,000 digits": _json(b"1" * 10_000),
    "half of it": _json(b'{"service_id": "be'),
    "half a character": _json(b'{"service_id": "\\ud83d", "items": "\\ud83d", "keys": "\\ud83d"}'),
    "bytes that are no text": _json(b"\xff\xfe\xfd"),
    "UTF-16": _json('{"items": 1}'.encode("utf-16")),
    "100,000 levels": _json(DEEP),
    "400 levels": _json(NESTED),
    "a web page": (200, {"Content-Type": "text/html"}, b"<html><body>Welcome</body></html>"),
    "JSON that is called a web page": (
        200, {"Content-Type": "text/html"}, b'{"service_id": "best", "items": [], "next": null, "keys": []}',
    ),
    "gzip that is none": (200, {"Content-Type": JSON, "Content-Encoding": "gzip"}, b"not gzip at all"),
    "gzip that is cut off": (
        200, {"Content-Type": JSON, "Content-Encoding": "gzip"}, gzip.compress(b'{"items": []}' * 9)[:-20],
    ),
    "a length that is none": (200, {"Content-Type": JSON, "Content-Length": "many"}, b"{}"),
    "entries that are none": _json(b'{"items": [null, [], 3], "next": null, "keys": [null]}'),
    "entries without names": _json(b'{"items": [{}], "next": null, "keys": {}}'),
    "another page that is none": _json(b'{"items": [], "next": {}, "keys": 0}'),
    "a list without end": _json(b'{"items": [{"service_id": "a"}], "next": "again", "keys": null}'),
    "a problem that is a list": _problem(b'[{"type": "urn:x:no-matching-services"}]'),
    "a problem that is null": _problem(b"null"),
    "a problem that is no JSON": _problem(b"no"),
    "a problem of 100,000 levels": _problem(DEEP),
    "a problem without a shape": _problem(b'{"type": 5, "errors": {"a": 1}, "candidates": "none"}'),
    "a problem with errors that are none": _problem(b'{"type": "urn:x:y", "errors": [1, null]}'),
    "a bare error": (500, {"Content-Type": "text/plain"}, b"oops \xff"),
    "a moved page": (302, {"Location": "http://127.0.0.1:9/"}, b""),
}  # fmt: skip


class Hostile(ThreadingHTTPServer):
    """Answers everything in one way, and remembers the target of each request as it was sent."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer: Raw = (200, {}, b"{}")
        self.targets: list[str] = []


class Handler(BaseHTTPRequestHandler):
    server: Hostile

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.targets.append(self.raw_requestline.decode("latin-1").split(" ")[1])
        status, headers, body = self.server.answer
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PUT = do_DELETE = do_GET

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hostile() -> Iterator[Hostile]:
    server = Hostile()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def exchanges() -> list[Exchange]:
    return []


@pytest.fixture
def interface(hostile: Hostile, exchanges: list[Exchange]) -> Iterator[HttpInterface]:
    client = HttpClient(f"http://127.0.0.1:{hostile.server_address[1]}", exchanges.append)
    yield HttpInterface(client, systems.find("caio"))
    client.close()


ASKED = RouteRequest(request("chat"))
CALLS: dict[str, Callable[[HttpInterface], Answer]] = {
    "register": lambda it: it.register("service_id: best"),
    "register all": lambda it: it.register_all([{"service_id": "best"}]),
    "replace": lambda it: it.replace("best", "service_id: best"),
    "remove": lambda it: it.remove("best"),
    "service": lambda it: it.service("best"),
    "services": lambda it: it.services(),
    "probe": lambda it: it.probe("best"),
    "route": lambda it: it.route(ASKED),
    "route together": lambda it: it.route_together([ASKED])[0],
    "dispatch": lambda it: it.dispatch(ASKED, {}, 1000),
    "decision": lambda it: it.decision("dec-1"),
    "keys": lambda it: it.public_keys(),
}


@pytest.mark.parametrize("mode", WRONG)
def test_no_call_falls_over_a_wrong_answer(
    hostile: Hostile, interface: HttpInterface, exchanges: list[Exchange], mode: str
) -> None:
    """Each call gives an answer, or is not met; and the exchange can be told, for the evidence."""
    hostile.answer = WRONG[mode]
    for name, call in CALLS.items():
        try:
            told = str(call(interface))
        except NotMet as error:
            told = str(error)
        assert told, name


@pytest.mark.parametrize("mode", [mode for mode in WRONG if WRONG[mode][0] == 200 and mode != "nothing"])
def test_a_wrong_list_is_not_met_or_no_list_at_all(hostile: Hostile, interface: HttpInterface, mode: str) -> None:
    hostile.answer = WRONG[mode]
    try:
        answer = interface.services()
    except NotMet:
        return
    assert answer.refusal is not None
    assert answer.refusal.kind == "no-answer"


@pytest.mark.parametrize("mode", [mode for mode in WRONG if mode.startswith("a problem")])
def test_a_wrong_problem_is_a_refusal_of_no_kind_that_says_what_came(
    hostile: Hostile, interface: HttpInterface, mode: str
) -> None:
    hostile.answer = WRONG[mode]
    refused = interface.route(ASKED).refusal
    assert refused is not None
    assert refused.kind == "unexplained"
    assert "expected a problem document" in refused.detail


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("../escape", "..%2Fescape"),
        ("..%2Fescape", "..%252Fescape"),
        ("%2e%2e/escape", "%252e%252e%2Fescape"),
        ("a/../../b", "a%2F..%2F..%2Fb"),
        ("a?all=true", "a%3Fall%3Dtrue"),
        ("a#b", "a%23b"),
        ("a b;c\\d", "a%20b%3Bc%5Cd"),
        ("\r\nX-Evil: 1", "%0D%0AX-Evil%3A%201"),
        ("/", "%2F"),
        ("//elsewhere.example/x", "%2F%2Felsewhere.example%2Fx"),
        ("@elsewhere.example", "%40elsewhere.example"),
        ("größe", "gr%C3%B6%C3%9Fe"),
        ("...", "..."),
        (".hidden", ".hidden"),
        ("a..b", "a..b"),
        ("plain-1.0_x~y", "plain-1.0_x~y"),
    ],
)
def test_a_name_stays_one_segment_of_the_path_that_is_really_sent(
    hostile: Hostile, interface: HttpInterface, name: str, sent: str
) -> None:
    for call in (interface.remove, interface.service, interface.decision, interface.probe):
        call(name)
    interface.replace(name, "x: 1")
    services, decisions = f"/api/v1/services/{sent}", f"/api/v1/decisions/{sent}"
    assert hostile.targets == [services, services, decisions, f"{services}/probe", services]


@pytest.mark.parametrize("name", ["", ".", "..", "\ud83d"])
def test_a_name_that_no_address_can_carry_is_not_sent_at_all(
    hostile: Hostile, interface: HttpInterface, name: str
) -> None:
    for call in (interface.remove, interface.service, interface.decision, interface.probe):
        with pytest.raises(NotMet, match="a name that an address can carry"):
            call(name)
    assert hostile.targets == []


@pytest.mark.parametrize("cursor", ["x&limit=1", "../../y#z", "a b"])
def test_where_a_list_goes_on_stays_one_value(hostile: Hostile, interface: HttpInterface, cursor: str) -> None:
    hostile.answer = (200, {"Content-Type": JSON}, json.dumps({"items": [], "next": cursor}).encode())
    with pytest.raises(NotMet, match="expected the list of services to end"):
        interface.services()
    assert len(hostile.targets) == 2
    assert segment(cursor) == hostile.targets[1].partition("&cursor=")[2]


@pytest.mark.parametrize(
    "path", ["/a/../b", "/a/%2e%2E/b", "/./a", "/a/.%2e", "//elsewhere/x", "@elsewhere/x", "x", "", "/a\\..\\b", "/a b"]
)
def test_the_client_sends_nothing_as_another_path(hostile: Hostile, interface: HttpInterface, path: str) -> None:
    with pytest.raises(UsageError):
        interface.client.request("DELETE", path)
    assert hostile.targets == []


@pytest.mark.parametrize("path", ["/", "/a/b?c=../d", "/a?x=%2e%2e/", "/...", "/a/..b"])
def test_an_ordinary_path_is_sent(path: str) -> None:
    check(path)
