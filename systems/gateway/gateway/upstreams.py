"""Upstreams as this process knows them: how busy, how often failed, until when they rest, whether they are alive."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.config import Cooldown
from gateway.loading import Loaded

Clock = Callable[[], float]


@dataclass(slots=True)
class Server:
    """What health checks have found out about one URL; upstreams that share it share this. None: not checked yet."""

    url: str
    health: str
    alive: bool | None = None


@dataclass(slots=True)
class Upstream:
    """One upstream and its state. ``authorization`` is the header that it is asked with; None: without one."""

    name: str
    server: Server
    key: str | None
    cooldown: Cooldown
    clock: Clock = time.monotonic
    active: int = 0
    failures: int = 0
    rests_until: float = field(default=float("-inf"))
    wants_rest: bool = False
    """Whether it rests because it asked for it."""
    asked: int = 0
    """When it was asked last, as a count of all calls; for taking turns."""

    @property
    def url(self) -> str:
        """Where it is, without a path."""
        return self.server.url

    @property
    def rest_left(self) -> float:
        """Seconds until it may be asked again; 0 if it may be asked now."""
        return max(0.0, self.rests_until - self.clock())

    @property
    def dead(self) -> bool:
        """Whether its last health check failed."""
        return self.server.alive is False

    def succeeded(self) -> None:
        """It has answered, be it with a refusal of what the caller asked."""
        self.failures = 0
        self.server.alive = True  # before the next health check finds out

    def failed(self, retry_after: float | None = None) -> None:
        """It has failed; ``retry_after`` seconds are how long it wants to be left alone, if it said so."""
        self.failures += 1
        rest = 0.0
        if self.failures >= self.cooldown.failures:
            rest = self.cooldown.seconds
            self.failures = self.cooldown.failures - 1  # after its rest the next failure is enough
        if retry_after is not None:
            rest = max(rest, min(retry_after, self.cooldown.longest))
        if rest:
            self.wants_rest = retry_after is not None
            self.rests_until = max(self.rests_until, self.clock() + rest)


class Upstreams:
    """All upstreams by name."""

    def __init__(self, loaded: Loaded, clock: Clock = time.monotonic) -> None:
        self._servers: dict[tuple[str, str], Server] = {}
        self._by_name: dict[str, Upstream] = {}
        self._cooldown, self._clock = loaded.config.cooldown, clock
        for name, entry in loaded.config.upstreams.items():
            server = self.server(entry.url, entry.health)
            self._by_name[name] = Upstream(name, server, loaded.upstream_keys.get(name), self._cooldown, clock)

    def __getitem__(self, name: str) -> Upstream:
        return self._by_name[name]

    @property
    def servers(self) -> list[Server]:
        """Every URL once."""
        return list(self._servers.values())

    def server(self, url: str, health: str) -> Server:
        """What is known of a URL."""
        return self._servers.setdefault((url, health), Server(url, health))

    def can_serve(self) -> bool:
        """Whether any upstream is alive, as far as health checks have found out."""
        return any(server.alive for server in self._servers.values())

    def aimed(self, url: str) -> Upstream:
        """An upstream that a caller has named; one that is not configured has no key, and nothing is remembered."""
        known = next((each for each in self._by_name.values() if each.url == url), None)
        return known or Upstream(url, Server(url, "/"), None, self._cooldown, self._clock)
