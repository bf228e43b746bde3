"""The faulty proxy: each way to misbehave looks to the client as it does in a real network, and heals at once."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

import pytest
import requests

from support.base.outcomes import Broken
from support.faults import (
    BLACKHOLE,
    PASS,
    REFUSE,
    RESET,
    Behaviour,
    FaultyProxy,
    NetworkFault,
    answer_with,
    cut_after,
    delay,
)
from tests.support.faults.conftest import ANSWER, Target

Ask = Callable[..., requests.Response]


def test_it_passes_everything_on_and_counts(proxy: FaultyProxy, ask: Ask, target: Target) -> None:
    assert ask("one").content == ANSWER
    assert ask("x" * 300_000).content == ANSWER
    assert [len(body) for body in target.seen] == [3, 300_000]
    assert proxy.requests == ["POST /notes", "POST /notes"]
    assert proxy.connections == 1


def test_refused_connections_reach_nobody_and_the_port_stays_its_own(
    proxy: FaultyProxy, ask: Ask, target: Target
) -> None:
    proxy.behave(REFUSE)
    with pytest.raises(requests.ConnectionError, match="refused"):
        ask()
    with socket.socket() as stranger, pytest.raises(OSError, match="in use"):
        stranger.bind(("127.0.0.1", proxy.port))
    assert (proxy.connections, target.seen) == (0, [])
    proxy.behave(PASS)
    assert ask().ok


def test_a_reset_connection_reaches_nobody(proxy: FaultyProxy, ask: Ask, target: Target) -> None:
    proxy.behave(RESET)
    with pytest.raises(requests.ConnectionError):
        ask()
    assert target.seen == []
    assert proxy.connections == 1


def test_a_reset_is_a_reset_and_not_an_end(proxy: FaultyProxy) -> None:
    proxy.behave(RESET)
    with socket.create_connection(("127.0.0.1", proxy.port), 5) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
    assert proxy.requests == ["GET /"]


def test_a_late_answer_comes_whole_and_the_request_has_had_its_effect(
    proxy: FaultyProxy, ask: Ask, target: Target
) -> None:
    proxy.behave(delay(0.3))
    with pytest.raises(requests.ReadTimeout):
        ask(timeout=0.1)
    assert target.seen == ["hello"]
    started = time.monotonic()
    assert ask().content == ANSWER
    assert time.monotonic() - started >= 0.3


def test_each_answer_on_one_connection_is_late(proxy: FaultyProxy, ask: Ask) -> None:
    proxy.behave(delay(0.15))
    started = time.monotonic()
    ask()
    ask()
    assert time.monotonic() - started >= 0.3
    assert proxy.connections == 1


def test_a_black_hole_accepts_and_never_answers(proxy: FaultyProxy, ask: Ask, target: Target) -> None:
    proxy.behave(BLACKHOLE)
    with pytest.raises(requests.ReadTimeout):
        ask(timeout=0.2)
    assert (proxy.connections, proxy.requests, target.seen) == (1, ["POST /notes"], [])


@pytest.mark.parametrize("count", [0, 10, 500])
def test_an_answer_cut_off_after_some_bytes_has_had_its_effect(
    proxy: FaultyProxy, ask: Ask, target: Target, count: int
) -> None:
    proxy.behave(cut_after(count))
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        ask()
    assert target.seen == ["hello"]


def test_a_cut_comes_after_exactly_so_many_bytes(proxy: FaultyProxy) -> None:
    proxy.behave(cut_after(25))
    with socket.create_connection(("127.0.0.1", proxy.port), 5) as connection:
        connection.sendall(b"POST /notes HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi")
        received = b""
        while piece := connection.recv(1000):
            received += piece
    assert len(received) == 25


def test_an_error_is_answered_without_asking_the_server(proxy: FaultyProxy, ask: Ask, target: Target) -> None:
    proxy.behave(answer_with(503))
    answer = ask("x" * 200_000)
    assert answer.status_code == 503
    assert "error" in answer.json()
    assert (target.seen, proxy.requests) == ([], ["POST /notes"])


def test_a_change_frees_those_who_wait(proxy: FaultyProxy, ask: Ask) -> None:
    proxy.behave(BLACKHOLE)
    ended = threading.Event()

    def wait() -> None:
        with pytest.raises(requests.ConnectionError):
            ask(timeout=60)
        ended.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    while not proxy.requests:
        ended.wait(0.01)
    proxy.behave(PASS)
    assert ended.wait(5)
    waiting.join()
    assert ask().ok


def test_a_change_holds_for_connections_that_are_open(proxy: FaultyProxy, ask: Ask) -> None:
    assert ask().ok
    proxy.behave(answer_with(500))
    assert ask().status_code == 500


def test_a_server_that_is_gone_resets_the_client(proxy: FaultyProxy, ask: Ask, target: Target) -> None:
    target.shutdown()
    target.server_close()
    with pytest.raises(requests.ConnectionError):
        ask()


def test_what_is_no_http_passes_too(proxy: FaultyProxy) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        FaultyProxy(f"127.0.0.1:{server.getsockname()[1]}") as other,
        socket.create_connection(("127.0.0.1", other.port), 5) as client,
    ):
        there, _ = server.accept()
        client.sendall(b"\x00\x01binary\xff")
        assert there.recv(100) == b"\x00\x01binary\xff"
        there.sendall(b"back")
        assert client.recv(100) == b"back"
        there.close()
        assert other.requests == []


def test_closing_it_twice_is_fine_and_nothing_listens_afterwards(target: Target) -> None:
    proxy = FaultyProxy(f"127.0.0.1:{target.server_port}")
    proxy.close()
    proxy.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", proxy.port), 5)


def test_a_target_without_port_is_refused() -> None:
    with pytest.raises(Broken, match="needs a target with host and port"):
        FaultyProxy("http://localhost")


@pytest.mark.parametrize("behaviour", [REFUSE, RESET, BLACKHOLE, delay(5), cut_after(3), answer_with(500)])
def test_a_network_fault_heals_even_when_the_scenario_fails(proxy: FaultyProxy, ask: Ask, behaviour: Behaviour) -> None:
    fault = NetworkFault(proxy, behaviour, "the way to local-chat", steady=lambda: ask().ok)
    with pytest.raises(KeyboardInterrupt), fault:
        raise KeyboardInterrupt
    assert ask().ok
    assert [event.what for event in fault.journal] == [
        "steady state seen before the fault",
        f"injected: the way to local-chat {behaviour}",
        f"healed: the way to local-chat {behaviour}",
        "steady state seen after the healing",
    ]
