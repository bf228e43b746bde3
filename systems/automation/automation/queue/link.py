"""Which Redis is used: the real one, the fallback of this data folder while that is away, or none."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Literal

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from automation.settings import Redis

State = Literal["ready", "fallback", "unavailable"]

FALLBACK_FILE = "fallback-redis.url"
"""In the data folder: where the fallback listens."""

FRESH_SECONDS = 0.5
"""For how long a finding is taken for the present state."""


class RedisLink:
    """Finds out which Redis answers. Safe for several threads."""

    def __init__(self, settings: Redis, folder: Path) -> None:
        self.timeout = settings.timeout_seconds
        self._settings = settings
        self._fallback = folder / FALLBACK_FILE
        self._lock = threading.Lock()
        self._found_at = float("-inf")
        self._state: State = "unavailable"
        self._known = False
        self._reason = ""
        self.url = settings.address
        """Of the Redis that was found last; that of the real one where none is."""

    @property
    def reason(self) -> str:
        """Why the real one is not used; empty if it is."""
        return self._reason

    @property
    def is_away(self) -> bool:
        """Whether none answered when somebody looked last; asks nobody."""
        return self._known and self._state == "unavailable"

    def state(self) -> State:
        """Which one answers now, or did half a second ago."""
        with self._lock:
            if time.monotonic() - self._found_at > FRESH_SECONDS:
                self._state, self.url = self._find()
                self._found_at = time.monotonic()
                self._known = True
            return self._state

    def client(self) -> redis.Redis:
        """A connection to the one that was found last."""
        return client(self.url, self.timeout)

    def _find(self) -> tuple[State, str]:
        real = self._settings.address
        if self._settings.use_fake_redis:
            self._reason = "redis.use_fake_redis is set"
        else:
            self._reason = problem(real, self.timeout)
            if not self._reason:
                return "ready", real
        if self._settings.falls_back:
            fallback = self._fallback.read_text(encoding="utf-8").strip() if self._fallback.exists() else ""
            if fallback and not problem(fallback, self.timeout):
                return "fallback", fallback
        return "unavailable", real


def client(url: str, timeout: float) -> redis.Redis:
    """A connection that waits for at most so many seconds and does not try again by itself."""
    return redis.Redis.from_url(
        url, socket_timeout=timeout, socket_connect_timeout=timeout, retry=Retry(NoBackoff(), 0)
    )


def problem(url: str, timeout: float) -> str:
    """Why a Redis cannot be used; empty if it can."""
    try:
        with client(url, timeout) as connection:
            connection.ping()
    except (redis.RedisError, OSError, ValueError) as error:
        return str(error) or type(error).__name__
    return ""
