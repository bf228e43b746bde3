"""One TLS handshake with a server: what was offered, what came of it, and who refused it if it was refused."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from support.base.outcomes import NotVerified
from support.http.client import OWN_AUTHORITIES

PROTOCOLS = {
    "TLS 1.0": ssl.TLSVersion.TLSv1,
    "TLS 1.1": ssl.TLSVersion.TLSv1_1,
    "TLS 1.2": ssl.TLSVersion.TLSv1_2,
    "TLS 1.3": ssl.TLSVersion.TLSv1_3,
}
_AGREED = {"TLSv1": "TLS 1.0", "TLSv1.1": "TLS 1.1", "TLSv1.2": "TLS 1.2", "TLSv1.3": "TLS 1.3"}
"""What the library calls them."""

_EVERYTHING = "ALL:@SECLEVEL=0"
"""Ciphers of a client that speaks outdated protocols; newer libraries offer those only to who asks for the worst."""

_RECORD, _CLIENT_HELLO = 22, 1
"""The type of a record that carries a handshake, and of its first message (RFC 5246, 6.2.1 and 7.4)."""


@dataclass(frozen=True, slots=True)
class Handshake:
    """What came of it: ``agreed`` is the protocol spoken from then on; else ``refused_by`` "server" or "client".

    Both are empty where there was no answer to judge: no connection, or nothing in time.
    """

    offered: str
    agreed: str = ""
    refused_by: str = ""
    said: str = ""

    @property
    def answered(self) -> bool:
        """Whether something answered that knows what it wants: it agreed, was refused, or spoke no TLS."""
        return bool(self.agreed) or self.refused_by == "client"

    def __str__(self) -> str:
        ended = f"{self.agreed} was agreed on" if self.agreed else f"refused by the {self.refused_by or '(nobody)'}"
        return f"a client that offered {self.offered}: {ended}{f' ({self.said})' if self.said else ''}"


def shake(url: str, authority: Path | None, protocol: str = "", timeout: float = 10.0) -> Handshake:
    """Shake hands and hang up. ``protocol`` is the only one that is offered, if given; certificates are verified.

    Raises NotVerified where this machine's TLS library cannot offer that protocol: its refusal would be our own.
    """
    parts = urlsplit(url)
    host, context = parts.hostname or "", _context(authority, protocol)
    if protocol:
        _see_that_it_is_offered(context, protocol, host)
    offered = protocol or "what is usual"
    try:
        with contextlib.ExitStack() as held:
            plain = held.enter_context(socket.create_connection((host, parts.port or 443), timeout))
            secured = held.enter_context(context.wrap_socket(plain, server_hostname=host))
            return Handshake(offered, agreed=_AGREED.get(secured.version() or "", "something unknown"))
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionResetError, BrokenPipeError) as error:
        return Handshake(offered, refused_by="server", said=f"it hung up on what was offered: {error}")
    except ssl.SSLError as error:
        alerted = "ALERT" in (error.reason or "")
        return Handshake(offered, refused_by="server" if alerted else "client", said=str(error))
    except OSError as error:
        return Handshake(offered, said=f"no answer: {error}")


def _context(authority: Path | None, protocol: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusted = str(authority) if authority else os.environ.get(OWN_AUTHORITIES)
    context.load_verify_locations(trusted) if trusted else context.load_default_certs()
    if protocol:
        with contextlib.suppress(ssl.SSLError):
            context.set_ciphers(_EVERYTHING)
        version = PROTOCOLS[protocol]
        with contextlib.suppress(ValueError, ssl.SSLError):  # seen below, by what the client then offers
            context.minimum_version = context.maximum_version = version
    return context


def _see_that_it_is_offered(context: ssl.SSLContext, protocol: str, host: str) -> None:
    """See that what the client would send asks for exactly this protocol."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    said = ""
    try:
        context.wrap_bio(incoming, outgoing, server_hostname=host).do_handshake()
    except ssl.SSLWantReadError:
        pass
    except (ssl.SSLError, ValueError) as error:
        said = f" ({error})"
    if _asked_for(outgoing.read()) != PROTOCOLS[protocol]:
        raise NotVerified(
            f"this machine's TLS library ({ssl.OPENSSL_VERSION}) cannot offer {protocol}{said}, so that a refusal "
            "would be its own and not that of the system; a library built with that protocol is needed"
        )


def _asked_for(hello: bytes) -> int | None:
    """The protocol that a first message asks for; None if there is no such message (RFC 8446, 4.1.2 and 4.2.1)."""
    if len(hello) < 44 or hello[0] != _RECORD or hello[5] != _CLIENT_HELLO:
        return None
    at = 43 + 1 + hello[43]  # after record, message, version, random: the session's id
    at += 2 + int.from_bytes(hello[at : at + 2], "big")  # the ciphers
    at += 1 + hello[at]  # the compressions
    at += 2
    while at + 4 <= len(hello):
        kind, size = int.from_bytes(hello[at : at + 2], "big"), int.from_bytes(hello[at + 2 : at + 4], "big")
        if kind == 43:  # supported_versions: its first entry is the one preferred
            return int.from_bytes(hello[at + 5 : at + 7], "big")
        at += 4 + size
    return int.from_bytes(hello[9:11], "big")
