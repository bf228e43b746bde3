"""Signatures of Standard Webhooks, version v1: HMAC-SHA256 over id, time and body."""

from __future__ import annotations

import base64
import hashlib
import hmac

from sidecar.webhooks.model import PREFIX


def signed(secret: str, message: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of a call."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    told = f"{message}.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.new(key, told, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{signature}",
        "content-type": "application/json",
        "user-agent": "async-sidecar/1.0",
    }
