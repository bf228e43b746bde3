"""A tiny server for the tests of loads: ``python tiny_target.py PORT ADDRESS``; the environment says its troubles."""

import asyncio
import os
import ssl
import sys
import time
from typing import ClassVar


class Trouble:
    """What happens at a request of a number: TARGET_STALLS_AT (for one second), TARGET_HANGS_AT, TARGET_DIES_AT.

    Each request takes TARGET_TAKES_AT milliseconds; the first TARGET_CLOSES_AT connections are closed at once.
    """

    requests = 0
    connections = 0
    stalls, hangs, dies, takes, closes = (
        int(os.environ.get(f"TARGET_{what}_AT", "0")) for what in ("STALLS", "HANGS", "DIES", "TAKES", "CLOSES")
    )

    @classmethod
    def hangs_now(cls) -> bool:
        cls.requests += 1
        time.sleep(cls.takes / 1000)
        if cls.requests == cls.stalls:
            time.sleep(1.0)  # the whole server stands still, as in a long collection of garbage
        if cls.requests == cls.dies:
            os._exit(1)
        return 0 < cls.hangs <= cls.requests


class Connection(asyncio.Protocol):
    transport: asyncio.Transport
    received = b""
    seen: ClassVar[set[bytes]] = set()
    """The path and body of each request below /seen; the answer tells the last and how many there are."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        Trouble.connections += 1
        if Trouble.connections <= Trouble.closes:
            transport.close()

    def data_received(self, data: bytes) -> None:
        self.received += data
        while b"\r\n\r\n" in self.received:
            head, _, rest = self.received.partition(b"\r\n\r\n")
            length = next(
                (int(line[15:]) for line in head.lower().split(b"\r\n") if line[:15] == b"content-length:"), 0
            )
            if len(rest) < length:
                return
            self.received = rest[length:]
            path = head.split(b" ")[1]
            if path.startswith(b"/seen"):
                self.seen.add(path + b" " + rest[:length])
            self.answer(path.decode(), rest[:length], closes=b"connection: close" in head.lower())

    def answer(self, path: str, asked: bytes, *, closes: bool) -> None:
        if Trouble.hangs_now() or path == "/never":
            return
        if path == "/reset":
            self.transport.abort()
            return
        status = {"/busy": "503 Busy", "/moved": "302 Found"}.get(path, "200 OK")
        body = {"/busy": b"too busy", "/count": str(Trouble.requests).encode()}.get(path, b"hello")
        if path.startswith("/seen"):
            body = f"{path} {len(self.seen)} ".encode() + asked
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nLocation: /\r\n\r\n"
        self.transport.write(head.encode() + body)
        if closes:
            self.transport.close()


async def main() -> None:
    tls = None
    if certificate := os.environ.get("TARGET_CERTIFICATE"):
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(certificate, os.environ["TARGET_KEY"])
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Connection, sys.argv[2], int(sys.argv[1]), backlog=4096, ssl=tls)
    print("listening", flush=True)
    await server.serve_forever()


asyncio.run(main())
