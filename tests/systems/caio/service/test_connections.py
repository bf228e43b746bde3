"""Calls of services over real sockets: how answers may be framed, and what each kind of trouble shows."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable

import pytest
from caio.contracts import parse_contract
from caio.contracts.model import Endpoint
from caio.dispatch.addresses import target_of
from caio.dispatch.calls import Call, CallOutcome, CallResult, ServiceCaller
from caio.dispatch.connections import LARGEST_ANSWER

from tests.systems.caio.service.conftest import contract, free_port

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

ANSWER = b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"ok":true}'


async def request_from(reader: asyncio.StreamReader) -> bytes:
    """One request, head and body."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), b":0")
    return head + await reader.readexactly(int(length.split(b":")[1]))


def says(*parts: bytes, close: bool = True) -> Script:
    """A service that reads one request, answers in these pieces, and hangs up or waits."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_from(reader)
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.01)
        if close:
            writer.close()

    return script


def call_of(port: int, method: str = "POST", timeout: float = 5.0, **payload: object) -> Call:
    api = contract()["api"] | {"base_url": f"http://127.0.0.1:{port}"}
    known = parse_contract(contract(api=api))
    return Call(known, Endpoint(path="/chat", method=method), payload, timeout, "r-1")  # type: ignore[arg-type]


def called(script: Script, times: int = 1, **how: object) -> list[CallResult]:
    """What comes of calls of a service that behaves like this."""

    async def run() -> list[CallResult]:
        server = await asyncio.start_server(script, "127.0.0.1", 0, limit=2**24)
        caller = ServiceCaller()
        port = server.sockets[0].getsockname()[1]
        results = [await caller.call(call_of(port, **how)) for _ in range(times)]  # type: ignore[arg-type]
        await caller.close()
        server.close()
        return results

    return asyncio.run(run())


ZIPPED = gzip.compress(b'{"ok":true}')


@pytest.mark.parametrize(
    "parts",
    [
        [ANSWER],
        [ANSWER[:20], ANSWER[20:45], ANSWER[45:]],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b'5\r\n{"ok"\r\n', b"6\r\n:true}\r\n0\r\n\r\n"],
        [b"HTTP/1.0 200 OK\r\n\r\n", b'{"ok":', b"true}"],
        [b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", ANSWER],
        [b"HTTP/1.1 100 Continue\r\n\r\n" + ANSWER],
        [b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s" % (len(ZIPPED), ZIPPED)],
    ],
)
def test_an_answer_may_be_framed_in_every_way_that_http_knows(parts: list[bytes]) -> None:
    (result,) = called(says(*parts))
    assert (result.outcome, result.status, result.output) == (CallOutcome.ANSWERED, 200, {"ok": True}), result.reason


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [ANSWER[:-3]],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"],
        [b"HTTP/1.1 200"],
        [b"SSH-2.0-OpenSSH_9.2\r\n"],
        [b"HTTP/1.1 100 Continue\r\n\r\n"],
        [b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd"],
        [b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"],
        [b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"],
    ],
)
def test_what_is_no_whole_answer_is_a_failure_that_may_have_had_an_effect(parts: list[bytes]) -> None:
    (result,) = called(says(*parts))
    assert result.outcome is CallOutcome.FAILED
    assert result.outcome.may_have_had_effect
    assert result.reason


def test_an_answer_beyond_the_limit_is_not_read_to_its_end() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    (result,) = called(says(head, *[chunk] * (LARGEST_ANSWER // 0x100000 + 1), close=False))
    assert (result.outcome, "larger" in str(result.reason)) == (CallOutcome.FAILED, True)


def test_a_small_answer_that_unpacks_into_a_large_one_is_refused() -> None:
    bomb = gzip.compress(b" " * (LARGEST_ANSWER * 4))
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    (result,) = called(says(head + bomb))
    assert (result.outcome, "larger" in str(result.reason)) == (CallOutcome.FAILED, True)


def test_where_nobody_listens_the_service_was_never_reached() -> None:
    async def run() -> CallResult:
        return await ServiceCaller().call(call_of(free_port()))

    result = asyncio.run(run())
    assert result.outcome is CallOutcome.UNREACHED
    assert str(result.reason).startswith("no connection: ")


def test_silence_is_a_time_out_and_its_connection_is_not_used_again() -> None:
    connections = 0

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await request_from(reader)
        if connections > 1:
            writer.write(ANSWER)

    results = called(script, times=2, timeout=0.3)
    assert [result.outcome for result in results] == [CallOutcome.TIMED_OUT, CallOutcome.ANSWERED]
    assert connections == 2


@pytest.mark.parametrize(("last_words", "connections"), [(b"", 1), (b"Connection: close\r\n", 3)])
def test_a_connection_is_kept_unless_the_service_gives_it_up(last_words: bytes, connections: int) -> None:
    seen: list[asyncio.StreamWriter] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(writer)
        while True:
            try:
                await request_from(reader)
            except asyncio.IncompleteReadError:
                writer.close()
                return
            writer.write(ANSWER.replace(b"\r\n\r\n", b"\r\n" + last_words + b"\r\n"))

    assert {result.outcome for result in called(script, times=3)} == {CallOutcome.ANSWERED}
    assert len(seen) == connections


def test_a_kept_connection_that_the_service_closes_is_noticed_before_it_is_used() -> None:
    async def run() -> list[CallOutcome]:
        async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await request_from(reader)
            writer.write(ANSWER)
            writer.close()

        server = await asyncio.start_server(script, "127.0.0.1", 0)
        caller, outcomes = ServiceCaller(), []
        for _ in range(3):
            outcomes.append((await caller.call(call_of(server.sockets[0].getsockname()[1]))).outcome)
            await asyncio.sleep(0.05)
        server.close()
        return outcomes

    assert asyncio.run(run()) == [CallOutcome.ANSWERED] * 3


def test_what_is_sent_is_what_was_asked() -> None:
    received: list[bytes] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await request_from(reader))
        writer.write(ANSWER)
        writer.close()

    called(script, message="héllo & more")
    called(script, method="GET", message="a b&c")
    head, _, body = received[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /chat HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"X-Request-ID: r-1\r\n" in head + b"\r\n"
    assert body == '{"message":"héllo & more"}'.encode()
    assert received[1].startswith(b"GET /chat?message=a+b%26c HTTP/1.1\r\n")


@pytest.mark.parametrize(
    ("url", "host", "port", "path", "header"),
    [
        ("http://example.com/chat", "example.com", 80, "/chat", "example.com"),
        ("https://example.com:8443/a b", "example.com", 8443, "/a%20b", "example.com:8443"),
        ("http://[::1]:9000/x%20y/é", "::1", 9000, "/x%20y/%C3%A9", "[::1]:9000"),
        ("http://bücher.example/", "xn--bcher-kva.example", 80, "/", "xn--bcher-kva.example"),
    ],
)
def test_an_address_is_taken_apart(url: str, host: str, port: int, path: str, header: str) -> None:
    target = target_of(url)
    assert (target.place.host, target.place.port, target.path, target.host_header) == (host, port, path, header)
    assert target.place.encrypted == url.startswith("https")
