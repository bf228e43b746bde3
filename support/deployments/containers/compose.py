"""Reads a compose file into specifications of containers, so that the suite runs what people run by hand.

Only what the suite can carry out faithfully is read; a field it does not know is a UsageError, never passed over.
``restart`` is known and left out on purpose: in a run it is the scenarios that decide when something starts.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from support.base import yaml_lines
from support.base.outcomes import UsageError
from support.base.placeholders import suggest
from support.base.yaml_lines import FieldPath, LinedDocument
from support.deployments.containers.spec import ContainerSpec, HealthCheck, Mount

_NAME = "[A-Za-z_][A-Za-z0-9_]*"
_VARIABLE = re.compile(
    rf"\$(?:(?P<dollar>\$)|(?P<bare>{_NAME})|\{{(?P<name>{_NAME})(?:(?P<kind>:?[-?])(?P<other>[^}}]*))?\}}|)"
)
_SIZES = {"": 1, "b": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
_TIMES = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def _size(value: Any) -> Any:
    found = re.fullmatch(r"(\d+)([bkmg]?)b?", str(value).lower())
    return int(found[1]) * _SIZES[found[2]] if found else value


def _seconds(value: Any) -> Any:
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)", str(value))
    if not parts or "".join(number + unit for number, unit in parts) != str(value):
        raise ValueError("a duration must be written with its unit, such as 10s or 1m30s")
    return sum(float(number) * _TIMES[unit] for number, unit in parts)


def _words(value: Any) -> Any:
    return shlex.split(value) if isinstance(value, str) else value


def _kept(value: str) -> str:
    source, target, mode, *more = [*value.split(":"), "", "", ""][: max(3, value.count(":") + 1)]
    if more or not source or not target.startswith("/") or mode not in ("", "ro", "rw") or source.startswith("~"):
        raise ValueError("a volume must be written as source:/target or source:/target:ro")
    return value


Size = Annotated[int, BeforeValidator(_size)]
Seconds = Annotated[float, BeforeValidator(_seconds)]
Words = Annotated[list[str], BeforeValidator(_words)]
Volume = Annotated[str, AfterValidator(_kept)]


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
    volumes: list[Volume] = Field(default_factory=list)
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
    """A compose file; networks and volumes are only named. It has no ``name``, which docker-compose 1 refuses."""

    services: dict[str, Service]
    networks: dict[str, dict[str, Any] | None] = Field(default_factory=dict)
    volumes: dict[str, dict[str, Any] | None] = Field(default_factory=dict)


def read(path: Path, variables: Mapping[str, str]) -> ComposeFile:
    """Read a compose file with its ``${VARIABLES}`` filled in. Raises UsageError with file, line and field."""
    document = yaml_lines.read(path)
    try:
        found = ComposeFile.model_validate(_interpolated(document, document.content, (), variables))
    except ValidationError as error:
        raise UsageError("\n".join(yaml_lines.complaints(document, error))) from error
    if unknown := list(_unknown(document, found)):
        raise UsageError("\n".join(unknown))
    return found


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


def interpolated(text: str, variables: Mapping[str, str]) -> str:
    """Fill in ``$NAME``, ``${NAME}``, ``${NAME:-otherwise}`` and ``${NAME:?why}`` as compose does; ``$$`` is a dollar.

    Raises ValueError for a variable that must be set and is not, and for a dollar sign that introduces nothing.
    """

    def value(found: re.Match[str]) -> str:
        if found["dollar"]:
            return "$"
        if (name := found["bare"] or found["name"]) is None:
            raise ValueError(f"a dollar sign introduces no variable in {text!r}; write $$ for the sign itself")
        read = variables.get(name, "")
        kind, other = found["kind"] or "", found["other"] or ""
        if read or (kind in ("-", "?") and name in variables):
            return read
        if "?" in kind:
            raise ValueError(f"{name} must be set: {other or 'it has no default'}")
        return other

    return _VARIABLE.sub(value, text)


def _interpolated(document: LinedDocument, value: Any, at: FieldPath, variables: Mapping[str, str]) -> Any:
    match value:
        case str():
            try:
                return interpolated(value, variables)
            except ValueError as error:
                raise UsageError(document.complaint(at, str(error))) from error
        case dict():
            return {name: _interpolated(document, each, (*at, name), variables) for name, each in value.items()}
        case list():
            return [_interpolated(document, each, (*at, index), variables) for index, each in enumerate(value)]
        case _:
            return value


def _unknown(document: LinedDocument, found: ComposeFile) -> Iterator[str]:
    """What services name and the file does not have; compose refuses it too."""
    for name, service in found.services.items():
        volumes = [volume.partition(":")[0] for volume in service.volumes]
        named: dict[str, tuple[list[str], Iterable[str]]] = {
            "volumes": ([volume if volume[0] not in "./" else "" for volume in volumes], found.volumes),
            "networks": (service.networks, found.networks),
            "depends_on": (service.depends_on, found.services),
        }
        for field, (names, known) in named.items():
            for index, each in enumerate(names):
                if each and each not in known:
                    yield document.complaint(("services", name, field, index), f"{each}: {suggest(each, known)}")


def _tmpfs(text: str) -> tuple[str, str]:
    where, _, options = text.partition(":")
    return where, options


def _mount(text: str, path: Path) -> Mount:
    source, target, mode = (*text.split(":"), "")[:3]
    return Mount((path.parent / source).resolve(), target, mode == "ro")
