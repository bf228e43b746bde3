"""A client of streamed answers that notes when each event came, and that can go away in the middle."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import h11
from requests.structures import CaseInsensitiveDict

from support.base.outcomes import NotVerified
from support.domains.gateway.events import EventReader, StreamEvent
from support.http import Exchange

CONNECTING = 5.0
"""Seconds in which a connection must be accepted."""
PIECE = 65_536


class Ending(StrEnum):
    """How a stream ended, as its caller saw it; the values complete "the answer …"."""

    WHOLE = "ended properly"
    CUT = "was cut off in the middle"
    LATE = "did not end in time"
    LEFT = "was left by the caller"
    NONE = "never began"


@dataclass(frozen=True, slots=True)
class Leave:
    """When a caller goes away: after so many events, or so many seconds after asking."""

    events: int | None = None
    seconds: float | None = None


@dataclass(slots=True)
class Stream:
    """One request and the stream that answered it; all times are seconds since the epoch.

    ``pieces`` are the bytes of the body as they came. ``unfinished`` is what an event was begun with and never ended.
    """

    url: str
    request_headers: tuple[tuple[str, str], ...]
    request_body: bytes
    started: float
    status: int | None = None
    headers: CaseInsensitiveDict[str] = field(default_factory=CaseInsensitiveDict)
    head_at: float | None = None
    pieces: list[tuple[float, bytes]] = field(default_factory=list)
    events: list[StreamEvent] = field(default_factory=list)
    ended: float = 0.0
    ending: Ending = Ending.NONE
    error: str | None = None
    comments: int = 0
    unfinished: str = ""
    replaced: bool = False

    @property
    def duration(self) -> float:
        """Seconds from asking to the end."""
        return self.ended - self.started

    @property
    def is_stream(self) -> bool:
        """Whether the answer is a stream of events, and not an answer in one piece such as an error."""
        return self.headers.get("Content-Type", "").lower().startswith("text/event-stream")

    @property
    def ok(self) -> bool:
        """Whether the answer began with success."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def body(self) -> bytes:
        """All of the body that came."""
        return b"".join(piece for _, piece in self.pieces)

    @property
    def exchange(self) -> Exchange:
        """The same as an exchange: ``error`` tells how it ended, unless that was proper."""
        told = self.error or (None if self.ending is Ending.WHOLE else f"the answer {self.ending}")
        return Exchange(
            method="POST",
            url=self.url,
            request_headers=self.request_headers,
            request_body=self.request_body,
            status=self.status,
            headers=self.headers,
            body=self.body,
            duration=self.duration,
            started=self.started,
            error=told,
        )

    def describe(self) -> str:
        """Request, answer, and each event with its time, as evidence."""
        head = [f"{name}: {value}" for name, value in self.request_headers]
        lines = [f"POST {self.url}", *head, "", self.request_body.decode(errors="replace"), ""]
        lines += [f"{self.status} {self.error or ''}".rstrip()]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if not self.is_stream:
            lines += ["", self.body.decode(errors="replace")]
        for event in self.events:
            kind = "" if event.kind == "message" else f" ({event.kind})"
            lines.append(f"{event.at - self.started:8.3f} s{kind}  {event.data}")
        lines.append(f"{self.duration:8.3f} s  the answer {self.ending}; {self.comments} comments")
        return "\n".join([*lines, *([f"never ended: {self.unfinished}"] if self.unfinished else [])])

    def __str__(self) -> str:
        told = f"{len(self.events)} events" if self.is_stream else f"{len(self.body)} bytes"
        return f"POST {self.url} (stream) → {self.status}, {told}, {self.ending} after {self.duration:.2f} s"


def ask(
    url: str, headers: Mapping[str, str], body: Mapping[str, Any], patience: float, leave: Leave | None = None
) -> Stream:
    """Ask for a stream and read it to its end, until the caller goes away, or for so many seconds at most."""
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname is None:
        raise NotVerified(f"streams are read over plain HTTP alone, and the gateway is at {url}")
    content = json.dumps(body, ensure_ascii=False).encode()
    sent = (*headers.items(), ("Content-Type", "application/json"), ("Accept", "text/event-stream"))
    stream = Stream(url, sent, content, time.time())
    try:
        with socket.create_connection((parts.hostname, parts.port or 80), CONNECTING) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _converse(connection, parts.netloc, f"{parts.path}", stream, patience, leave or Leave())
    except OSError as problem:
        stream.error = f"{type(problem).__name__}: {problem}"
        stream.ending = Ending.CUT if stream.status is not None else Ending.NONE
    stream.ended = time.time()
    return stream


def _converse(sock: socket.socket, host: str, path: str, stream: Stream, patience: float, leave: Leave) -> None:
    connection, reader = h11.Connection(h11.CLIENT, max_incomplete_event_size=PIECE * 16), EventReader()
    head = [("Host", host), ("Content-Length", str(len(stream.request_body))), ("User-Agent", "signoff")]
    request = h11.Request(method="POST", target=path, headers=[*head, *stream.request_headers])
    parts = [connection.send(each) for each in (request, h11.Data(data=stream.request_body), h11.EndOfMessage())]
    sock.sendall(b"".join(part for part in parts if part))
    until = stream.started + (patience if leave.seconds is None else min(patience, leave.seconds))
    over = Ending.LATE if leave.seconds is None or leave.seconds > patience else Ending.LEFT
    while True:
        if leave.events is not None and len(stream.events) >= leave.events:
            stream.ending = Ending.LEFT
            break
        try:
            event = connection.next_event()
        except h11.RemoteProtocolError as problem:
            stream.ending, stream.error = Ending.CUT, f"the answer was cut off in the middle ({problem})"
            break
        if event is h11.NEED_DATA:
            if (came := _receive(sock, until)) is None:
                stream.ending = over
                break
            connection.receive_data(came)
            continue
        if _is_over(event, stream, reader):
            break
    stream.comments, stream.unfinished, stream.replaced = reader.comments, reader.unfinished, reader.replaced


def _receive(sock: socket.socket, until: float) -> bytes | None:
    """The next bytes, none at the end of the connection; None where the time is over."""
    left = until - time.time()
    if left <= 0:
        return None
    sock.settimeout(left)
    try:
        return sock.recv(PIECE)
    except TimeoutError:
        return None


def _is_over(event: Any, stream: Stream, reader: EventReader) -> bool:
    """Take in what the connection told; whether the answer has ended with it."""
    if isinstance(event, h11.Response):
        stream.status, stream.head_at = event.status_code, time.time()
        stream.headers = CaseInsensitiveDict((name.decode(), value.decode("latin-1")) for name, value in event.headers)
    elif isinstance(event, h11.Data):
        at = time.time()
        stream.pieces.append((at, bytes(event.data)))
        if stream.is_stream:
            stream.events += reader.feed(bytes(event.data), at)
    elif isinstance(event, h11.EndOfMessage):
        stream.ending = Ending.WHOLE
        return True
    elif isinstance(event, h11.ConnectionClosed):
        stream.ending, stream.error = Ending.NONE, "the connection was closed before an answer came"
        return True
    return False
