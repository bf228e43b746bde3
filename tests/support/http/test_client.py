"""The client hides nothing: what was sent is what was asked for, and each way not to answer has its own words."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from support.base.outcomes import NotMet
from support.http import Exchange, HttpClient


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was sent; some paths misbehave."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        sent = {"method": self.command, "path": self.path, "headers": self.headers.items(), "body": body.decode()}
        status = {"/moved": 302, "/failed": 500}.get(self.path, 200)
        content = b"not json" if self.path == "/text" else json.dumps(sent).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Set-Cookie", "session=1; Path=/")
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(content) + (100 if self.path == "/cut" else 0)))
        self.end_headers()
        self.wfile.write(content)
        if self.path == "/cut":
            self.close_connection = True

    do_POST = do_PUT = do_DELETE = do_OPTIONS = do_GET

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def recorded() -> list[Exchange]:
    return []


@pytest.fixture
def client(url: str, recorded: list[Exchange]) -> Iterator[HttpClient]:
    client = HttpClient(url, recorded.append, timeout=5)
    yield client
    client.close()


@pytest.fixture
def listener() -> Iterator[Callable[[Callable[[socket.socket], None]], str]]:
    """A server made of one function, which is given each connection."""
    made: list[socket.socket] = []

    def serve(treat: Callable[[socket.socket], None]) -> str:
        server = socket.create_server(("127.0.0.1", 0))
        made.append(server)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    made.append(connection)
                    treat(connection)

        threading.Thread(target=accept, daemon=True).start()
        return f"http://127.0.0.1:{server.getsockname()[1]}"

    yield serve
    for each in made:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()


def sent(exchange: Exchange, name: str) -> list[str]:
    """The values in which a header arrived at the server."""
    return [value for given, value in exchange.json()["headers"] if given.lower() == name.lower()]


def test_json_is_sent_and_every_exchange_is_recorded(client: HttpClient, recorded: list[Exchange], url: str) -> None:
    exchange = client.post("/things", json={"a": [1, None]}, token="tok")
    assert exchange.ok
    assert exchange.json()["method"] == "POST"
    assert json.loads(exchange.json()["body"]) == exchange.request_json() == {"a": [1, None]}
    assert sent(exchange, "content-type") == ["application/json"]
    assert sent(exchange, "authorization") == ["Bearer tok"]
    assert recorded == [exchange]
    assert exchange.url == f"{url}/things"
    assert exchange.duration > 0
    assert exchange.headers["content-TYPE"] == "application/json"


def test_null_is_json_too(client: HttpClient) -> None:
    assert client.post("/", json=None).request_body == b"null"


def test_content_is_sent_as_it_is(client: HttpClient) -> None:
    exchange = client.request("PUT", "/", content="größe: 1\n", headers={"Content-Type": "application/yaml"})
    assert exchange.json()["body"] == "größe: 1\n"
    assert sent(exchange, "content-type") == ["application/yaml"]


def test_a_header_can_be_sent_twice_empty_or_odd(client: HttpClient) -> None:
    pairs = [("Authorization", "Bearer a"), ("Authorization", "Bearer b"), ("Origin", "null"), ("X-Empty", "")]
    exchange = client.get("/", headers=pairs)
    assert sent(exchange, "authorization") == ["Bearer a", "Bearer b"]
    assert sent(exchange, "origin") == ["null"]
    assert sent(exchange, "x-empty") == [""]
    assert ("Authorization", "Bearer b") in exchange.request_headers


def test_spaces_at_the_ends_of_a_header_are_kept_in_what_is_sent(client: HttpClient) -> None:
    exchange = client.get("/", headers=[("Authorization", "Bearer  two-spaces")])
    assert sent(exchange, "authorization") == ["Bearer  two-spaces"]


def test_no_redirect_is_followed_and_no_cookie_kept(client: HttpClient) -> None:
    moved = client.get("/moved")
    assert (moved.status, moved.headers["Location"]) == (302, "/elsewhere")
    assert not moved.ok
    assert sent(client.get("/"), "cookie") == []


def test_the_users_proxy_is_not_used(client: HttpClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "")
    assert client.get("/").ok


def test_an_error_status_is_an_answer_like_any_other(client: HttpClient) -> None:
    exchange = client.get("/failed")
    assert (exchange.status, exchange.error, exchange.ok) == (500, None, False)


def test_a_refused_connection_is_not_raised(recorded: list[Exchange]) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        exchange = HttpClient(f"http://127.0.0.1:{held.getsockname()[1]}", recorded.append).get("/x")
    assert exchange.status is None
    assert "refused or cut before an answer came" in (exchange.error or "")
    assert recorded == [exchange]
    assert "no answer after" in exchange.describe()
    with pytest.raises(NotMet, match="refused or cut"):
        exchange.json()


def test_silence_ends_with_the_time_out(
    listener: Callable[[Callable[[socket.socket], None]], str], recorded: list[Exchange]
) -> None:
    url = listener(lambda connection: None)
    exchange = HttpClient(url, recorded.append).get("/", timeout=0.2)
    assert "no whole answer within 0.2 s" in (exchange.error or "")


def test_an_answer_that_drips_ends_with_the_time_out_too(
    listener: Callable[[Callable[[socket.socket], None]], str], recorded: list[Exchange]
) -> None:
    enough = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        with suppress(OSError):
            while not enough.wait(0.02):
                connection.sendall(b"x")

    exchange = HttpClient(listener(drip), recorded.append).get("/", timeout=0.3)
    enough.set()
    assert exchange.status is None
    assert "no whole answer within 0.3 s" in (exchange.error or "")


def test_an_answer_that_is_cut_off_is_no_answer(client: HttpClient) -> None:
    exchange = client.get("/cut")
    assert exchange.status is None
    assert "cut" in (exchange.error or "")


def test_what_is_no_json_is_not_met_and_shows_the_exchange(client: HttpClient) -> None:
    with pytest.raises(NotMet, match=r"(?s)expected an answer in JSON.*GET .*/text.*not json"):
        client.get("/text").json()


def test_many_threads_may_use_one_client(client: HttpClient, recorded: list[Exchange]) -> None:
    threads = [threading.Thread(target=client.get, args=(f"/{number}",)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(exchange.json()["path"] for exchange in recorded) == sorted(f"/{number}" for number in range(20))
