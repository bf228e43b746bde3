"""What load is to be put on a system: which requests, by how many users or at what rate, for how long."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from support.base.outcomes import UsageError

USER_CLASSES = ("FastHttpUser", "HttpUser")
"""The users that Locust brings: geventhttpclient behind the first, python-requests behind the second."""
MOST_PER_SECOND = 1_000_000.0
"""Arrivals per second above which a rate is taken for a mistake: no machine reaches it."""
SHORTEST = 0.1
"""Seconds; a shorter stage has too few samples for any figure."""

Connections = Literal["keep-alive", "new", "at once"]
"""``at once``: every user opens its connection first, and all send when the last one is open."""


class _Part(BaseModel):
    """Immutable; bytes are written as base64. What makes no sense raises UsageError."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64"
    )


class Call(_Part):
    """One kind of request. ``expects`` is a status, or the first and last of a range; ``weight`` its share of all.

    Where ``numbers.MARK`` stands in ``path``, ``body`` or ``contains``, each request has a number of its own.
    """

    name: Annotated[str, Field(min_length=1)]
    method: str = "GET"
    path: str = "/"
    body: bytes | None = None
    headers: Mapping[str, str] = Field(default_factory=dict)
    expects: int | tuple[int, int] = (200, 299)
    contains: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """All that the answer's body must contain; where it does not, the failure is of the kind "wrong body"."""
    weight: int = 1

    @field_validator("contains", mode="before")
    @classmethod
    def _as_several(cls, contains: object) -> object:
        """One text was all there could be when earlier results were written."""
        return tuple(filter(None, [contains])) if isinstance(contains, str) else contains

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.weight < 1:
            raise UsageError(f"{self.name}: a weight of {self.weight} is never sent: give 1 or more")
        return self

    def accepts(self, status: int) -> bool:
        """Whether an answer with this status is a success."""
        first, last = (self.expects, self.expects) if isinstance(self.expects, int) else self.expects
        return first <= status <= last


class Stage(_Part):
    """A part of a load with so many users, or so many arrivals per second."""

    seconds: float
    users: int | None = None
    rate: float | None = None

    @model_validator(mode="after")
    def _sound(self) -> Self:
        _check_seconds("a stage", self.seconds)
        if (self.users is None) == (self.rate is None):
            raise UsageError("a stage has either users or a rate")
        _check_users(self.users)
        _check_rate(self.rate)
        return self


class LoadPlan(_Part):
    """A load. Either ``users`` (each sends its next request after the answer to its last, and ``think`` seconds), or
    ``rate`` (arrivals per second, whatever the answers; times count from the moment of the intended send), or
    ``stages``, all of one of these kinds.

    It lasts ``seconds`` after ``warm_up`` seconds that are left out, or until ``requests`` are answered. ``most_open``
    is how many requests a rate may have under way at once; arrivals beyond wait, and their time counts.
    """

    name: str = "load"
    url: str
    calls: tuple[Call, ...]
    users: int | None = None
    rate: float | None = None
    stages: tuple[Stage, ...] = ()
    seconds: float | None = None
    requests: int | None = None
    warm_up: float = 0.0
    think: tuple[float, float] = (0.0, 0.0)
    timeout: float = 10.0
    connections: Connections = "keep-alive"
    most_open: int = 1000
    authority: Path | None = None
    user_class: str = "FastHttpUser"
    seed: int = 1

    @model_validator(mode="after")
    def _sound(self) -> Self:
        _check_target(self.url)
        _check_class(self.user_class)
        if not self.calls:
            raise UsageError("there is no request to send: give at least one call")
        names = [call.name for call in self.calls]
        if len(set(names)) < len(names):
            raise UsageError(f"calls need names of their own, and there are {', '.join(names)}")
        if self.most_open < 1:
            raise UsageError(f"{self.most_open} requests at once are none: give one or more")
        if self.connections == "at once" and self.user_class != USER_CLASSES[0]:
            raise UsageError(f"{self.user_class} opens its connections only when it sends: use {USER_CLASSES[0]}")
        self._check_kind()
        self._check_end()
        _check_times(self.warm_up, self.timeout, self.think)
        return self

    def _check_kind(self) -> None:
        if sum((self.users is not None, self.rate is not None, bool(self.stages))) != 1:
            raise UsageError("there are no users and no rate: give either users, or a rate, or stages (one of these)")
        _check_users(self.users)
        _check_rate(self.rate)
        if self.stages and len({stage.rate is None for stage in self.stages}) > 1:
            raise UsageError("stages are either all of users or all of rates")
        if self.is_open and (self.think != (0.0, 0.0) or self.requests is not None or self.connections == "at once"):
            raise UsageError("a rate goes neither with thinking, nor with a number of requests, nor with `at once`")

    def _check_end(self) -> None:
        if self.stages:
            if self.seconds is not None or self.requests is not None:
                raise UsageError("stages say themselves how long they last: give no seconds and no requests")
        elif (self.seconds is None) == (self.requests is None):
            raise UsageError("give either seconds or requests: how long the load lasts, or how many are sent")
        if self.seconds is not None:
            _check_seconds("a load", self.seconds)
        if self.requests is not None and (self.requests < 1 or self.warm_up):
            raise UsageError(f"{self.requests} requests: give one or more, without a warm-up")

    @property
    def is_open(self) -> bool:
        """Whether requests arrive at a rate, whatever the answers."""
        return self.rate is not None or any(stage.rate is not None for stage in self.stages)

    @property
    def timed(self) -> tuple[Stage, ...]:
        """Its stages; one if it has no others; none if it lasts until a number of requests is answered."""
        if self.stages or self.seconds is None:
            return self.stages
        return (Stage(seconds=self.seconds, users=self.users, rate=self.rate),)

    @property
    def most_users(self) -> int:
        """How many users, or connections of a rate, it has at most."""
        if self.is_open:
            return self.most_open
        return self.users or max((stage.users or 0 for stage in self.stages), default=0)

    def scaled(self, factor: float) -> LoadPlan:
        """The same load for ``factor`` times as long, with so many times the users; rates stay as they are."""
        changes = {
            "users": _times(self.users, factor),
            "seconds": self.seconds and max(SHORTEST, self.seconds * factor),
            "requests": _times(self.requests, factor),
            "stages": tuple(
                Stage(seconds=max(SHORTEST, stage.seconds * factor), users=_times(stage.users, factor), rate=stage.rate)
                for stage in self.stages
            ),
        }
        return self.model_copy(update=changes)


def _times(number: int | None, factor: float) -> int | None:
    return None if number is None else max(1, round(number * factor))


def _check_target(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"the target {url!r} is no address: give one like http://127.0.0.1:8080")


def _check_class(name: str) -> None:
    if name not in USER_CLASSES:
        near = difflib.get_close_matches(name, USER_CLASSES, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise UsageError(f"there is no user class {name!r}{hint} (known: {', '.join(USER_CLASSES)})")


def _check_seconds(what: str, seconds: float) -> None:
    if not SHORTEST <= seconds < math.inf:
        why = "never ends" if seconds > SHORTEST else "sends nothing that could be judged"
        raise UsageError(f"{what} of {seconds:g} seconds {why}: give {SHORTEST} or more")


def _check_users(users: int | None) -> None:
    if users is not None and users < 1:
        raise UsageError(f"{users} users send nothing: give one or more")


def _check_rate(rate: float | None) -> None:
    if rate is not None and not 0 < rate <= MOST_PER_SECOND:
        why = "can be reached by no machine" if rate > 0 else "sends nothing"
        raise UsageError(f"a rate of {rate:,g} per second {why}: give more than 0 and at most {MOST_PER_SECOND:,.0f}")


def _check_times(warm_up: float, timeout: float, think: tuple[float, float]) -> None:
    if not 0 <= warm_up < math.inf:
        raise UsageError(f"a warm-up of {warm_up:g} seconds: give 0 or more")
    if not 0 < timeout < math.inf:
        raise UsageError(f"a time-out of {timeout:g} seconds: give more than 0")
    if not 0 <= think[0] <= think[1] < math.inf:
        raise UsageError(f"thinking from {think[0]:g} to {think[1]:g} seconds: give the shorter time first")
