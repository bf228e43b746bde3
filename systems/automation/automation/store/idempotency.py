"""Idempotency keys: the same request with the same key has one effect, and gets the first one's answer."""

from __future__ import annotations

import sqlite3
import time

from automation.identity.users import Caller


class KeyReused(Exception):
    """The key came with another request before."""


def earlier(transaction: sqlite3.Connection, scope: str, caller: Caller, key: str | None, digest: str) -> str | None:
    """What the same request led to before. Raises KeyReused."""
    if key is None:
        return None
    row = transaction.execute(
        "SELECT digest, ref FROM idempotency WHERE scope = ? AND tenant = ? AND owner = ? AND key = ?",
        (scope, caller.tenant, caller.username, key),
    ).fetchone()
    if row is None:
        return None
    if row["digest"] != digest:
        raise KeyReused("this idempotency key came with another request before")
    return str(row["ref"])


def keep(transaction: sqlite3.Connection, scope: str, caller: Caller, key: str | None, digest: str, ref: str) -> None:
    """Remember what this request led to, in the transaction that does it."""
    if key is not None:
        transaction.execute(
            "INSERT INTO idempotency VALUES (?, ?, ?, ?, ?, ?, ?)",
            (scope, caller.tenant, caller.username, key, digest, ref, time.time()),
        )
