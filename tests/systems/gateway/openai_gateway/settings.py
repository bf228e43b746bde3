"""The settings of the gateway, from environment variables that begin with GATEWAY_."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast
from urllib.parse import urlsplit

import limits
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "GATEWAY_"
Role = Literal["admin", "user"]


class Refused(Exception):
    """A setting is wrong; says which and why."""


@dataclass(frozen=True, slots=True)
class Key:
    """An API key and what its holder may do."""

    value: str
    role: Role


def _parts(given: object) -> object:
    return [part.strip() for part in given.split(",") if part.strip()] if isinstance(given, str) else given


class Settings(BaseSettings):
    """All settings; lists are separated by commas."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, hide_input_in_errors=True)

    host: str = "127.0.0.1"
    port: int = Field(8080, ge=1, le=65535)
    upstreams: Annotated[tuple[str, ...], NoDecode] = Field(min_length=1)
    """Base URLs; the first one that works is used."""
    models: Annotated[tuple[str, ...], NoDecode] = Field(("small", "large"), min_length=1)
    keys: Annotated[tuple[Key, ...], NoDecode] = Field(min_length=1, repr=False)
    """As ``key:role``."""
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    rate_limit: str = ""
    """Requests per key and time, such as ``60/minute``; empty for no limit."""
    max_body_bytes: int = Field(100_000, gt=0)
    upstream_seconds: float = Field(5.0, gt=0)

    _split = field_validator("models", "cors_origins", mode="before")(_parts)

    @field_validator("upstreams", mode="before")
    @classmethod
    def _urls(cls, given: object) -> object:
        urls = _parts(given)
        for url in urls if isinstance(urls, list) else []:
            if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
                raise ValueError("give base URLs, like http://127.0.0.1:8001")
        return urls

    @field_validator("keys", mode="before")
    @classmethod
    def _roles(cls, given: object) -> object:
        if not isinstance(given, str):
            return given
        pairs = [cast(str, part).rpartition(":") for part in cast(list[Any], _parts(given))]
        if any(not key or role not in ("admin", "user") for key, _, role in pairs):
            raise ValueError("give each key with its role, like KEY:admin or KEY:user")
        return tuple(Key(key, cast(Role, role)) for key, _, role in pairs)

    @field_validator("rate_limit")
    @classmethod
    def _limit(cls, given: str) -> str:
        if given:
            try:
                limits.parse(given)
            except ValueError:
                raise ValueError("give requests and time, like 60/minute") from None
        return given


def load() -> Settings:
    """The settings of this process. Raises Refused for a wrong or unknown one; no value is ever repeated."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise Refused(f"{unknown[0]}: there is no such setting; known are {', '.join(sorted(known))}")
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_context=False)[0]
        raise Refused(f"{PREFIX}{str(first['loc'][0]).upper()}: {first['msg']}") from None
