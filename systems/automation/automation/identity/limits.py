"""How often callers may call: one sliding window for all processes, in Redis; while it is away, in a shared file."""

from __future__ import annotations

import time
from pathlib import Path

import limits
import redis
from chassis import logs
from chassis.rate_limit import FILE_NAME, RateLimiter, Verdict, judge
from limits.storage import RedisStorage

from automation.queue.link import RedisLink
from automation.settings import RateLimit

REST_SECONDS = 2.0
"""For how long Redis is left alone after it could not be used: waiting for it holds up every request."""


class SharedLimiter:
    """Counts requests per user or address."""

    def __init__(self, settings: RateLimit, link: RedisLink, folder: Path) -> None:
        self._item = limits.RateLimitItemPerSecond(settings.max_requests, settings.window_seconds)
        self._enabled = settings.enabled
        self._link = link
        self._file = RateLimiter(self._item if settings.enabled else None, folder / FILE_NAME)
        self._storage: RedisStorage | None = None
        self._url = ""
        self._rests_until = 0.0
        self._failed = False
        self._log = logs.get("rate_limit")

    def hit(self, who: str) -> Verdict:
        """Count one request."""
        if not self._enabled:
            return Verdict(True)
        if self._link.is_away:
            self._note("Redis does not answer")
        elif time.monotonic() >= self._rests_until:
            try:
                verdict = judge(self._window(), self._item, who)
            except (redis.RedisError, OSError) as error:
                self._note(str(error))
            else:
                self._note(None)
                return verdict
        return self._file.hit(who)

    def _window(self) -> RedisStorage:
        url = self._link.url
        if self._storage is None or url != self._url:
            timeout = self._link.timeout
            self._storage = RedisStorage(
                url, key_prefix="automation-limits", socket_timeout=timeout, socket_connect_timeout=timeout
            )
            self._url = url
        return self._storage

    def _note(self, failure: str | None) -> None:
        if failure is not None:
            self._rests_until = time.monotonic() + REST_SECONDS
            if not self._failed:
                self._log.warning("requests are counted in a file, as Redis cannot be used", reason=failure)
        elif self._failed:
            self._log.info("requests are counted in Redis again")
        self._failed = failure is not None
