"""Reads the configuration: ``config.json``, then the environment over it. Every refusal names the field.

A field of a section is set by ``AUTOMATION_<SECTION>_<FIELD>`` (``AUTOMATION_RATE_LIMIT_MAX_REQUESTS``), one of
``server`` also by ``AUTOMATION_<FIELD>`` (``AUTOMATION_PORT``). An empty variable counts as unset. Lists are separated
by commas; lists of objects, and objects, are JSON.
"""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from chassis import cors, redaction
from chassis.settings import SettingsError
from pydantic import BaseModel, SecretStr, ValidationError

from automation.settings import DEFAULT_PASSWORD, DEFAULT_SECRET, Section, Settings

PREFIX = "AUTOMATION_"
FILE = f"{PREFIX}CONFIG"
"""The variable that names the file."""

MARKS = "[{"


def load(path: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """The configuration; from now on no log shows its secrets. Raises SettingsError."""
    found = os.environ if environment is None else environment
    file = path or (Path(found[FILE]) if found.get(FILE) else None)
    values = read(file) if file is not None else {}
    overlay(values, found)
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise explained(error, found, file) from None
    check(settings)
    redaction.remember(*secrets_of(settings))
    return settings


def read(file: Path) -> dict[str, Any]:
    """What the file holds. Raises SettingsError."""
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(FILE, f"={str(file)!r} is unusable: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise SettingsError(FILE, f"={str(file)!r} is unusable: not JSON: {error}") from None
    if not isinstance(value, dict):
        raise SettingsError(FILE, f"={str(file)!r} is unusable: expected an object of sections")
    return value


def overlay(values: dict[str, Any], environment: Mapping[str, str]) -> None:
    """Put what the environment sets over what the file says."""
    for section, field, names in fields():
        told = next((environment[name] for name in names if environment.get(name)), None)
        if told is not None and isinstance(values.setdefault(section, {}), dict):
            values[section][field] = parsed(section, field, told)


def fields() -> Iterable[tuple[str, str, list[str]]]:
    """Each field: its section, its name, and the variables that set it."""
    for section, info in Settings.model_fields.items():
        model = info.annotation
        assert isinstance(model, type)
        assert issubclass(model, Section)
        for field in model.model_fields:
            names = [f"{PREFIX}{section}_{field}".upper()]
            yield section, field, names + ([f"{PREFIX}{field}".upper()] if section == "server" else [])


def parsed(section: str, field: str, told: str) -> Any:
    """The value of a variable, for pydantic to check."""
    model: Any = Settings.model_fields[section].annotation
    kind = str(model.model_fields[field].annotation)
    if kind.startswith(("tuple", "dict")):
        if told.lstrip()[:1] in MARKS:
            try:
                return json.loads(told)
            except ValueError as error:
                raise SettingsError(f"{PREFIX}{section}_{field}".upper(), f" is unusable: not JSON: {error}") from None
        return [part.strip() for part in told.split(",") if part.strip()]
    return told.strip()


def explained(error: ValidationError, environment: Mapping[str, str], file: Path | None) -> SettingsError:
    """The first finding as one line that names the field, and the variable or file that it came from."""
    first = error.errors(include_url=False)[0]
    place = [str(part) for part in first["loc"]]
    field = ".".join(place)
    if first["type"] == "extra_forbidden":
        return SettingsError(f"{file or FILE}: {field}", f" is not a known field{nearest(place)}")
    names = next((names for section, name, names in fields() if [section, name] == place[:2]), [])
    variable = next((name for name in names if environment.get(name)), None)
    where = f"{variable} ({field})" if variable else f"{file or FILE}: {field}"
    cause = first.get("ctx", {}).get("error")
    said = str(cause) if cause is not None else first["msg"][:1].lower() + first["msg"][1:]
    return SettingsError(where, f" is unusable: {said.replace('input should be', 'expected')}")


def nearest(place: list[str]) -> str:
    """The known field that an unknown one looks like."""
    model: Any = Settings
    for part in place[:-1]:
        info = model.model_fields.get(part) if isinstance(model, type) and issubclass(model, BaseModel) else None
        model = info.annotation if info is not None else None
    known = list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []
    near = difflib.get_close_matches(place[-1], known, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(known)}" if known else ""


def check(settings: Settings) -> None:
    """Raises SettingsError for what does not go together, or would leave production open."""
    if settings.crm.enabled and settings.crm.api_base_url is None:
        raise missing("crm", "api_base_url", "leads cannot be delivered without the CRM's address")
    if settings.crm.enabled is None and settings.crm.api_base_url is None and settings.crm.model_fields_set:
        raise missing("crm", "api_base_url", "the section crm is there, but not the CRM's address")
    if settings.crm.active and settings.crm.kind == "tryton":
        for field in ("username", "password"):
            if not getattr(settings.crm, field):
                raise missing("crm", field, "Tryton lets nobody in without")
    if settings.redis.required and settings.redis.use_fake_redis:
        raise refused("redis", "use_fake_redis", "redis.required asks for a real one")
    if settings.production:
        check_production(settings)


def check_production(settings: Settings) -> None:
    """Raises SettingsError for what would leave a production instance open."""
    if not settings.must_authenticate:
        raise refused("auth", "enabled", "authentication cannot be switched off in production")
    if settings.auth.jwt_secret is None:
        raise missing("auth", "jwt_secret", "production needs a secret of its own")
    if settings.secret == DEFAULT_SECRET:
        raise refused("auth", "jwt_secret", "the default secret is known to everybody")
    if settings.auth.admin_password is None:
        raise missing("auth", "admin_password", "production needs a password of its own")
    if settings.admin_password == DEFAULT_PASSWORD:
        raise refused("auth", "admin_password", "the default password is known to everybody")
    if cors.ANY in settings.server.cors_origins:
        raise refused("server", "cors_origins", "production needs exact origins, not a wildcard")


def missing(section: str, field: str, why: str) -> SettingsError:
    """A field that has to be set."""
    return SettingsError(named(section, field), f" is missing: {why}")


def refused(section: str, field: str, why: str) -> SettingsError:
    """A field whose value is not accepted."""
    return SettingsError(named(section, field), f" is unusable: {why}")


def named(section: str, field: str) -> str:
    """A field as both the file and the environment call it."""
    return f"{section}.{field} ({f'{PREFIX}{section}_{field}'.upper()})"


def secrets_of(settings: Settings) -> list[str]:
    """Every secret that no log may show. What everybody knows is none."""
    auth, redis, crm = settings.auth, settings.redis, settings.crm
    kept: list[SecretStr | None] = [auth.jwt_secret, auth.admin_password, redis.url, crm.api_key, crm.password]
    kept += [*auth.previous_secrets.values(), *(user.password for user in auth.users)]
    told = [each.get_secret_value() for each in kept if each is not None]
    if redis.url is not None and "@" in redis.address:
        told.append(redis.address.rpartition("@")[0].rpartition(":")[2])
    return [each for each in told if each not in (DEFAULT_PASSWORD, DEFAULT_SECRET)]


def unknown_variables(environment: Mapping[str, str] | None = None) -> list[str]:
    """One sentence for each variable with our prefix that nothing reads."""
    known = {name for _, _, names in fields() for name in names} | {FILE}
    present = os.environ if environment is None else environment
    return [
        f"{name} is not a setting and has no effect" + (f"; did you mean {near[0]}?" if near else "")
        for name in sorted(present)
        if name.upper().startswith(PREFIX) and name.upper() not in known
        for near in [difflib.get_close_matches(name.upper(), sorted(known), n=1)]
    ]


def log_format_before_settings(environment: Mapping[str, str]) -> str:
    """The format of a message about unusable settings."""
    wanted = environment.get(f"{PREFIX}LOG_FORMAT", "").strip().lower()
    production = environment.get(f"{PREFIX}ENV", "").strip().lower() == "production"
    return "json" if wanted == "json" or (production and wanted != "text") else "text"
