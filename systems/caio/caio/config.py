"""CAIO's settings: environment variables that start with ``CAIO_``, all checked before anything is started."""

from __future__ import annotations

import ipaddress
import re
import secrets
import ssl
from pathlib import Path
from typing import Annotated, Any, Literal

from chassis import auth, cors, rate_limit, redaction, settings, tls
from chassis.settings import ServiceSettings, SettingsProblem
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

PREFIX = "CAIO_"

ROLES = ("admin", "user", "service")

SHORTEST_SECRET = 8
"""Characters; anything shorter is a slip of the pen, not a key."""

KEPT_FOR_A_WHILE = 10_000
"""Decisions that are kept where there is no data folder."""

HOST_NAME = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*"
)

Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]


class Settings(ServiceSettings):
    """Every setting with its default. Production has no default for a secret and no way to leave authentication off."""

    model_config = SettingsConfigDict(env_prefix=PREFIX)

    env: Literal["development", "production"] = "development"
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=1, le=65_535)
    data_dir: Path | None = None
    log_format: Literal["json", "text"] | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    auth_required: bool | None = None
    auth_secret_key: SecretStr | None = None
    auth_secret_key_file: Path | None = None
    auth_tokens: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    rate_limit: str | None = None
    workers: int = Field(1, ge=1, le=64)
    decisions_kept: int = Field(1_000_000, ge=100, le=1_000_000_000)
    registry_size: int = Field(10_000, ge=1, le=1_000_000)
    contract_cache_ttl: Seconds = 30.0
    contracts_dir: Path | None = None
    policies_file: Path | None = None
    signing_key_file: Path | None = None
    tls_cert_file: Path | None = None
    tls_key_file: Path | None = None
    probe_interval: Annotated[float, Field(gt=0, le=3_600, allow_inf_nan=False)] = 5.0
    circuit_failures: int = Field(3, ge=1, le=1_000)
    drain_seconds: Annotated[float, Field(ge=0, le=600, allow_inf_nan=False)] = 0.0
    circuit_open_seconds: Annotated[float, Field(gt=0, le=3_600, allow_inf_nan=False)] = 10.0

    @classmethod
    def secrets(cls) -> frozenset[str]:
        return frozenset({"auth_secret_key", "auth_tokens"})

    @property
    def production(self) -> bool:
        """Whether this instance serves real users."""
        return self.env == "production"

    @property
    def must_authenticate(self) -> bool:
        """Whether every caller of the API needs a token: as set, else in production."""
        return self.production if self.auth_required is None else self.auth_required

    @property
    def logs_as(self) -> Literal["json", "text"]:
        """Format of the log: as set, else JSON in production."""
        return self.log_format or ("json" if self.production else "text")

    @property
    def credentials(self) -> list[auth.Credential]:
        """The tokens that are let in."""
        return read_credentials(self.auth_tokens)

    @property
    def key(self) -> bytes:
        """The key that tokens are hashed under. Outside production a throw-away one does."""
        if self.auth_secret_key is not None:
            return self.auth_secret_key.get_secret_value().encode()
        if self.auth_secret_key_file is not None:
            return self.auth_secret_key_file.read_text(encoding="utf-8").strip().encode()
        return secrets.token_bytes(32)

    def for_workers(self, folder: Path) -> Settings:
        """The same for several processes that act as one: with a key in common, and a data folder if there is none."""
        own_key = self.auth_secret_key is None and self.auth_secret_key_file is None
        changed: dict[str, Any] = {"auth_secret_key": SecretStr(secrets.token_hex(32))} if own_key else {}
        if self.data_dir is None:
            changed |= {"data_dir": folder, "decisions_kept": min(self.decisions_kept, KEPT_FOR_A_WHILE)}
        return self.model_copy(update=changed)

    @property
    def tls_context(self) -> ssl.SSLContext | None:
        """What connections are answered with where a certificate is set."""
        if self.tls_cert_file is None or self.tls_key_file is None:
            return None
        return tls.context(self.tls_cert_file, self.tls_key_file)

    @field_validator("auth_tokens", "cors_origins", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return settings.comma_separated(value)

    @field_validator("log_level", "log_format", "env", mode="before")
    @classmethod
    def _lower(cls, value: Any) -> Any:
        return value.strip().lower() if isinstance(value, str) else value

    @field_validator("host")
    @classmethod
    def _check_host(cls, value: str) -> str:
        if not is_host(value):
            raise ValueError("expected an address such as 127.0.0.1 or a host name")
        return value

    @field_validator("auth_tokens")
    @classmethod
    def _check_tokens(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        read_credentials(value)
        return value

    @field_validator("auth_secret_key")
    @classmethod
    def _check_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            check_secret(value.get_secret_value())
        return value

    @field_validator("auth_secret_key_file")
    @classmethod
    def _check_secret_file(cls, value: Path | None) -> Path | None:
        if value is not None:
            check_secret(read_text(value).strip())
        return value

    @field_validator("cors_origins")
    @classmethod
    def _check_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(cors.check_origin(origin) for origin in value))

    @field_validator("rate_limit")
    @classmethod
    def _check_rate(cls, value: str | None) -> str | None:
        if value is not None:
            rate_limit.parse(value)
        return value

    @field_validator("contracts_dir")
    @classmethod
    def _check_folder(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_dir():
            raise ValueError("expected a folder that exists")
        return value

    @field_validator("policies_file", "signing_key_file")
    @classmethod
    def _check_file(cls, value: Path | None) -> Path | None:
        if value is not None:
            read_text(value)
        return value

    @model_validator(mode="after")
    def _check_together(self) -> Settings:
        check_production(self)
        tls.check(self.tls_cert_file, self.tls_key_file)
        return self


def check_production(found: Settings) -> None:
    """Raises SettingsProblem for what would leave a production instance open."""
    if not found.production:
        return
    if found.auth_secret_key is None and found.auth_secret_key_file is None:
        raise SettingsProblem(
            "production needs a secret key; set it, or CAIO_AUTH_SECRET_KEY_FILE", "auth_secret_key", missing=True
        )
    if found.auth_required is False:
        raise SettingsProblem("authentication cannot be switched off in production", "auth_required")
    if cors.ANY in found.cors_origins:
        raise SettingsProblem("production needs exact origins, not a wildcard", "cors_origins")


def check_secret(value: str) -> None:
    """Raises ValueError for a key that protects nothing."""
    if len(value.strip()) < SHORTEST_SECRET:
        raise ValueError(f"expected at least {SHORTEST_SECRET} characters")


def read_text(path: Path) -> str:
    """A file's text. Raises ValueError in an operator's words."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"the file cannot be read: {getattr(error, 'strerror', None) or error}") from None


def read_credentials(entries: tuple[SecretStr, ...]) -> list[auth.Credential]:
    """The tokens and roles in CAIO_AUTH_TOKENS. Raises ValueError without repeating any token."""
    return auth.parse_credentials([entry.get_secret_value() for entry in entries], ROLES)


def is_host(text: str) -> bool:
    """Whether something can be listened on, as far as its spelling tells."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        # All digits and dots that is no address is a mistyped address, not a name.
        return HOST_NAME.fullmatch(text) is not None and not re.fullmatch(r"[0-9.]+", text)
    return True


def load() -> Settings:
    """Settings from the environment; from now on no log shows their secrets. Raises chassis.settings.SettingsError."""
    found = settings.load(Settings)
    redaction.remember(*(credential.token for credential in found.credentials))
    if found.auth_secret_key is not None:
        redaction.remember(found.auth_secret_key.get_secret_value())
    elif found.auth_secret_key_file is not None:
        redaction.remember(found.key.decode())
    return found


def log_format_before_settings(environment: dict[str, str]) -> Literal["json", "text"]:
    """The format that a message about unusable settings should have, from settings that may be unusable."""
    wanted = environment.get(f"{PREFIX}LOG_FORMAT", "").strip().lower()
    production = environment.get(f"{PREFIX}ENV", "").strip().lower() == "production"
    return "json" if wanted == "json" or (production and wanted != "text") else "text"
