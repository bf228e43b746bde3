"""Reads a compose file into specifications of containers, so that the suite runs what people run by hand.

Only what the suite can carry out faithfully is read; a field it does not know is a UsageError, never passed over.
``restart`` is known and left out on purpose: in a run it is the scenarios that decide when something starts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from support import yaml_lines
from support.deployments.containers.spec import ContainerSpec, HealthCheck, Mount
from support.outcomes import UsageError
from support.placeholders import suggest

_VARIABLE = re.compile(r"\$(?:\$|\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?:(?P<kind>:?[-?])(?P<other>[^}]*))?\})")
_SIZES = {"": 1, "b": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
_TIMES = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def _size(value: Any) -> Any:
    found = re.fullmatch(r"(\d+)([bkmg]?)b?", str(value).lower())
    return int(found[1]) * _SIZES[found[2]] if found else value


def _seconds(value: Any) -> Any:
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)", str(value))
    whole = "".join(number + unit for number, unit in parts)
    return sum(float(number) * _TIMES[unit] for number, unit in parts) if parts and whole == str(value) else value


def _words(value: Any) -> Any:
    return value.split() if isinstance(value, str) else value


Size = Annotated[int, BeforeValidator(_size)]
Seconds = Annotated[float, BeforeValidator(_seconds)]
Words = Annotated[list[str], BeforeValidator(_words)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Health(_Part):
    """How the engine asks for health, in place of what the image says."""

    test: list[str]
    interval: Seconds = 30.0
    timeout: Seconds = 30.0
    retries: int = 3
    start_period: Seconds = 0.0


class BuildEntry(_Part):
    """What the image is built from, relative to the compose file."""

    context: str
    dockerfile: str = "Dockerfile"
    args: dict[str, str] = Field(default_factory=dict)


class Service(_Part):
    """One service, as far as the suite carries it out."""

    image: str
    build: BuildEntry | None = None
    command: Words | None = None
    entrypoint: Words | None = None
    environment: dict[str, str] = Field(default_factory=dict)
    user: str | None = None
    read_only: bool = False
    init: bool = False
    cap_drop: list[str] = Field(default_factory=list)
    cap_add: list[str] = Field(default_factory=list)
    security_opt: list[str] = Field(default_factory=list)
    tmpfs: list[str] = Field(default_factory=list)
    volumes: list[str] = Field(default_factory=list)
    ports: list[str] = Field(default_factory=list)
    networks: list[str] = Field(default_factory=list)
    depends_on: list[str] = Field(default_factory=list)
    mem_limit: Size | None = None
    cpus: float | None = None
    pids_limit: int | None = None
    healthcheck: Health | None = None
    stop_signal: str | None = None
    stop_grace_period: Seconds | None = None
    working_dir: str | None = None
    restart: str | None = None


class ComposeFile(_Part):
    """A compose file; networks and volumes are only named."""

    name: str | None = None
    services: dict[str, Service]
    networks: dict[str, dict[str, Any] | None] = Field(default_factory=dict)
    volumes: dict[str, dict[str, Any] | None] = Field(default_factory=dict)


def read(path: Path, variables: Mapping[str, str]) -> ComposeFile:
    """Read a compose file with its ``${VARIABLES}`` filled in. Raises UsageError with file, line and field."""
    document = yaml_lines.read(path)
    try:
        return ComposeFile.model_validate(_interpolated(document.content, variables, path))
    except ValidationError as error:
        raise UsageError("\n".join(yaml_lines.complaints(document, error))) from error


def specification(path: Path, service: str, variables: Mapping[str, str]) -> ContainerSpec:
    """The container of one service. Named volumes are left out: where data is kept is for the caller to say.

    Raises UsageError if the file has no such service, or one that the suite cannot carry out.
    """
    found = read(path, variables).services
    if service not in found:
        raise UsageError(f"{path}: there is no service {service!r}; {suggest(service, found)}")
    entry = found[service]
    return ContainerSpec(
        image=entry.image,
        command=entry.command,
        entrypoint=entry.entrypoint,
        environment=dict(entry.environment),
        user=entry.user,
        read_only=entry.read_only,
        init=entry.init,
        cap_drop=list(entry.cap_drop),
        cap_add=list(entry.cap_add),
        security_opt=list(entry.security_opt),
        tmpfs=dict(_tmpfs(each) for each in entry.tmpfs),
        mounts=[_mount(each, path) for each in entry.volumes if each.startswith((".", "/"))],
        memory=entry.mem_limit,
        cpus=entry.cpus,
        pids=entry.pids_limit,
        health=None if entry.healthcheck is None else HealthCheck(**entry.healthcheck.model_dump()),
        stop_signal=entry.stop_signal,
        stop_grace=entry.stop_grace_period,
        working_dir=entry.working_dir,
    )


def interpolated(text: str, variables: Mapping[str, str], path: Path) -> str:
    """Fill in ``${NAME}``, ``${NAME:-otherwise}`` and ``${NAME:?why}`` as compose does; ``$$`` is a dollar sign."""

    def value(found: re.Match[str]) -> str:
        if found["name"] is None:
            return "$"
        read = variables.get(found["name"], "")
        kind, other = found["kind"] or "", found["other"] or ""
        if read or (kind in ("-", "?") and found["name"] in variables):
            return read
        if "?" in kind:
            raise UsageError(f"{path}: {found['name']} must be set: {other or 'it has no default'}")
        return other

    return _VARIABLE.sub(value, text)


def _interpolated(value: Any, variables: Mapping[str, str], path: Path) -> Any:
    match value:
        case str():
            return interpolated(value, variables, path)
        case dict():
            return {name: _interpolated(each, variables, path) for name, each in value.items()}
        case list():
            return [_interpolated(each, variables, path) for each in value]
        case _:
            return value


def _tmpfs(text: str) -> tuple[str, str]:
    where, _, options = text.partition(":")
    return where, options


def _mount(text: str, path: Path) -> Mount:
    source, target, mode = (*text.split(":"), "")[:3]
    return Mount((path.parent / source).resolve(), target, mode == "ro")
