"""Holds packets back before they are delivered: latency on kernels whose traffic control cannot delay.

An iptables rule hands the packets to a queue of the kernel (NFQUEUE); this program lets each go after its time. The
suite sends its source into a side container, where it runs by itself on a bare Python: so it imports the standard
library alone. It says READY once the queue is bound. The messages are those of linux/netfilter/nfnetlink_queue.h.
"""

from __future__ import annotations

import argparse
import heapq
import random
import select
import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

READY = "ready"
"""What it writes when packets can be handed to it."""

_NETFILTER = 12
_QUEUE = 3
_PACKET, _VERDICT, _CONFIG = 0, 1, 2
_ERROR = 2
_REQUEST, _ACKNOWLEDGE = 1, 4
_OPTIONS, _NO_COMPLAINTS = 270, 5
"""SOL_NETLINK and NETLINK_NO_ENOBUFS: where there is no room the kernel does not make us fail for it."""
_HEADER = struct.Struct("=IHHII")
_FAMILY = struct.Struct(">BBH")
_ATTRIBUTE = struct.Struct("=HH")
_ACCEPT = 1
_MOST_WAITING = 100_000
_ROOM = 8 << 20
"""Bytes that the kernel may have waiting for us."""


def attribute(kind: int, value: bytes) -> bytes:
    """One attribute of a netlink message, padded to four bytes."""
    length = _ATTRIBUTE.size + len(value)
    return _ATTRIBUTE.pack(length, kind) + value + b"\0" * (-length % 4)


def message(kind: int, queue: int, attributes: bytes, flags: int = _REQUEST) -> bytes:
    """A message to the kernel's queue of that number."""
    body = _FAMILY.pack(socket.AF_UNSPEC, 0, queue) + attributes
    return _HEADER.pack(_HEADER.size + len(body), _QUEUE << 8 | kind, flags, 0, 0) + body


def setting_up(queue: int) -> list[bytes]:
    """What binds a queue, has it pass on no content of packets, and gives it room; each is to be acknowledged."""
    bind = attribute(1, struct.pack(">BBH", 1, 0, socket.AF_INET))
    only_headers = attribute(2, struct.pack(">IB", 0, 1))
    room = attribute(3, struct.pack(">I", _MOST_WAITING))
    return [message(_CONFIG, queue, each, _REQUEST | _ACKNOWLEDGE) for each in (bind, only_headers, room)]


def verdict(queue: int, packet: int) -> bytes:
    """What lets a packet go."""
    return message(_VERDICT, queue, attribute(2, struct.pack(">II", _ACCEPT, packet)))


def check(answer: bytes) -> None:
    """Raises OSError if the kernel's answer to what it was asked is a refusal."""
    _, kind, *_ = _HEADER.unpack_from(answer)
    error = struct.unpack_from("=i", answer, _HEADER.size)[0] if kind == _ERROR else 0
    if error:
        raise OSError(-error, "the kernel refuses the queue")


def packets(received: bytes) -> Iterator[int]:
    """The numbers of the packets that the kernel hands over."""
    at = 0
    while at + _HEADER.size <= len(received):
        length, kind, *_ = _HEADER.unpack_from(received, at)
        if kind == _QUEUE << 8 | _PACKET:
            yield from _numbers(received[at + _HEADER.size + _FAMILY.size : at + length])
        at += max(length + 3 & ~3, _HEADER.size)


def _numbers(attributes: bytes) -> Iterator[int]:
    at = 0
    while at + _ATTRIBUTE.size <= len(attributes):
        length, kind = _ATTRIBUTE.unpack_from(attributes, at)
        if kind & 0x7FFF == 1:
            yield struct.unpack_from(">I", attributes, at + _ATTRIBUTE.size)[0]
        at += max(length + 3 & ~3, _ATTRIBUTE.size)


@dataclass(slots=True)
class Waiting:
    """Packets that are held back, each for ``seconds`` give or take ``jitter``."""

    seconds: float
    jitter: float = 0.0
    _due: list[tuple[float, int]] = field(default_factory=list)

    def hold(self, packet: int, now: float) -> None:
        """Take a packet in."""
        delay = self.seconds + random.uniform(-self.jitter, self.jitter)
        heapq.heappush(self._due, (now + max(0.0, delay), packet))

    def due(self, now: float) -> Iterator[int]:
        """The packets whose time has come, first come first; they are held no more."""
        while self._due and self._due[0][0] <= now:
            yield heapq.heappop(self._due)[1]

    def rest(self, now: float) -> float | None:
        """Seconds until the next is due; None while none is held."""
        return max(0.0, self._due[0][0] - now) if self._due else None


def run(queue: int, waiting: Waiting) -> None:
    """Hold packets back until the end of the process. Raises OSError where the kernel has no such queue."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETFILTER) as link:
        link.bind((0, 0))
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _ROOM)
        link.setsockopt(_OPTIONS, _NO_COMPLAINTS, 1)
        for asked in setting_up(queue):
            link.send(asked)
            check(link.recv(1 << 16))
        print(READY, flush=True)  # noqa: T201 -- how the suite learns of it
        while True:
            readable, _, _ = select.select([link], [], [], waiting.rest(time.monotonic()))
            if readable:
                for packet in packets(link.recv(1 << 16)):
                    waiting.hold(packet, time.monotonic())
            for packet in waiting.due(time.monotonic()):
                link.send(verdict(queue, packet))


def main() -> None:
    """Run as ``python3 nfqueue_delay.py --queue 1 --seconds 0.2 --jitter 0.05``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queue", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--jitter", type=float, default=0.0)
    options = parser.parse_args()
    run(options.queue, Waiting(options.seconds, options.jitter))


if __name__ == "__main__":
    main()
