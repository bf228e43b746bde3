"""Models of the sections of ``config.json``; ``automation.loading`` reads them from the file and the environment."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from chassis import cors
from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, field_validator

DEFAULT_PASSWORD = "admin123"
DEFAULT_SECRET = "automation-development-secret-change-me"
"""Both are known to everybody: production refuses them."""

SHORTEST_SECRET = 32
"""Bytes of a key for HS256 (RFC 7518, 3.2)."""

Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$")]
Role = Literal["admin", "user"]


class Section(BaseModel):
    """A section refuses fields that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Server(Section):
    """Where the API listens, where data is kept, and how the log is written."""

    env: Literal["development", "production"] = "development"
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65_535)
    workers: int = Field(1, ge=1, le=64)
    data_dir: Path = Path("data")
    log_format: Literal["json", "text"] | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    cors_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    drain_seconds: float = Field(0.0, ge=0, le=600, allow_inf_nan=False)
    largest_body: int = Field(1_048_576, ge=1_024, le=104_857_600)

    @field_validator("cors_origins")
    @classmethod
    def _check_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(cors.check_origin(origin) for origin in value)

    @field_validator("trusted_proxies")
    @classmethod
    def _check_proxies(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for entry in value:
            try:
                ipaddress.ip_network(entry)
            except ValueError:
                raise ValueError(f"{entry!r} is neither an address nor a network such as 10.0.0.0/8") from None
        return value


class User(Section):
    """A user that exists from the start."""

    username: Name
    password: SecretStr = Field(min_length=8)
    role: Role = "user"
    tenant: Name = "default"


class Auth(Section):
    """Who may call. ``previous_secrets`` (kid → secret) verify tokens that were issued before a key rotation."""

    enabled: bool | None = None
    jwt_secret: SecretStr | None = None
    jwt_kid: Name = "k1"
    previous_secrets: dict[str, SecretStr] = Field(default_factory=dict)
    issuer: str = Field("automation-orchestrator", min_length=1)
    audience: str = Field("automation-api", min_length=1)
    token_minutes: float = Field(60, gt=0, le=43_200, allow_inf_nan=False)
    admin_password: Annotated[SecretStr, Field(min_length=8)] | None = None
    users: tuple[User, ...] = ()
    login_attempts: int = Field(10, ge=1, le=10_000)
    login_window_seconds: Seconds = 300

    @field_validator("jwt_secret")
    @classmethod
    def _check_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            check_length(value)
        return value

    @field_validator("previous_secrets")
    @classmethod
    def _check_previous(cls, value: dict[str, SecretStr]) -> dict[str, SecretStr]:
        for secret in value.values():
            check_length(secret)
        return value


class RateLimit(Section):
    """Requests that a user, or an address without one, may make within a sliding window."""

    enabled: bool = True
    window_seconds: int = Field(60, ge=1, le=86_400)
    max_requests: int = Field(120, ge=1, le=10_000_000)


class Redis(Section):
    """The queue's Redis, by host and port or by URL, and what happens where it cannot be reached."""

    host: str = "localhost"
    port: int = Field(6379, ge=1, le=65_535)
    url: SecretStr | None = None
    use_fake_redis: bool = False
    allow_fallback: bool = True
    required: bool = False
    fallback_host: str = "127.0.0.1"
    """Where the API's host has the fallback listen, and workers on other hosts reach it."""
    timeout_seconds: float = Field(0.5, gt=0, le=60, allow_inf_nan=False)

    @field_validator("url")
    @classmethod
    def _check_url(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and urlsplit(value.get_secret_value()).scheme not in ("redis", "rediss"):
            raise ValueError("expected a URL such as redis://localhost:6379/0")
        return value

    @property
    def address(self) -> str:
        """The URL to connect to."""
        return self.url.get_secret_value() if self.url is not None else f"redis://{self.host}:{self.port}/0"

    @property
    def falls_back(self) -> bool:
        """Whether one in memory does where the real one does not answer."""
        return (self.use_fake_redis or self.allow_fallback) and not self.required


class Crm(Section):
    """Where leads are delivered to. It is on where ``api_base_url`` is given, unless ``enabled`` is false."""

    enabled: bool | None = None
    kind: Literal["rest", "tryton"] = "rest"
    api_base_url: str | None = None
    database: str = Field("crm", pattern=r"^[A-Za-z0-9_-]+$")
    username: str | None = None
    password: SecretStr | None = None
    create_endpoint: str = Field("/api/leads", pattern=r"^/")
    get_endpoint: str = Field("/api/leads/{id}", pattern=r"^/")
    list_endpoint: str = Field("/api/leads", pattern=r"^/")
    api_key: SecretStr | None = None
    timeout_seconds: Seconds = 5.0
    max_attempts: int = Field(50, ge=1, le=1_000_000)
    backoff_seconds: Seconds = 0.5
    longest_backoff_seconds: Seconds = 30.0
    circuit_failures: int = Field(5, ge=1, le=10_000)
    circuit_open_seconds: Seconds = 5.0

    @field_validator("api_base_url")
    @classmethod
    def _check_url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{value!r} is not a URL such as http://localhost:8000; it needs http:// or https://")
        if parts.query or parts.fragment:
            raise ValueError(f"{value!r} has a query or a fragment, which a base cannot have")
        return value.rstrip("/")

    @property
    def active(self) -> bool:
        """Whether leads are delivered."""
        return self.api_base_url is not None and self.enabled is not False


class Queue(Section):
    """How workers do jobs. ``hold_seconds`` keeps done jobs unacknowledged for a while, for rehearsals of failures."""

    threads: int = Field(4, ge=1, le=256)
    crm_threads: int = Field(2, ge=1, le=256)
    max_attempts: int = Field(5, ge=1, le=1_000)
    backoff_seconds: Seconds = 0.5
    longest_backoff_seconds: Seconds = 30.0
    lease_seconds: float = Field(3.0, ge=1, le=600, allow_inf_nan=False)
    resend_seconds: Seconds = 30.0
    hold_seconds: float = Field(0.0, ge=0, le=600, allow_inf_nan=False)


class Monitoring(Section):
    """From which queue depth on health warns."""

    queue_depth_warn: int = Field(1000, ge=1, le=1_000_000_000)


class Settings(Section):
    """The whole configuration."""

    server: Server = Field(default_factory=Server)
    auth: Auth = Field(default_factory=Auth)
    rate_limit: RateLimit = Field(default_factory=RateLimit)
    redis: Redis = Field(default_factory=Redis)
    crm: Crm = Field(default_factory=Crm)
    queue: Queue = Field(default_factory=Queue)
    monitoring: Monitoring = Field(default_factory=Monitoring)

    @property
    def production(self) -> bool:
        """Whether this instance serves real users."""
        return self.server.env == "production"

    @property
    def must_authenticate(self) -> bool:
        """As set, else in production."""
        return self.production if self.auth.enabled is None else self.auth.enabled

    @property
    def logs_as(self) -> Literal["json", "text"]:
        """As set, else JSON in production."""
        return self.server.log_format or ("json" if self.production else "text")

    @property
    def secret(self) -> str:
        """The key that tokens are signed with."""
        return self.auth.jwt_secret.get_secret_value() if self.auth.jwt_secret else DEFAULT_SECRET

    @property
    def admin_password(self) -> str:
        """The password of the user "admin"."""
        return self.auth.admin_password.get_secret_value() if self.auth.admin_password else DEFAULT_PASSWORD


def check_length(secret: SecretStr) -> None:
    """Raises ValueError for a key that is too short to sign with."""
    if len(secret.get_secret_value().encode()) < SHORTEST_SECRET:
        raise ValueError(f"expected at least {SHORTEST_SECRET} bytes")
