"""Settings from the environment: read once at start, checked, and refused in one line that names the variable."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

SettingsType = TypeVar("SettingsType", bound="ServiceSettings")

LONGEST_SHOWN = 120
"""Characters of an unusable value that a message repeats."""


class SettingsError(Exception):
    """A variable is missing or has an unusable value. The message names the variable and, unless secret, the value.

    ``problem`` continues the variable's name: ``='abc' is unusable: ...``.
    """

    def __init__(self, variable: str, problem: str) -> None:
        super().__init__(f"{variable}{problem}")
        self.variable = variable


class ServiceSettings(BaseSettings):
    """Base of a service's settings. An empty variable counts as unset, as container platforms write it."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True)

    @classmethod
    def secrets(cls) -> frozenset[str]:
        """Names of the fields whose value no message may repeat."""
        return frozenset()


def variable_of(settings: type[ServiceSettings], field: str) -> str:
    """The environment variable that sets a field: ``CAIO_PORT`` for ``port``."""
    return f"{settings.model_config.get('env_prefix', '')}{field}".upper()


def load(settings: type[SettingsType]) -> SettingsType:
    """Read and check the environment. Raises SettingsError for the first variable that is missing or unusable."""
    try:
        return settings()
    except ValidationError as error:
        raise explain(settings, error) from None


def explain(settings: type[ServiceSettings], error: ValidationError) -> SettingsError:
    """Turn the first finding of a validation into one line for an operator."""
    first = error.errors(include_url=False)[0]
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, SettingsProblem) and cause.field:
        field = cause.field
    else:
        field = str(first["loc"][0]) if first["loc"] else ""
    variable = variable_of(settings, field)
    message = str(cause) if cause is not None else _lower_first(first["msg"]).replace("input should be", "expected")
    if isinstance(cause, SettingsProblem) and cause.missing:
        return SettingsError(variable, f" is missing: {message}")
    return SettingsError(variable, f"{shown(settings, field)} is unusable: {message}")


def shown(settings: type[ServiceSettings], field: str) -> str:
    """The value as a message may repeat it: nothing of a secret, and not more than a line of anything else."""
    value = os.environ.get(variable_of(settings, field))
    if value is None or field in settings.secrets():
        return ""
    text = value if len(value) <= LONGEST_SHOWN else f"{value[:LONGEST_SHOWN]}…"
    return f"={text!r}"


class SettingsProblem(ValueError):
    """What a validator found wrong, where the field is another than the one being checked, or is missing."""

    def __init__(self, message: str, field: str = "", missing: bool = False) -> None:
        super().__init__(message)
        self.field = field
        self.missing = missing


def unknown_variables(settings: type[ServiceSettings], environment: Mapping[str, str] | None = None) -> list[str]:
    """One sentence for each variable with the service's prefix that nothing reads, with the nearest known one."""
    known = [variable_of(settings, field) for field in settings.model_fields]
    prefix = str(settings.model_config.get("env_prefix", "")).upper()
    present = environment if environment is not None else os.environ
    strange = sorted(name for name in present if name.upper().startswith(prefix) and name.upper() not in known)
    return [f"{name} is not a setting and has no effect{_nearest(name, known)}" for name in strange]


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name.upper(), list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def comma_separated(value: Any) -> Any:
    """Split ``a, b`` into ``["a", "b"]``; leaves what is already a list alone."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
