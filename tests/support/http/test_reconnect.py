"""A client that kept a connection open to a server that was restarted meanwhile simply connects again."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from support.http import Exchange, HttpClient

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n4\r\n and\r\n"


class Server:
    """Answers each request with given bytes, until it is told to drop all its connections."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.close_after_answer = False
        self.accepted: list[socket.socket] = []
        self.listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.listening.accept()
                self.accepted.append(connection)
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        with suppress(OSError):
            while connection.recv(4096):
                connection.sendall(self.answer)
                if self.close_after_answer:
                    connection.shutdown(socket.SHUT_RDWR)

    def drop(self) -> None:
        for connection in self.accepted:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def close(self) -> None:
        with suppress(OSError):
            self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        self.drop()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server(ANSWER)
    yield server
    server.close()


def client_of(server: Server, recorded: list[Exchange]) -> HttpClient:
    return HttpClient(f"http://127.0.0.1:{server.listening.getsockname()[1]}", recorded.append, timeout=5)


def test_one_connection_serves_many_requests_and_a_dropped_one_is_replaced(server: Server) -> None:
    recorded: list[Exchange] = []
    client = client_of(server, recorded)
    client.get("/")
    client.get("/")
    assert len(server.accepted) == 1
    server.drop()
    client.get("/")
    assert len(server.accepted) == 2
    assert [exchange.text for exchange in recorded] == ["ok", "ok", "ok"]
    client.close()


def test_an_answer_in_chunks_is_read_whole_and_one_without_end_is_no_answer(server: Server) -> None:
    recorded: list[Exchange] = []
    client = client_of(server, recorded)
    server.answer = CHUNKED + b"0\r\n\r\n"
    assert client.get("/").text == "ok and"
    server.answer = CHUNKED + b"5\r\nhalf"
    server.close_after_answer = True
    cut = client.get("/")
    assert cut.status is None
    assert "cut" in (cut.error or "")
    client.close()
