"""The settings, read from the environment once at start and checked."""

from __future__ import annotations

import difflib
import ipaddress
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from chassis import redaction
from chassis.settings import ServiceSettings, SettingsProblem, comma_separated, load
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, StringConstraints, model_validator
from pydantic_settings import NoDecode

PREFIX = "SIDECAR_"
DEVELOPMENT_KEY = "sidecar-development-audit-key-change-me"
SHORTEST_KEY = 32
"""Bytes of the key of the audit log."""

READ, WRITE = "traces:read", "traces:write"
SCOPES = frozenset({READ, WRITE})

Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
Tenant = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class Holder(BaseModel):
    """Who a token stands for."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    tenant_id: Tenant
    scopes: frozenset[str]
    subject: Annotated[str, StringConstraints(min_length=1, max_length=128)]


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _networks(value: Any) -> Any:
    return tuple(ipaddress.ip_network(each) if isinstance(each, str) else each for each in comma_separated(value))


def _object(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError as error:
        raise ValueError(f"expected a JSON object: {error}") from None


class Settings(ServiceSettings):
    """Fields carry the names of their variables, in lower case."""

    auth_mode: Literal["static", "none"] = "static"
    auth_tokens_json: Annotated[dict[str, Holder], NoDecode, BeforeValidator(_object)] = Field(default_factory=dict)
    status_backend: Literal["json", "ddb"] = "json"
    status_json_path: Path | None = None
    ddb_endpoint_url: str | None = None
    ddb_table: str = "sidecar-status"
    aws_region: str = "us-east-1"
    aws_access_key_id: str = "local"
    aws_secret_access_key: SecretStr = SecretStr("local")
    enable_otel: bool = False
    llm_proxy_url: str | None = None
    llm_proxy_api_key: SecretStr | None = None
    explainer_metrics_port: int = Field(9090, ge=1, le=65_535)
    chaos_control_path: Path | None = None
    audit_log_path: Path | None = None
    audit_head_path: Path | None = None
    audit_key: SecretStr | None = None
    sidecar_env: Literal["development", "production"] = "development"
    sidecar_host: str = "127.0.0.1"
    sidecar_port: int = Field(8080, ge=1, le=65_535)
    sidecar_data_dir: Path = Path("/tmp/hif")
    sidecar_redis_url: SecretStr = SecretStr("redis://localhost:6379/0")
    sidecar_queue_limit: int = Field(200, ge=1, le=1_000_000)
    sidecar_record_limit: int = Field(256, ge=1, le=100_000)
    sidecar_largest_body: int = Field(1_048_576, ge=1_024, le=104_857_600)
    sidecar_largest_copy: int = Field(1_048_576, ge=1_024, le=104_857_600)
    sidecar_upstream_timeout_seconds: Seconds = 60.0
    sidecar_explainer_threads: int = Field(2, ge=1, le=64)
    sidecar_explainer_nice: int = Field(5, ge=0, le=19)
    sidecar_lease_seconds: float = Field(2.0, ge=0.5, le=600, allow_inf_nan=False)
    sidecar_resend_seconds: Seconds = 5.0
    sidecar_max_attempts: int = Field(5, ge=1, le=1_000)
    sidecar_retention_seconds: float = Field(86_400.0, ge=1, allow_inf_nan=False)
    sidecar_webhook_allowed_networks: Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_networks)] = ()
    sidecar_webhook_timeout_seconds: Seconds = 5.0
    sidecar_webhook_attempts: int = Field(8, ge=1, le=1_000)
    sidecar_webhook_backoff_seconds: Seconds = 1.0
    sidecar_webhook_longest_backoff_seconds: Seconds = 300.0
    sidecar_log_format: Literal["json", "text"] = "json"
    sidecar_log_level: Literal["debug", "info", "warning", "error"] = "info"

    @classmethod
    def secrets(cls) -> frozenset[str]:
        """Names of the fields whose value no message may repeat."""
        return frozenset(
            {"auth_tokens_json", "aws_secret_access_key", "llm_proxy_api_key", "audit_key", "sidecar_redis_url"}
        )

    @model_validator(mode="after")
    def _go_together(self) -> Settings:
        check_url("llm_proxy_url", self.llm_proxy_url)
        check_url("ddb_endpoint_url", self.ddb_endpoint_url)
        if urlsplit(self.redis_url).scheme not in ("redis", "rediss"):
            raise SettingsProblem("expected a URL such as redis://localhost:6379/0", "sidecar_redis_url")
        if self.audit_key is not None and len(self.audit_key.get_secret_value().encode()) < SHORTEST_KEY:
            raise SettingsProblem(f"expected at least {SHORTEST_KEY} bytes", "audit_key")
        if self.sidecar_env == "production":
            self._check_production()
        return self

    def _check_production(self) -> None:
        """What would leave a production instance open."""
        if self.auth_mode == "none":
            raise SettingsProblem("authentication cannot be switched off in production", "auth_mode")
        if self.audit_key is None:
            raise SettingsProblem("production needs a key of its own", "audit_key", missing=True)
        if self.chaos_control_path is not None:
            raise SettingsProblem("faults cannot be injected in production", "chaos_control_path")

    @property
    def redis_url(self) -> str:
        """Of the queue."""
        return self.sidecar_redis_url.get_secret_value()

    @property
    def status_path(self) -> Path:
        """The file of the StatusStore "json"."""
        return self.status_json_path or self.sidecar_data_dir / "status.json"

    @property
    def blobs(self) -> Path:
        """The folder of what is explained, and of graphs."""
        return self.sidecar_data_dir / "blobs"

    @property
    def audit_path(self) -> Path:
        """The audit log."""
        return self.audit_log_path or self.sidecar_data_dir / "audit.log"

    @property
    def audit_head(self) -> Path:
        """Where number and hash of its last record are kept."""
        return self.audit_head_path or self.audit_path.with_name(self.audit_path.name + ".head")

    @property
    def audit_secret(self) -> bytes:
        """The key of the chain."""
        given = self.audit_key.get_secret_value() if self.audit_key is not None else DEVELOPMENT_KEY
        return given.encode()


def check_url(field: str, value: str | None) -> None:
    """Raises SettingsProblem for what is no base URL."""
    if value is None:
        return
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise SettingsProblem("expected a URL such as http://localhost:4000", field)


def read() -> Settings:
    """The settings; from now on no log shows their secrets. Raises chassis.settings.SettingsError."""
    settings = load(Settings)
    given = [settings.llm_proxy_api_key, settings.audit_key, settings.aws_secret_access_key]
    redaction.remember(*(each.get_secret_value() for each in given if each is not None and each != SecretStr("local")))
    redaction.remember(*settings.auth_tokens_json)
    if "@" in settings.redis_url:
        redaction.remember(settings.redis_url.rpartition("@")[0].rpartition(":")[2])
    return settings


def unknown_variables(environment: Mapping[str, str] | None = None) -> list[str]:
    """One sentence for each variable with our prefix that nothing reads."""
    known = [name.upper() for name in Settings.model_fields if name.startswith(PREFIX.lower())]
    present = os.environ if environment is None else environment
    strange = sorted(name for name in present if name.startswith(PREFIX) and name not in known)
    return [
        f"{name} is not a setting and has no effect" + (f"; did you mean {near[0]}?" if near else "")
        for name in strange
        for near in [difflib.get_close_matches(name, known, n=1)]
    ]
