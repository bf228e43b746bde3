"""Handshakes: what is offered is really offered, and who refused is told apart from who merely could not."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.base.outcomes import NotVerified
from support.deployments import Authority
from support.http import handshake
from support.http.handshake import shake

Serve = Callable[..., str]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority()


@pytest.fixture
def trusted(authority: Authority, tmp_path: Path) -> Path:
    return authority.save(tmp_path / "authority.pem")


@pytest.fixture
def serve(authority: Authority, tmp_path: Path) -> Iterator[Serve]:
    """Answers every connection in some way until the test ends; gives the address."""
    listeners: list[tuple[socket.socket, threading.Thread]] = []

    def run(answer: Callable[[socket.socket], None]) -> str:
        listener = socket.create_server(("127.0.0.1", 0))

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection, contextlib.suppress(OSError):
                        answer(connection)

        thread = threading.Thread(target=accept)
        thread.start()
        listeners.append((listener, thread))
        return f"https://127.0.0.1:{listener.getsockname()[1]}"

    yield run
    for listener, thread in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


@pytest.fixture
def secured(authority: Authority, tmp_path: Path) -> Callable[..., Callable[[socket.socket], None]]:
    """A server's side of a handshake, which speaks nothing older than asked for."""

    def answer(oldest: ssl.TLSVersion, *names: str) -> Callable[[socket.socket], None]:
        files = {"tls_certificate": tmp_path / "c.pem", "tls_key": tmp_path / "k.pem"}
        authority.issue(*names).write(files)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(files["tls_certificate"], files["tls_key"])
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = oldest
        return lambda connection: context.wrap_socket(connection, server_side=True).close()

    return answer


@pytest.mark.parametrize("protocol", ["TLS 1.0", "TLS 1.1"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_server_that_speaks_outdated_protocols_is_found_out(
    serve: Serve, secured: Callable[..., Callable[[socket.socket], None]], trusted: Path, protocol: str
) -> None:
    assert shake(serve(secured(ssl.TLSVersion.TLSv1)), trusted, protocol).agreed == protocol


@pytest.mark.parametrize("protocol", ["TLS 1.0", "TLS 1.1"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_one_that_does_not_is_who_refuses(
    serve: Serve, secured: Callable[..., Callable[[socket.socket], None]], trusted: Path, protocol: str
) -> None:
    seen = shake(serve(secured(ssl.TLSVersion.TLSv1_2)), trusted, protocol)
    assert (seen.agreed, seen.refused_by) == ("", "server"), seen


def test_one_that_hangs_up_on_the_offer_refuses_too(serve: Serve, trusted: Path) -> None:
    seen = shake(serve(lambda connection: connection.recv(10_000)), trusted)
    assert (seen.agreed, seen.refused_by, seen.answered) == ("", "server", False)


def test_the_client_refuses_a_certificate_for_another_name(
    serve: Serve, secured: Callable[..., Callable[[socket.socket], None]], trusted: Path
) -> None:
    seen = shake(serve(secured(ssl.TLSVersion.TLSv1_2, "other.example")), trusted)
    assert (seen.agreed, seen.refused_by, seen.answered) == ("", "client", True)
    assert "IP address mismatch" in seen.said


def test_a_server_that_answers_in_plain_text_has_answered(serve: Serve, trusted: Path) -> None:
    seen = shake(serve(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")), trusted)
    assert (seen.agreed, seen.answered) == ("", True)


def test_where_nothing_listens_nobody_has_refused(trusted: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        seen = shake(f"https://127.0.0.1:{unused.getsockname()[1]}", trusted)
    assert (seen.agreed, seen.refused_by, seen.answered) == ("", "", False)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_this_machine_cannot_offer_is_not_verified(trusted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with a library without the old ciphers: setting the version works, but then there is nothing to offer."""
    monkeypatch.setattr(handshake, "_EVERYTHING", "ECDHE-ECDSA-AES128-GCM-SHA256")
    with pytest.raises(NotVerified, match=r"cannot offer TLS 1\.0 .*its own and not that of the system"):
        shake("https://127.0.0.1:9", trusted, "TLS 1.0")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("protocol", handshake.PROTOCOLS)
def test_the_offer_is_read_from_what_would_be_sent(trusted: Path, protocol: str) -> None:
    context = handshake._context(trusted, protocol)
    handshake._see_that_it_is_offered(context, protocol, "127.0.0.1")
    other = next(name for name in handshake.PROTOCOLS if name != protocol)
    with pytest.raises(NotVerified):
        handshake._see_that_it_is_offered(context, other, "127.0.0.1")


@pytest.mark.parametrize("hello", [b"", b"\x16" * 10, b"\x17" + b"\0" * 100])
def test_what_is_no_offer_is_not_taken_for_one(hello: bytes) -> None:
    assert handshake._asked_for(hello) is None
