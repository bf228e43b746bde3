"""Models of the configuration file; ``gateway.loading`` reads and checks it.

An example::

    upstreams:
      east: {url: "http://10.0.0.5:8000", key_from: EAST_KEY}
      west: {url: "http://10.0.0.6:8000", key: "sk-…"}
    models:
      gpt-small: {upstreams: [east, west], strategy: in-order, upstream_model: small, timeout: 30}
      gpt-large: {upstreams: [west], fallbacks: [gpt-small]}
    keys:
      - {name: shop, key: "sk-…", models: [gpt-small], expires: 2027-01-01, budget: 100000}
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Literal
from urllib.parse import urlsplit

from chassis import cors, rate_limit
from chassis.settings import SettingsProblem
from pydantic import (
    BaseModel,
    ConfigDict,
    DirectoryPath,
    Field,
    SecretStr,
    StringConstraints,
    field_validator,
    model_validator,
)

Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}$")]
Strategy = Literal["in-order", "weighted", "least-busy"]


class Section(BaseModel):
    """A section refuses fields that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class UpstreamEntry(Section):
    """A server that speaks the OpenAI API. ``url`` is without ``/v1``; ``health`` the path of its health check.

    The key that it is asked with stands in ``key``, or in the environment variable ``key_from``.
    """

    url: str
    key: SecretStr | None = None
    key_from: str | None = None
    health: str = Field("/health", pattern=r"^/")

    @field_validator("url")
    @classmethod
    def _is_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("expected a URL such as http://10.0.0.5:8000")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _one_key(self) -> UpstreamEntry:
        if self.key is not None and self.key_from is not None:
            raise SettingsProblem("give the key, or the variable that holds it, and not both", "key_from")
        return self


class ModelEntry(Section):
    """A model that callers may ask for, and the upstreams that serve it.

    ``timeout`` is over all attempts, until the answer begins; ``attempts`` are calls of upstreams in all, by default
    two for each. ``fallbacks`` are models whose upstreams are asked when all of this one's have failed. ``limit``, such
    as ``5/minute``, holds for each key.
    """

    upstreams: tuple[str, ...] = Field(min_length=1)
    upstream_model: str | None = Field(None, min_length=1)
    strategy: Strategy = "in-order"
    weights: tuple[Annotated[int, Field(ge=0)], ...] = ()
    fallbacks: tuple[str, ...] = ()
    attempts: int | None = Field(None, ge=1, le=20)
    timeout: Seconds | None = None
    limit: str | None = None

    @field_validator("limit")
    @classmethod
    def _is_limit(cls, value: str | None) -> str | None:
        if value is not None:
            rate_limit.parse(value)
        return value

    @model_validator(mode="after")
    def _weights_fit(self) -> ModelEntry:
        if self.strategy == "weighted" and len(self.weights) != len(self.upstreams):
            raise SettingsProblem(f"{len(self.weights)} weights for {len(self.upstreams)} upstreams", "weights")
        if self.weights and self.strategy != "weighted":
            raise SettingsProblem("weights are for the strategy weighted", "weights")
        if self.weights and not any(self.weights):
            raise SettingsProblem("no upstream has a weight above 0", "weights")
        return self


class KeyEntry(Section):
    """A caller: key, models that it opens (all, if none are given), when it expires, and tokens that it may spend.

    With ``may_aim`` the caller may name the upstream of a request by the header X-Upstream-URL: one that is allowed.
    """

    name: Name
    key: SecretStr = Field(min_length=8)
    models: tuple[str, ...] | None = None
    expires: datetime | None = None
    budget: int | None = Field(None, ge=1)
    may_aim: bool = False

    @field_validator("expires", mode="before")
    @classmethod
    def _day_begins_in_utc(cls, value: object) -> object:
        if isinstance(value, date) and not isinstance(value, datetime):
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        return value

    @field_validator("expires")
    @classmethod
    def _has_zone(cls, value: datetime | None) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


class Timeouts(Section):
    """Seconds: to connect, until an answer comes, between two events of a stream, and over all attempts."""

    connect: Seconds = 2.0
    answer: Seconds = 60.0
    silence: Seconds = 30.0
    request: Seconds = 120.0


class Cooldown(Section):
    """After so many failures in a row an upstream rests, for so many seconds.

    One that asks by Retry-After to be left alone rests for as long as it asks, ``longest`` seconds at most.
    """

    failures: int = Field(5, ge=1)
    seconds: Seconds = 10.0
    longest: Seconds = 86_400.0


class Probes(Section):
    """Health checks of upstreams: seconds between two of one that is well, of one that is not, and for an answer."""

    every: Seconds = 2.0
    unwell_every: Seconds = 0.5
    timeout: Seconds = 2.0


class Server(Section):
    """How the gateway serves: its log, its largest request (bytes), pages that may call it, and its time to drain."""

    workers: int = Field(1, ge=1, le=64)
    log_format: Literal["json", "text"] = "json"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    cors_origins: tuple[str, ...] = ()
    largest_body: int = Field(10_485_760, ge=1_024)
    drain_seconds: float = Field(0.0, ge=0, le=600, allow_inf_nan=False)
    state: DirectoryPath | None = None

    @field_validator("cors_origins")
    @classmethod
    def _check_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(cors.check_origin(origin) for origin in value)


class Config(Section):
    """All of it."""

    server: Server = Field(default_factory=Server)
    upstreams: dict[Name, UpstreamEntry] = Field(min_length=1)
    models: dict[Name, ModelEntry] = Field(min_length=1)
    keys: tuple[KeyEntry, ...] = Field(min_length=1)
    allowed_upstreams: tuple[str, ...] = ()
    """URLs, without a path, that callers with ``may_aim`` may name."""
    timeouts: Timeouts = Field(default_factory=Timeouts)
    cooldown: Cooldown = Field(default_factory=Cooldown)
    probes: Probes = Field(default_factory=Probes)

    @field_validator("allowed_upstreams")
    @classmethod
    def _are_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for url in value:
            if origin_of(url) != url:
                raise ValueError(f"expected a scheme, a host and perhaps a port, like {origin_of(url) or EXAMPLE}")
        return value


EXAMPLE = "http://10.0.0.7:8000"


def origin_of(url: str) -> str | None:
    """Scheme, host and port of a URL that has nothing else; None for any other."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        return None
    other = parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc
    return None if other or parts.scheme not in ("http", "https") else f"{parts.scheme}://{parts.hostname}{port}"
