"""Users: their roles and tenants, and log-ins, of which an account and an address may fail only so often."""

from __future__ import annotations

import math
import sqlite3
import time
from dataclasses import dataclass

from pydantic import SecretStr

from automation.identity import passwords
from automation.settings import Auth, Settings, User
from automation.store.database import Row, Store

ADMIN = "admin"
DEFAULT_TENANT = "default"

ADDRESS_FACTOR = 5
"""So many times the attempts of one account from one address may fail from the address, over all accounts."""

ACCOUNT_FACTOR = 10
"""And so many times over all addresses, for the account; more, or strangers could lock its owner out."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: as the store has it now. ``name`` is for logs and limits."""

    username: str
    role: str
    tenant: str
    by: str

    @property
    def name(self) -> str:
        """The user, or the address of somebody unknown."""
        return self.username

    @property
    def admin(self) -> bool:
        """Whether the caller may see and do everything of the tenant."""
        return self.role == ADMIN


class TooManyAttempts(Exception):
    """Log-ins have failed too often; ``seconds`` is how long to wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many failed log-ins; try again in {seconds} s")
        self.seconds = seconds


class Users:
    """The users that the store has."""

    def __init__(self, store: Store, auth: Auth) -> None:
        self._store = store
        self._auth = auth

    def caller(self, username: str, by: str) -> Caller | None:
        """A user who may call; None for one who does not exist or is disabled."""
        row = self.find(username)
        if row is None or row["disabled"]:
            return None
        return Caller(row["username"], row["role"], row["tenant"], by)

    def find(self, username: str) -> Row | None:
        """A user, also a disabled one."""
        return self._store.one("SELECT * FROM users WHERE username = ?", username)

    def all(self) -> list[Row]:
        """All users by name."""
        return self._store.all("SELECT * FROM users ORDER BY username")

    def add(self, user: User) -> bool:
        """Make a user. False if there is one of that name."""
        try:
            with self._store.writing() as transaction:
                insert(transaction, user)
        except sqlite3.IntegrityError:
            return False
        return True

    def change(self, username: str, *, role: str | None, disabled: bool | None, password: str | None) -> Row | None:
        """Change what is given. None if there is no such user."""
        kept = passwords.hashed(password) if password is not None else None
        with self._store.writing() as transaction:
            transaction.execute(
                "UPDATE users SET role = coalesce(?, role), disabled = coalesce(?, disabled),"
                " password = coalesce(?, password) WHERE username = ?",
                (role, disabled, kept, username),
            )
        return self.find(username)

    def log_in(self, username: str, password: str, address: str) -> Caller | None:
        """The user of that name and password, or nobody. Raises TooManyAttempts."""
        pair, attempts = f"{username} from {address}", self._auth.login_attempts
        limits = {
            pair: attempts,
            f"from {address}": attempts * ADDRESS_FACTOR,
            f"account {username}": attempts * ACCOUNT_FACTOR,
        }
        for who, most in limits.items():
            self._check(who, most)
        row = self.find(username)
        if not passwords.matches(row["password"] if row else None, password) or row is None or row["disabled"]:
            self._note_failure(*limits)
            return None
        if self._store.one("SELECT 1 FROM login_failures WHERE who = ?", pair):
            with self._store.writing() as transaction:
                transaction.execute("DELETE FROM login_failures WHERE who = ?", (pair,))
        return Caller(row["username"], row["role"], row["tenant"], "password")

    def _check(self, who: str, most: int) -> None:
        window = self._auth.login_window_seconds
        now = time.time()
        failures = self._store.all(
            "SELECT at FROM login_failures WHERE who = ? AND at > ? ORDER BY at DESC LIMIT ?", who, now - window, most
        )
        if len(failures) >= most:
            raise TooManyAttempts(max(1, math.ceil(failures[-1]["at"] + window - now)))

    def _note_failure(self, *whose: str) -> None:
        now = time.time()
        with self._store.writing() as transaction:
            transaction.execute("DELETE FROM login_failures WHERE at <= ?", (now - self._auth.login_window_seconds,))
            transaction.executemany("INSERT INTO login_failures VALUES (?, ?)", [(who, now) for who in whose])


def insert(transaction: sqlite3.Connection, user: User) -> None:
    """Add one user. Raises sqlite3.IntegrityError if there is one of that name."""
    transaction.execute(
        "INSERT INTO users (username, password, role, tenant, created_at) VALUES (?, ?, ?, ?, ?)",
        (user.username, passwords.hashed(user.password.get_secret_value()), user.role, user.tenant, time.time()),
    )


def settle(store: Store, settings: Settings) -> None:
    """Make the users that the configuration names, and give them the passwords that it gives them."""
    admin = User(username=ADMIN, password=SecretStr(settings.admin_password), role="admin", tenant=DEFAULT_TENANT)
    for user in (*settings.auth.users, admin):
        password = user.password.get_secret_value()
        row = store.one("SELECT password FROM users WHERE username = ?", user.username)
        if row is not None and passwords.matches(row["password"], password):
            continue
        with store.writing() as transaction:
            transaction.execute(
                "INSERT INTO users (username, password, role, tenant, created_at) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (username) DO UPDATE SET password = excluded.password",
                (user.username, passwords.hashed(password), user.role, user.tenant, time.time()),
            )
