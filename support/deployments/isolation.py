"""A network namespace with nothing but loopback, which this process enters before it starts what must reach nobody.

Nothing outside can reach what listens there on all interfaces, and nothing inside reaches the outside. Packets that are
sent to other addresses all the same go to loopback, where they are seen and dropped: so a system that calls somebody is
found out. Linux only; needs root, or a kernel that lets users make namespaces.
"""

from __future__ import annotations

import ctypes
import fcntl
import ipaddress
import os
import socket
import struct
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CLONE_NEWUSER, _CLONE_NEWNET = 0x1000_0000, 0x4000_0000
_SIOCSIFFLAGS, _SIOCADDRT = 0x8914, 0x890B
_UP_AND_RUNNING = 0x1 | 0x40
_ROUTE_UP = 0x1
_ETH_P_IP = 0x0800
_SO_ATTACH_FILTER = 26
_NOT_LOOPBACK = (
    (0x20, 0, 0, 16),
    (0x54, 0, 0, 0xFF00_0000),
    (0x15, 0, 1, 0x7F00_0000),
    (0x06, 0, 0, 0),
    (0x06, 0, 0, 96),
)
"""A classic BPF program over IPv4 packets: those to 127.0.0.0/8 are dropped in the kernel (load, mask, compare)."""
_PORTS = {6: "TCP", 17: "UDP"}


class Unavailable(Exception):
    """Why no network namespace can be entered here."""


class Outside:
    """What was sent beyond loopback, seen since the namespace was entered."""

    def __init__(self, packets: socket.socket) -> None:
        self._packets = packets
        self._seen: dict[str, None] = {}
        threading.Thread(target=self._watch, name="outside", daemon=True).start()

    def calls(self) -> list[str]:
        """Each destination once, in the order in which they were first called: ``TCP 192.0.2.1:443``."""
        return list(self._seen)

    def _watch(self) -> None:
        while True:
            self._seen.setdefault(_destination(self._packets.recv(96)))


_entered: Outside | None = None
_refused = "its process did not enter one"


def outside() -> Outside | None:
    """What was sent beyond loopback; None where this process is in no namespace of its own."""
    return _entered


def why_not() -> str:
    """Why this process is in no namespace of its own."""
    return _refused


def enter() -> Outside | None:
    """Enter a namespace with all that is started from now on; None where that cannot be done, as why_not() says.

    Only for a process that has a single thread and no connections. Entering it twice is the same as once.
    """
    global _entered, _refused  # noqa: PLW0603 -- it is a state of the process
    if _entered is None:
        try:
            _entered = _enter()
        except Unavailable as error:
            _refused = str(error)
    return _entered


def _enter() -> Outside:
    if sys.platform != "linux":
        raise Unavailable("network namespaces are a feature of Linux")
    _unshare()
    _bring_up_loopback()
    return Outside(_packets_beyond_loopback())


def _unshare() -> None:
    user, group = os.geteuid(), os.getegid()
    kinds = _CLONE_NEWNET if user == 0 else _CLONE_NEWUSER | _CLONE_NEWNET
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(kinds) != 0:
        why = os.strerror(ctypes.get_errno())
        raise Unavailable(f"a network namespace cannot be made here ({why}): run this as root")
    if user != 0:  # one is oneself in the new user namespace, too
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")


def _bring_up_loopback() -> None:
    """Switch loopback on, and have it take what is sent to other addresses: else nobody would see it."""
    with _control() as control:
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sh", b"lo", _UP_AND_RUNNING))
        route = _Route(flags=_ROUTE_UP, device=b"lo")
        for address in (route.destination, route.gateway, route.mask):
            ctypes.memmove(address, struct.pack("H14x", socket.AF_INET), 16)
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.ioctl(control.fileno(), _SIOCADDRT, ctypes.byref(route)) != 0:
            raise Unavailable(f"calls beyond loopback cannot be seen here: {os.strerror(ctypes.get_errno())}")


def _packets_beyond_loopback() -> socket.socket:
    try:
        packets = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
    except OSError as error:
        raise Unavailable(f"calls beyond loopback cannot be seen here: {error.strerror}") from error
    instructions = b"".join(struct.pack("HBBI", *each) for each in _NOT_LOOPBACK)
    program = ctypes.create_string_buffer(instructions)
    packets.setsockopt(
        socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HP", len(_NOT_LOOPBACK), ctypes.addressof(program))
    )
    packets.bind(("lo", _ETH_P_IP))
    return packets


@contextmanager
def _control() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        yield control


class _Route(ctypes.Structure):
    """``struct rtentry`` of <net/route.h>."""

    _fields_ = (
        ("hash", ctypes.c_ulong),
        ("destination", ctypes.c_ubyte * 16),
        ("gateway", ctypes.c_ubyte * 16),
        ("mask", ctypes.c_ubyte * 16),
        ("flags", ctypes.c_ushort),
        ("unused", ctypes.c_short),
        ("unused_too", ctypes.c_ulong),
        ("service", ctypes.c_void_p),
        ("metric", ctypes.c_short),
        ("device", ctypes.c_char_p),
        ("mtu", ctypes.c_ulong),
        ("window", ctypes.c_ulong),
        ("round_trip", ctypes.c_ushort),
    )


def _destination(packet: bytes) -> str:
    """Where an IPv4 packet goes; of a question for a name, that name."""
    length, protocol = (packet[0] & 0xF) * 4, packet[9]
    address = str(ipaddress.IPv4Address(packet[16:20]))
    if protocol not in _PORTS or len(packet) < length + 4:
        return f"IP protocol {protocol} {address}"
    (port,) = struct.unpack("!H", packet[length + 2 : length + 4])
    asked = _asked_name(packet[length + 8 :]) if protocol == socket.IPPROTO_UDP and port == 53 else ""
    return f"{_PORTS[protocol]} {address}:{port}" + (f" (DNS: {asked})" if asked else "")


def _asked_name(question: bytes) -> str:
    """The name that a DNS message asks for (RFC 1035, 4.1.2); empty where it is cut off."""
    labels, at = list[str](), 12
    while at < len(question) and (size := question[at]):
        labels.append(question[at + 1 : at + 1 + size].decode("ascii", errors="replace"))
        at += 1 + size
    return ".".join(labels)
