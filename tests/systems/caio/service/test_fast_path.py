"""The fast path of the busiest routes: it answers as the framework does, which still has whatever is unusual."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import socket
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.systems.caio.service.conftest import TOKENS, USER, Running, bearer, contract, until

Start = Callable[..., Running]

CHAT: dict[str, Any] = {"intent": {"type": "chat"}}
LONG = "?"
"""With anything added to it, an address takes the long path."""


@pytest.fixture
def running(start: Start) -> Running:
    found = start(AUTH_REQUIRED="true", AUTH_TOKENS=TOKENS)
    found.http.headers.update(bearer("admin-token-1111"))
    assert found.http.post("/api/v1/services", json=contract()).status_code == 201
    return found


def both(running: Running, path: str, content: bytes, headers: dict[str, str]) -> tuple[httpx.Response, httpx.Response]:
    short = running.http.post(path, content=content, headers=headers)
    return short, running.http.post(path + LONG, content=content, headers=headers)


def access_lines(running: Running) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in running.log.read_text().splitlines()]
    return [line for line in lines if line["event"] == "request" and line["path"].startswith("/api/v1/route")]


def exchange(running: Running, sent: bytes, answers: int = 1) -> bytes:
    """What comes back for these bytes, up to so many answers or until the connection is closed."""
    with socket.create_connection(("127.0.0.1", running.http.base_url.port or 0), timeout=10) as raw:
        raw.sendall(sent)
        return received(raw, answers)


def received(raw: socket.socket, answers: int) -> bytes:
    found = b""
    while found.count(b"HTTP/1.1 ") < answers or not whole(found):
        part = raw.recv(65_536)
        if not part:
            break
        found += part
    return found


def whole(answers: bytes) -> bool:
    head, _, body = answers[answers.rindex(b"HTTP/1.1 ") :].partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head)
    return length is not None and len(body) >= int(length[1])


def raw_request(body: bytes, *headers: str, version: str = "1.1") -> bytes:
    lines = [f"POST /api/v1/route HTTP/{version}", "Host: here", f"Authorization: Bearer {USER}", *headers]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


@pytest.mark.parametrize(
    ("path", "content", "headers", "status"),
    [
        ("/api/v1/route", b'{"intent": {"type": "chat"}}', {}, 200),
        ("/api/v1/route", b'{"intent": {"type": "nothing"}}', {}, 409),
        ("/api/v1/dispatch", b'{"intent": {"type": "nothing"}}', {}, 409),
        ("/api/v1/route", b"{", {}, 422),
        ("/api/v1/route", b"", {}, 422),
        ("/api/v1/route", b'{"intent": 3}', {}, 422),
        ("/api/v1/route", b"{}", {"Content-Type": "text/plain"}, 415),
        ("/api/v1/route", b"{}", {"Authorization": "Bearer wrong"}, 401),
        ("/api/v1/route", b'{"intent": {"type": "' + b"x" * 70_000 + b'"}}', {}, 422),
        ("/api/v1/route", b" " * 1_100_000, {}, 413),
    ],
)
def test_both_ways_answer_alike(
    running: Running, path: str, content: bytes, headers: dict[str, str], status: int
) -> None:
    short, long = both(running, path, content, headers)
    assert (short.status_code, long.status_code) == (status, status)
    assert named(short) == named(long)
    assert constant(short.json()) == constant(long.json())
    assert short.headers["x-request-id"] != long.headers["x-request-id"]


def named(response: httpx.Response) -> set[str]:
    return set(response.headers)


def constant(answer: dict[str, Any]) -> dict[str, Any]:
    """Without what differs from one request to the next; equal decisions are one and the same."""
    text = re.sub(r'"duration_ms": [\d.]+', "", json.dumps(answer))
    return {name: part for name, part in json.loads(re.sub(r",\s*,", ",", text)).items() if name != "request_id"}


def test_each_request_is_logged_and_counted_once(running: Running) -> None:
    both(running, "/api/v1/route", json.dumps(CHAT).encode(), {"X-Request-ID": "mine"})
    mine = [line for line in access_lines(running) if line["request_id"] == "mine"]
    assert [(line["status"], line["caller"][:6]) for line in mine] == [(200, "admin:")] * 2
    counted = 'caio_http_requests_total{method="POST",route="/api/v1/route",status="200"} 2.0'
    assert counted in running.http.get("/metrics").text


def test_requests_sent_one_after_the_other_without_waiting_are_answered_in_order(running: Running) -> None:
    good, bad = raw_request(json.dumps(CHAT).encode()), raw_request(b"{")
    browser = raw_request(b"{", "Origin: https://elsewhere.example")
    answers = exchange(running, good + bad + browser + good + bad, answers=5)
    assert re.findall(rb"HTTP/1.1 (\d+)", answers) == [b"200", b"422", b"422", b"200", b"422"]


def test_requests_that_are_read_together_are_each_answered_as_if_they_were_alone(running: Running) -> None:
    """A process that stood still finds all that was sent meanwhile when it goes on."""
    good, nobody = json.dumps(CHAT).encode(), b'{"intent": {"type": "nothing"}}'
    sent = [
        (raw_request(good, "X-Request-ID: good-1"), [b"200"]),
        (raw_request(b"{", "X-Request-ID: wrong"), [b"422"]),
        (raw_request(good).replace(USER.encode(), b"a-stranger"), [b"401"]),
        (raw_request(nobody), [b"409"]),
        (raw_request(good) + raw_request(nobody) + raw_request(good), [b"200", b"409", b"200"]),
        (raw_request(good, "Connection: close", "X-Request-ID: good-2"), [b"200"]),
    ]
    with contextlib.ExitStack() as stack:
        address = ("127.0.0.1", running.http.base_url.port or 0)
        callers = [stack.enter_context(socket.create_connection(address, timeout=10)) for _ in [*sent, "gone"]]
        assert running.answers("/health/live"), "all of them are connected"
        running.process.send_signal(signal.SIGSTOP)
        callers[-1].sendall(raw_request(good, "X-Request-ID: gone"))
        callers[-1].close()
        for caller, (request, _) in zip(callers, sent, strict=False):
            caller.sendall(request)
        running.process.send_signal(signal.SIGCONT)
        for caller, (_, statuses) in zip(callers, sent, strict=False):
            assert re.findall(rb"HTTP/1.1 (\d+)", received(caller, len(statuses))) == statuses
    until(lambda: {"good-1", "wrong", "good-2", "gone"} <= ids(running), "each is logged under its own id")
    assert [line["status"] for line in access_lines(running) if line["request_id"] == "wrong"] == [422]


def ids(running: Running) -> set[str]:
    return {line["request_id"] for line in access_lines(running)}


def test_a_body_may_come_in_pieces_and_may_never_come(running: Running) -> None:
    request = raw_request(json.dumps(CHAT).encode())
    with socket.create_connection(("127.0.0.1", running.http.base_url.port or 0), timeout=10) as raw:
        for place in range(0, len(request), 40):
            raw.sendall(request[place : place + 40])
        assert raw.recv(100).startswith(b"HTTP/1.1 200 ")
    with socket.create_connection(("127.0.0.1", running.http.base_url.port or 0), timeout=10) as raw:
        raw.sendall(request[:-5])
    assert exchange(running, request).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("headers", "version", "closes"),
    [((), "1.1", False), (("Connection: close",), "1.1", True), ((), "1.0", True)],
)
def test_the_connection_is_kept_or_closed_as_the_caller_asks(
    running: Running, headers: tuple[str, ...], version: str, closes: bool
) -> None:
    request = raw_request(json.dumps(CHAT).encode(), *headers, version=version)
    answers = exchange(running, request + request, answers=2)
    assert answers.count(b"HTTP/1.1 200 ") == (1 if closes else 2)
    assert (b"connection: close" in answers) is closes


def test_the_time_of_a_request_begins_with_its_head(running: Running) -> None:
    for number, long in enumerate(("", LONG)):
        request = raw_request(json.dumps(CHAT).encode(), f"X-Request-ID: slow-{number}").replace(
            b"/route HTTP", b"/route" + long.encode() + b" HTTP"
        )
        with socket.create_connection(("127.0.0.1", running.http.base_url.port or 0), timeout=10) as raw:
            raw.sendall(request[:-5])
            time.sleep(0.3)
            raw.sendall(request[-5:])
            assert raw.recv(100).startswith(b"HTTP/1.1 200 ")
    took = [line["duration_ms"] for line in access_lines(running) if line["request_id"].startswith("slow-")]
    assert len(took) == 2
    assert min(took) > 150, "of the 300 that passed before the rest was sent"


def test_a_body_without_a_length_is_read(running: Running) -> None:
    def pieces() -> Any:
        yield b'{"intent": '
        yield b'{"type": "chat"}}'

    assert running.http.post("/api/v1/route", content=pieces()).status_code == 200


def test_a_caller_who_has_gone_is_logged_all_the_same(running: Running) -> None:
    with socket.create_connection(("127.0.0.1", running.http.base_url.port or 0), timeout=10) as raw:
        raw.sendall(raw_request(json.dumps(CHAT).encode(), "X-Request-ID: gone"))
    until(lambda: [line for line in access_lines(running) if line["request_id"] == "gone"], "it is logged")
    assert running.answers("/health/ready")
