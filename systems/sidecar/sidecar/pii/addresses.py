"""Finds e-mail and IP addresses, but not those of machines: SSH accounts, hosts of URLs, version numbers."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from email_validator import EmailNotValidError, validate_email

from sidecar.pii.found import Found

EMAIL = re.compile(
    r"[^\s@<>()\[\]{},;:\"'`|\\]{1,64}(?:@|%40)(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_](?:[\w-]{0,61}[^\W_])"
)
MACHINE_ACCOUNTS = frozenset({"git", "hg", "svn", "ssh", "root"})
"""Names before an @ that are accounts on hosts, as in ``git@github.com:…``."""

IP4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)")
IP6 = re.compile(r"(?<![\w:.])(?=[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:)[0-9A-Fa-f:.]{2,45}(?:%\w+)?(?![\w])")
VERSION = re.compile(
    r"(?i)(?:\b(?:version|versions|release|build|revision|firmware|ver|v)\.?\s*[:=]?\s*|\bv|[=<>~^]=?\s*)$"
)
URL_BEFORE = re.compile(r"(?i)[a-z][a-z0-9+.-]*://(?:[^\s/@]*@)?\[?$")


def emails(text: str) -> Iterator[Found]:
    """E-mail addresses, also percent-encoded ones in URLs."""
    if "@" not in text and "%40" not in text:
        return
    for match in EMAIL.finditer(text):
        start, end = match.span()
        found = match[0]
        # A key before it, as in to=ada@example.com, belongs to the text around it.
        for mark in ("=", "/", "?", "&"):
            name = found.partition("@")[0] if "@" in found else found.partition("%40")[0]
            if mark in name:
                cut = name.rindex(mark) + 1
                start, found = start + cut, found[cut:]
        local = re.split("@|%40", found)[0]
        if local.lower() in MACHINE_ACCOUNTS:
            continue
        if is_email(found.replace("%40", "@")):
            yield Found("email", start, end)


def is_email(address: str) -> bool:
    """Whether mail could be sent there, going by its form."""
    try:
        validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True


def ips(text: str) -> Iterator[Found]:
    """IP addresses that are not the host of a URL, and no version number."""
    for pattern, mark in ((IP4, "."), (IP6, ":")):
        if text.count(mark) < 2:
            continue
        for match in pattern.finditer(text):
            address = match[0].rstrip(".:") if mark == ":" and not match[0].endswith("::") else match[0]
            before = text[max(0, match.start() - 80) : match.start()]
            if is_ip(address.partition("%")[0]) and not URL_BEFORE.search(before) and not VERSION.search(before):
                yield Found("ip", match.start(), match.start() + len(address))


def is_ip(address: str) -> bool:
    """Whether it is an address of somebody: ``::`` and the like are of nobody."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return not found.is_unspecified and address != "::1"
