"""One exchange through the proxy: the request passed on, the answer passed back, with the fault in force in between."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Protocol

from support.upstreams import wire
from support.upstreams.calls import RecordedCall, SentEvent
from support.upstreams.faults import Kind, UpstreamFault
from support.upstreams.wire import Headers, Request, ServiceConnection

EVENT_STREAM = "text/event-stream"
BLANK_LINE = b"\n\n"
COMMENT = b": keep-alive\n\n"


class Service(Protocol):
    """Lends connections to the service."""

    async def connect(self, request: Request) -> tuple[ServiceConnection, int, Headers]: ...

    def give_back(self, connection: ServiceConnection) -> None: ...


class Ended(Exception):
    """The fault has ended the connection; nothing more is to be written to it."""


class Injection:
    """A fault in force: how many more requests it is for (None: until healed), and whether it was healed."""

    def __init__(self, number: int, fault: UpstreamFault) -> None:
        self.number, self.fault, self.left = number, fault, fault.times
        self.healed = asyncio.Event()

    def takes(self, request: Request) -> bool:
        """Whether it is for this request too; counts it."""
        if self.left == 0 or not (self.fault.probes or request.method == "POST"):
            return False
        if self.left is not None:
            self.left -= 1
        return True


class Exchange:
    """Answers one request to the caller behind ``writer``, and records what is sent. Raises Ended, or OSError."""

    def __init__(
        self, service: Service, writer: asyncio.StreamWriter, call: RecordedCall, injection: Injection | None
    ) -> None:
        self._service, self._writer, self._call, self._injection = service, writer, call, injection
        self._fault = injection.fault if injection else None
        self._kind = self._fault.kind if self._fault else None

    async def run(self, request: Request) -> None:
        """Pass it on, or do what the fault says instead."""
        fault = self._fault
        if fault is not None:
            self._call.fault = fault.says
            if fault.kind is Kind.RESET:
                self._reset()
            if fault.kind is Kind.HANG:
                await self._stay_silent()
            if fault.kind is Kind.ANSWER:
                await self._whole(fault.status, fault.headers, fault.body.encode())
                return
            if fault.kind is Kind.DELAY:
                await asyncio.sleep(fault.seconds or 0.0)
        connection, status, headers = await self._service.connect(request)
        try:
            if request.method == "HEAD":
                await self._whole(status, headers, b"")
            elif EVENT_STREAM in content_type(headers):
                await self._stream(status, headers, connection.body())
            else:
                await self._whole(status, headers, b"".join([piece async for piece in connection.body()]))
        except BaseException:
            connection.close()
            raise
        self._service.give_back(connection)

    async def _whole(self, status: int, headers: Headers, body: bytes) -> None:
        self._begin(status)
        if self._kind in (Kind.SILENCE, Kind.CUT):
            await self._write(wire.answer_head(status, headers, len(body)))
            if self._kind is Kind.SILENCE:
                await self._stay_silent()
                await self._write(body)
            else:
                await self._write(body[: len(body) // 2])
                self._break_off()
        else:
            await self._write(wire.answer_head(status, headers, len(body)) + body)
        self._call.complete = True

    async def _stream(self, status: int, headers: Headers, body: AsyncIterator[bytes]) -> None:
        self._begin(status)
        await self._write(wire.answer_head(status, headers, None))
        sent = 0
        async for event in events(body):
            if await self._ends_before(event, sent):
                break
            await self._send(self._broken(event, sent))
            sent += 1
        await self._write(wire.LAST_CHUNK)
        self._call.complete = True

    async def _ends_before(self, event: bytes, sent: int) -> bool:
        """Do what the fault says before this event; whether the body ends here."""
        fault = self._fault
        if fault is None or fault.after not in (sent, -1):
            return False
        if fault.kind is Kind.SILENCE:
            await self._stay_silent()
        if fault.kind is Kind.CUT:
            self._break_off()
        if fault.kind is Kind.ERROR_EVENT:
            await self._send(f"data: {fault.body}\n\n".encode())
        done = data_of(event) == "[DONE]"
        return fault.kind is Kind.ERROR_EVENT or (fault.kind is Kind.UNFINISHED and (fault.after == sent or done))

    def _broken(self, event: bytes, sent: int) -> bytes:
        fault = self._fault
        if fault is None or fault.kind is not Kind.BROKEN_EVENT or fault.after != sent:
            return event
        return event[: max(len(event) // 2, len(b"data: {"))].rstrip(b"\n") + BLANK_LINE

    async def _send(self, event: bytes) -> None:
        fault, written = self._fault, event
        if fault is not None and fault.kind is Kind.FRAMING:
            written = (COMMENT if fault.comments else b"") + event
            written = written.replace(b"\n", b"\r\n") if fault.crlf else written
        piece = fault.piece if fault is not None and fault.kind is Kind.FRAMING else 0
        for part in pieces(written, piece):
            self._writer.write(wire.chunk(part))
            await self._writer.drain()
            if piece:
                await asyncio.sleep(0)  # each piece is to be written by itself
        self._call.events.append(SentEvent(time.time(), data_of(event)))

    async def _stay_silent(self) -> None:
        """Send nothing for as long as the fault says; without an end it ends with the healing, by a reset."""
        if self._injection is None or self._fault is None:
            raise RuntimeError("only a fault makes an exchange silent")
        try:
            await asyncio.wait_for(self._injection.healed.wait(), self._fault.seconds)
        except TimeoutError:
            return
        self._reset()

    def _break_off(self) -> None:
        if self._fault is not None and self._fault.reset:
            self._reset()
        self._writer.close()
        raise Ended

    def _reset(self) -> None:
        wire.reset(self._writer)
        raise Ended

    def _begin(self, status: int) -> None:
        self._call.status, self._call.answered = status, time.time()

    async def _write(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()


async def events(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The events of a stream with their bytes, each as soon as it is whole; what is left at the end is one more."""
    held = b""
    async for piece in body:
        held += piece
        while (end := held.find(BLANK_LINE)) >= 0:
            yield held[: end + len(BLANK_LINE)]
            held = held[end + len(BLANK_LINE) :]
    if held:
        yield held


def pieces(data: bytes, size: int) -> list[bytes]:
    """Cut into pieces of a size; one piece for 0."""
    return [data[start : start + size] for start in range(0, len(data), size)] if size else [data]


def data_of(event: bytes) -> str:
    """The data of an event as the service writes it: one line after ``data: ``."""
    return event.decode(errors="replace").strip("\n").removeprefix("data: ")


def content_type(headers: Headers) -> str:
    """What an answer says that it is; empty if it says nothing."""
    return next((value for name, value in headers if name.lower() == "content-type"), "")
