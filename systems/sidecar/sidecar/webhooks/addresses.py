"""Which addresses may be called: public ones, and networks that the operator allows."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from sidecar.settings import Network

SCHEMES = {"http": 80, "https": 443}
RESOLVE_SECONDS = 5.0

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefused(Exception):
    """An address that is not called. The message says why, and repeats nothing but the reason."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a call goes: the address is fixed, so that a name cannot lead elsewhere between check and call."""

    host: str
    port: int
    address: str


def host_of(url: str) -> str:
    """The host of a URL, for the audit log; a mark where there is none."""
    try:
        return urlsplit(url).hostname or "-"
    except ValueError:
        return "-"


async def check(url: str, allowed: tuple[Network, ...]) -> Target:
    """Resolve a URL once. Raises AddressRefused unless all that its name stands for may be called."""
    parts = parsed(url)
    host = parts.hostname or ""
    port = parts.port or SCHEMES[parts.scheme]
    found = await resolved(host, port)
    for each in found:
        if not may_call(each, allowed):
            raise AddressRefused("the address is not public")
    return Target(host, port, str(found[0]))


def parsed(url: str) -> SplitResult:
    """The parts of a URL that can be called. Raises AddressRefused."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused("not a URL") from None
    if parts.scheme not in SCHEMES:
        raise AddressRefused("expected http:// or https://")
    if not parts.hostname or any(each.isspace() or not each.isprintable() for each in url):
        raise AddressRefused("not a URL")
    if parts.username is not None or parts.password is not None:
        raise AddressRefused("a URL with a user name or password is not called")
    if port == 0:
        raise AddressRefused("not a port")
    return parts


async def resolved(host: str, port: int) -> list[Address]:
    """The addresses of a name. Raises AddressRefused."""
    loop = asyncio.get_running_loop()
    try:
        found = await asyncio.wait_for(loop.getaddrinfo(host, port, type=socket.SOCK_STREAM), RESOLVE_SECONDS)
    except (OSError, TimeoutError, UnicodeError):
        raise AddressRefused("the host cannot be found") from None
    return [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


def may_call(address: Address, allowed: tuple[Network, ...]) -> bool:
    """Whether an address is public or allowed. One that only wraps another is judged by that."""
    inner = embedded(address)
    if any(inner in network for network in allowed if network.version == inner.version):
        return True
    return inner.is_global and not inner.is_multicast


def embedded(address: Address) -> Address:
    """The IPv4 address within one of IPv6 (mapped, 6to4, NAT64), else the address."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in ipaddress.ip_network("64:ff9b::/96"):
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        return address.ipv4_mapped or address.sixtofour or address
    return address
