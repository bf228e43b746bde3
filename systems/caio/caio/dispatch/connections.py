"""HTTP/1.1 connections to services: kept, counted, and never used a second time for a request that failed.

A client of our own, because only what it does is needed here and a general one takes several times as long (README,
"Why it is built so"). It neither follows redirects, nor repeats a request, nor uses proxies of the environment.
"""

from __future__ import annotations

import asyncio
import ssl
import time
import zlib
from functools import cache
from typing import cast

import httptools

from caio.dispatch.addresses import Place, Target

MOST = 1_000
"""Connections at the same time; whoever needs one more waits."""

CONNECT_SECONDS, CONNECT_SHARE = 1.0, 0.8
"""Longest wait for a connection, and its share of the time for the answer: who does not accept within is not there."""

MOST_IDLE = 200
IDLE_SECONDS = 15.0
"""A connection that was not needed for so long is closed."""

LARGEST_ANSWER = 4_194_304
"""Bytes of a service's answer."""

ZIPPED = ("gzip", "x-gzip", "deflate")
EITHER_HEADER = 32 + zlib.MAX_WBITS
"""Lets zlib find out by itself which of the two headers compressed data has."""


class NotConnected(Exception):
    """There is no connection: the service has surely received nothing."""


class Broken(Exception):
    """The connection was closed, or what came over it is no answer; the service may have acted."""


@cache
def encryption() -> ssl.SSLContext:
    """What certificates are judged by: the authorities of certifi, whatever the environment says."""
    import certifi

    return ssl.create_default_context(cafile=certifi.where())


class Connection(asyncio.Protocol):
    """One connection, for one request at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.usable = True
        """Whether another request may be sent over it."""
        self.idle_since = 0.0
        self._waiter: asyncio.Future[tuple[int, bytes]] | None = None
        self._begin()

    def _begin(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._body: list[bytes] = []
        self._size = 0
        self._sized = False
        self._ready = False
        self._unzip: zlib._Decompress | None = None

    # --- what asyncio tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's is none of asyncio's classes.
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self._waiter is None:
            # Nobody has asked for anything.
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade, zlib.error) as error:
            self._fail(Broken(f"the service's answer is not HTTP: {error or type(error).__name__}"))

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, error: Exception | None) -> None:
        self.usable = False
        if self._waiter is None:
            return
        if self._ready and not self._sized and error is None:
            # Without a length the end of the connection is the end of the answer (RFC 9112, section 6.3).
            self._done()
        else:
            why = f": {error}" if error is not None else ""
            self._fail(Broken(f"the service closed the connection before its answer was complete{why}"))

    # --- what the parser tells

    def on_header(self, name: bytes, value: bytes) -> None:
        known = name.lower()
        if known in (b"content-length", b"transfer-encoding"):
            self._sized = True
        elif known == b"content-encoding" and value.strip().lower().decode("latin-1") in ZIPPED:
            self._unzip = zlib.decompressobj(EITHER_HEADER)

    def on_headers_complete(self) -> None:
        self._ready = self._parser.get_status_code() >= 200

    def on_body(self, body: bytes) -> None:
        if self._unzip is not None:
            body = self._unzip.decompress(body, LARGEST_ANSWER + 1)
        self._size += len(body)
        if self._size > LARGEST_ANSWER:
            self._fail(Broken(f"the answer is larger than {LARGEST_ANSWER} bytes"))
            return
        self._body.append(body)

    def on_message_complete(self) -> None:
        # An interim answer (1xx) says only that the answer is still to come.
        if self._ready:
            self.usable = self.usable and self._parser.should_keep_alive()
            self._done()

    # --- one request

    async def ask(self, request: bytes, seconds: float) -> tuple[int, bytes]:
        """Send a request and wait for the whole answer: status and body. Raises Broken and TimeoutError."""
        assert self.transport is not None
        loop = asyncio.get_running_loop()
        self._waiter = loop.create_future()
        # asyncio.timeout takes three times as long, for every request.
        timer = loop.call_later(seconds, self._fail, TimeoutError())
        try:
            self.transport.write(request)
            return await self._waiter
        except BaseException:
            # What is still to come belongs to nobody.
            self.close()
            raise
        finally:
            timer.cancel()
            self._waiter = None
            self._begin()

    def close(self) -> None:
        """Use it no more."""
        self.usable = False
        if self.transport is not None:
            self.transport.abort()

    def _done(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result((self._parser.get_status_code(), b"".join(self._body)))

    def _fail(self, error: Broken | TimeoutError) -> None:
        self.usable = False
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(error)


class Connections:
    """All connections of one event loop."""

    def __init__(self) -> None:
        self._idle: dict[Place, list[Connection]] = {}
        self._kept = 0
        self._room = asyncio.Semaphore(MOST)

    async def ask(self, target: Target, request: bytes, seconds: float) -> tuple[int, bytes]:
        """Send a request over a kept connection or a new one, and have the answer within so many seconds.

        Raises NotConnected, Broken or TimeoutError.
        """
        ends = time.monotonic() + seconds
        if self._room.locked():
            async with asyncio.timeout(seconds):
                await self._room.acquire()
        else:
            await self._room.acquire()
        try:
            patience = min(CONNECT_SECONDS, seconds * CONNECT_SHARE, ends - time.monotonic())
            connection = self._take(target.place) or await connect(target.place, patience)
            answer = await connection.ask(request, ends - time.monotonic())
            self._keep(target.place, connection)
            return answer
        finally:
            self._room.release()

    def close(self) -> None:
        """Close what is idle."""
        for kept in self._idle.values():
            for connection in kept:
                connection.close()
        self._idle.clear()
        self._kept = 0

    def _take(self, place: Place) -> Connection | None:
        """The connection used last, as it is the least likely to have been given up by the service."""
        kept = self._idle.get(place)
        oldest = time.monotonic() - IDLE_SECONDS
        while kept:
            connection = kept.pop()
            self._kept -= 1
            if connection.usable and connection.idle_since >= oldest:
                return connection
            connection.close()
        return None

    def _keep(self, place: Place, connection: Connection) -> None:
        if not connection.usable or self._kept >= MOST_IDLE:
            connection.close()
            if self._kept >= MOST_IDLE:
                self._sweep()
            return
        connection.idle_since = time.monotonic()
        self._idle.setdefault(place, []).append(connection)
        self._kept += 1

    def _sweep(self) -> None:
        """Close what nobody has needed for long, so that places that are used find room."""
        oldest = time.monotonic() - IDLE_SECONDS
        for place, kept in list(self._idle.items()):
            good = [each for each in kept if each.usable and each.idle_since >= oldest]
            for connection in kept:
                if connection not in good:
                    connection.close()
            if good:
                self._idle[place] = good
            else:
                del self._idle[place]
        self._kept = sum(len(kept) for kept in self._idle.values())


async def connect(place: Place, patience: float) -> Connection:
    """A new connection. Raises NotConnected."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(patience):
            _, connection = await loop.create_connection(
                Connection, place.host, place.port, ssl=encryption() if place.encrypted else None
            )
    except TimeoutError:
        raise NotConnected(f"none within {patience * 1000:.0f} ms") from None
    except OSError as error:
        raise NotConnected(error.strerror or str(error)) from None
    return connection
