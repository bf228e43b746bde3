"""What an application does with a store, over one connection that is never made anew behind its back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Self
from urllib.parse import urlsplit

import psycopg
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

BIG = "x" * 100_000


class Client(ABC):
    """One connection to a store."""

    Refused: type[Exception]

    @abstractmethod
    def write(self, value: str) -> None: ...

    @abstractmethod
    def read(self) -> str | None: ...

    @abstractmethod
    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class PostgreSQLClient(Client):
    Refused = psycopg.Error

    def __init__(self, url: str) -> None:
        self.connection: psycopg.Connection[Any] = psycopg.connect(url, connect_timeout=20, autocommit=True)
        self.connection.execute("SET client_min_messages = error")

    def write(self, value: str) -> None:
        self.connection.execute("CREATE TABLE IF NOT EXISTS notes (at serial, note text)")
        self.connection.execute("ALTER TABLE notes ALTER note SET STORAGE EXTERNAL")
        self.connection.execute("INSERT INTO notes (note) VALUES (%s)", (value,))

    def read(self) -> str | None:
        row = self.connection.execute("SELECT note FROM notes ORDER BY at DESC LIMIT 1").fetchone()
        return row[0] if row else None

    def close(self) -> None:
        self.connection.close()


class RedisClient(Client):
    Refused = redis.RedisError

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.connection = redis.Connection(
            host=parts.hostname or "",
            port=parts.port or 0,
            password=parts.password,
            retry=Retry(NoBackoff(), 0),
            decode_responses=True,
        )
        self.connection.connect()

    def write(self, value: str) -> None:
        self.connection.send_command("SET", "note", value)
        self.connection.read_response()

    def read(self) -> str | None:
        self.connection.send_command("GET", "note")
        said: str | None = self.connection.read_response()
        return said

    def close(self) -> None:
        self.connection.disconnect()


def client_of(kind: str, url: str) -> Client:
    """A client that is connected."""
    return PostgreSQLClient(url) if kind == "postgresql" else RedisClient(url)
