"""Verifies signatures of webhooks by the text of Standard Webhooks, without any library that the product uses."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

PREFIX, VERSION = "whsec_", "v1"
MOST_APART = 300.0
"""Seconds by which the time of a call may differ from a receiver's own."""


def wrong_in(secret: str, name: str, timestamp: str, signatures: str, body: bytes, now: float) -> str:
    """What is wrong with a signed call, in words; empty if its receiver can trust it."""
    if not name or "." in name:
        return f"its id is {name!r}"
    if not timestamp.isdigit() or abs(now - int(timestamp)) > MOST_APART:
        return f"its time is {timestamp!r}, and it came at {now:.0f}"
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        return f"its secret is not base64: {error}"
    if not secret.startswith(PREFIX) or not 24 <= len(key) <= 64:
        return f"its secret is not 24 to 64 bytes with the prefix {PREFIX}"
    expected = base64.b64encode(hmac.digest(key, f"{name}.{timestamp}.".encode() + body, hashlib.sha256)).decode()
    shown = [each.partition(",") for each in signatures.split()]
    if not any(version == VERSION and hmac.compare_digest(given, expected) for version, _, given in shown):
        return f"none of its signatures is right: {signatures!r}"
    return ""
