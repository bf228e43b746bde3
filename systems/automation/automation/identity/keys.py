"""API keys: shown once when they are made, kept as HMAC-SHA256, listed masked, and revoked at once."""

from __future__ import annotations

import hmac
import re
import secrets
import time
from dataclasses import dataclass

from automation.store.database import Row, Store

SHAPE = re.compile(r"ak_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
MOST_PER_USER = 100


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key, which nobody sees in clear ever again."""

    id: str
    key: str


class ApiKeys:
    """The keys of all users."""

    def __init__(self, store: Store) -> None:
        self._store = store
        row = store.one("SELECT value FROM meta WHERE key = 'api_key_secret'")
        assert row is not None
        self._secret = bytes.fromhex(row["value"])

    def digest(self, key: str) -> bytes:
        """The form a key is kept in."""
        return hmac.digest(self._secret, key.encode("utf-8", "surrogateescape"), "sha256")

    def make(self, username: str, name: str) -> NewKey | None:
        """A new key of a user; None for one that has too many."""
        key_id = secrets.token_hex(6)
        key = f"ak_{key_id}_{secrets.token_urlsafe(32)}"
        with self._store.writing() as transaction:
            (count,) = transaction.execute(
                "SELECT count(*) FROM api_keys WHERE username = ? AND revoked_at IS NULL", (username,)
            ).fetchone()
            if count >= MOST_PER_USER:
                return None
            transaction.execute(
                "INSERT INTO api_keys (id, username, name, hash, ends, created_at) VALUES (?, ?, ?, ?, ?, ?)",
                (key_id, username, name, self.digest(key), key[-4:], time.time()),
            )
        return NewKey(key_id, key)

    def of(self, username: str) -> list[Row]:
        """The keys of a user that are not revoked."""
        return self._store.all(
            "SELECT * FROM api_keys WHERE username = ? AND revoked_at IS NULL ORDER BY created_at", username
        )

    def revoke(self, username: str, key_id: str) -> bool:
        """End a key. False if the user has none of that id."""
        with self._store.writing() as transaction:
            done = transaction.execute(
                "UPDATE api_keys SET revoked_at = ? WHERE id = ? AND username = ? AND revoked_at IS NULL",
                (time.time(), key_id, username),
            )
        return done.rowcount == 1

    def owner(self, key: str) -> str | None:
        """The user that a key stands for."""
        shape = SHAPE.fullmatch(key)
        row = shape and self._store.one(
            "SELECT username, hash FROM api_keys WHERE id = ? AND revoked_at IS NULL", shape[1]
        )
        if not row or not hmac.compare_digest(row["hash"], self.digest(key)):
            return None
        return str(row["username"])


def masked(row: Row) -> str:
    """A key as it may be shown."""
    return f"ak_{row['id']}_…{row['ends']}"
