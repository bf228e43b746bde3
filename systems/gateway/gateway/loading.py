"""Reads the configuration and checks that all it refers to is there. Every refusal names the file and the field.

Of several files a later one adds to those before it: sections are merged, everything else is replaced.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from chassis import redaction
from chassis.settings import SettingsError, SettingsProblem
from pydantic import BaseModel, SecretStr, ValidationError

from gateway.config import Config

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """The configuration, and the key of each upstream that has one."""

    config: Config
    upstream_keys: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sources:
    """What the files hold, in their order."""

    files: tuple[tuple[Path, dict[str, Any]], ...]

    @classmethod
    def of(cls, paths: Sequence[Path]) -> Sources:
        """Read the files. Raises SettingsError."""
        return cls(tuple((path, read(path)) for path in paths))

    def merged(self) -> dict[str, Any]:
        """All of it as one."""
        found: dict[str, Any] = {}
        for _, value in self.files:
            found = merged(found, value)
        return found

    def refusal(self, place: Place, why: str, *, colon: bool = True) -> SettingsError:
        """The error for a field, with the file that has set it."""
        path = next((path for path, value in reversed(self.files) if holds(value, place)), self.files[0][0])
        return SettingsError(f"{path}: {'.'.join(map(str, place))}", f"{':' if colon else ''} {why}")


def load(paths: Sequence[Path], environment: Mapping[str, str] | None = None) -> Loaded:
    """Read and check it; from now on no log shows its secrets. Raises SettingsError."""
    sources = Sources.of(paths)
    try:
        config = Config.model_validate(sources.merged())
    except ValidationError as error:
        raise explained(sources, error) from None
    for place, why in dangling(config):
        raise sources.refusal(place, why)
    keys = upstream_keys(sources, config, os.environ if environment is None else environment)
    redaction.remember(*keys.values(), *(entry.key.get_secret_value() for entry in config.keys))
    return Loaded(config, keys)


def merged(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> dict[str, Any]:
    """Two sections as one."""
    found = dict(earlier)
    for name, value in later.items():
        before = found.get(name)
        found[name] = merged(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return found


def holds(value: Any, place: Place) -> bool:
    """Whether a value has something at a place."""
    for part in place:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def read(path: Path) -> dict[str, Any]:
    """What the file holds. Raises SettingsError."""
    try:
        value = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(str(path), f" cannot be read: {error.strerror or error}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        # The first line alone: what follows quotes the file, which holds keys.
        raise SettingsError(str(path), f" is not YAML: {' '.join(where_of(error))}") from None
    if not isinstance(value, dict):
        raise SettingsError(str(path), " is unusable: expected sections such as upstreams and models")
    return value


def where_of(error: Exception) -> Iterator[str]:
    """What is wrong with a file that is no YAML, and where."""
    problem, mark = getattr(error, "problem", None), getattr(error, "problem_mark", None)
    yield str(problem or "it cannot be read as text")
    if mark is not None:
        yield f"(line {mark.line + 1})"


def dangling(config: Config) -> Iterator[tuple[Place, str]]:
    """References to what is not configured, and names given twice."""
    for name, model in config.models.items():
        yield from missing(("models", name, "upstreams"), "upstream", model.upstreams, config.upstreams)
        yield from missing(("models", name, "fallbacks"), "model", model.fallbacks, config.models)
        if name in model.fallbacks:
            yield ("models", name, "fallbacks", model.fallbacks.index(name)), "a model cannot fall back to itself"
    for index, key in enumerate(config.keys):
        yield from missing(("keys", index, "models"), "model", key.models or (), config.models)
    yield from twice("name", [key.name for key in config.keys])
    yield from twice("key", [key.key.get_secret_value() for key in config.keys])


def missing(at: Place, what: str, named: Sequence[str], known: Iterable[str]) -> Iterator[tuple[Place, str]]:
    """Names of what is not there, or that are given twice."""
    for index, name in enumerate(named):
        if name not in known:
            yield (*at, index), f"no {what} {name!r} is configured{near(name, known)}"
        if name in named[:index]:
            yield (*at, index), f"{name!r} is given twice"


def twice(field: str, values: Sequence[str]) -> Iterator[tuple[Place, str]]:
    """Keys that have something in common that tells them apart."""
    for index, value in enumerate(values):
        if value in values[:index]:
            yield ("keys", index, field), f"another key has the same {field}"


def upstream_keys(sources: Sources, config: Config, environment: Mapping[str, str]) -> dict[str, str]:
    """The key of each upstream. Raises SettingsError for a variable that is not set."""
    found = {}
    for name, upstream in config.upstreams.items():
        if upstream.key is not None:
            found[name] = upstream.key.get_secret_value()
        elif upstream.key_from is not None:
            value = environment.get(upstream.key_from)
            if not value:
                why = f"the environment variable {upstream.key_from} is not set"
                raise sources.refusal(("upstreams", name, "key_from"), why)
            found[name] = value
    return found


def explained(sources: Sources, error: ValidationError) -> SettingsError:
    """The first finding as one line that names the field, and repeats no value."""
    first = error.errors(include_url=False)[0]
    place: Place = tuple(first["loc"])
    if first["type"] == "extra_forbidden":
        why = f"is not a known setting{near(str(place[-1]), known_at(place[:-1]))}"
        return sources.refusal(place, why, colon=False)
    if first["type"] == "missing":
        return sources.refusal(place, "is missing", colon=False)
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, SettingsProblem) and cause.field:
        place = (*place, cause.field)
    message = str(cause) if cause is not None else first["msg"][:1].lower() + first["msg"][1:]
    return sources.refusal(place, message)


def known_at(place: Place) -> list[str]:
    """The fields of the section at a place; none if that is no section."""
    model: Any = Config
    for part in place:
        if isinstance(model, type) and issubclass(model, BaseModel):
            info = model.model_fields.get(str(part))
            model = None if info is None else info.annotation
        else:
            model = next((each for each in getattr(model, "__args__", ()) if is_section(each)), None)
    return list(model.model_fields) if is_section(model) else []


def is_section(kind: Any) -> bool:
    """Whether a type is a section of the configuration."""
    return isinstance(kind, type) and issubclass(kind, BaseModel) and not issubclass(kind, SecretStr)


def near(given: str, known: Iterable[str]) -> str:
    """The nearest of the known names, as the end of a sentence."""
    found = difflib.get_close_matches(given, list(known), n=1)
    return f"; did you mean {found[0]!r}?" if found else ""
