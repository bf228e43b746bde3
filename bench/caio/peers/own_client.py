"""Asks a server over kept connections, where there is no wrk: the same requests, the same line of JSON at the end."""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import httptools
import uvloop

from bench.figures import percentile

NUMBER = b"0" * 12


@dataclass(slots=True)
class Tally:
    """What all connections have seen together; times in µs."""

    until: float
    number: int
    pause: float
    refused: int = 0
    broken: int = 0
    times: list[float] = field(default_factory=list)


class Connection(asyncio.Protocol):
    """One request after the other, until the time is up or the server hangs up."""

    def __init__(self, parts: tuple[bytes, bytes], tally: Tally) -> None:
        self._parts = parts
        self._tally = tally
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._sent = 0.0
        self._waiting = False
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one without saying so
        self._send()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        """Called by the parser at the end of each answer."""
        tally, now = self._tally, time.perf_counter()
        tally.times.append((now - self._sent) * 1e6)
        tally.refused += self._parser.get_status_code() >= 400
        self._waiting = False
        if now >= tally.until:
            self._close()
        elif tally.pause:
            asyncio.get_running_loop().call_later(tally.pause, self._send)
        else:
            self._send()

    def connection_lost(self, error: Exception | None) -> None:
        self._tally.broken += self._waiting and time.perf_counter() < self._tally.until
        if not self.ended.done():
            self.ended.set_result(None)

    def _send(self) -> None:
        assert self._transport is not None
        self._tally.number += 1
        self._sent, self._waiting = time.perf_counter(), True
        self._transport.write((b"%012d" % self._tally.number).join(self._parts))

    def _close(self) -> None:
        if self._transport is not None:
            self._transport.close()


async def measure(address: tuple[str, int], request: bytes, connections: int, seconds: float, tally: Tally) -> float:
    """Seconds that it took; what was seen is in the tally."""
    before, _, after = request.partition(NUMBER)
    loop, began = asyncio.get_running_loop(), time.perf_counter()
    tally.until = began + seconds
    opened = await asyncio.gather(
        *(loop.create_connection(lambda: Connection((before, after), tally), *address) for _ in range(connections)),
        return_exceptions=True,
    )
    tally.broken += sum(isinstance(each, BaseException) for each in opened)
    waiting = [each[1].ended for each in opened if not isinstance(each, BaseException)]
    if waiting:
        await asyncio.wait(waiting, timeout=tally.until - time.perf_counter())
    return time.perf_counter() - began


def main() -> None:
    """Ask, and print the line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("url")
    parser.add_argument("request", type=Path)
    parser.add_argument("first", type=int)
    parser.add_argument("pause", type=float, help="milliseconds before each request")
    given = parser.parse_args()
    host, _, port = given.url.removeprefix("http://").partition(":")
    tally = Tally(0.0, given.first, given.pause / 1000)
    asked = measure((host, int(port)), given.request.read_bytes(), given.connections, given.seconds, tally)
    seconds = uvloop.run(asked)
    times = tally.times or [0.0]
    shares = {f"p{share * 100:.0f}": percentile(times, share) for share in (0.5, 0.95, 0.99)}
    seen = {"answers": len(tally.times), "refused": tally.refused, "broken": tally.broken, "seconds": seconds}
    print(json.dumps({**seen, **shares}))


if __name__ == "__main__":
    main()
