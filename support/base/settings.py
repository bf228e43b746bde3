"""Every limit, time-out and switch of a run, typed, each with its meaning. ``-D name=value`` sets one."""

from __future__ import annotations

import difflib
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, field_validator

from support.base import addresses
from support.base.outcomes import UsageError
from support.base.places import PROJECT, SUITE

ROOT = SUITE
"""The suite's own files; those of the systems that are accepted are in ``places.PROJECT``."""


class Timeouts(BaseModel):
    """How long the suite waits, in seconds. None of these judges a product; those limits stand in the Gherkin."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    start: float = Field(20.0, gt=0, description="a system, from its command to its first ready answer")
    stop: float = Field(10.0, gt=0, description="a system, from SIGTERM to its exit, before it is killed")
    http: float = Field(10.0, gt=0, description="one exchange, from connecting to the last byte")
    settle: float = Field(10.0, gt=0, description="a condition that a scenario waits for")
    poll: float = Field(0.02, gt=0, description="between two looks at a condition that is waited for")


class Load(BaseModel):
    """How loads are put on. None of these touches a limit; those stand in the Gherkin."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scale: float = Field(
        1.0, ge=0.1, description="by how much loads in time and rounds are longer, and have more users, than they say"
    )
    workers: int | tuple[str, ...] = Field(
        1, description="how many processes here send, or the machines, by commas, whose `signoff load-worker` does"
    )
    port: int = Field(5557, gt=0, lt=65536, description="where those machines find this one")
    patience: float = Field(60.0, gt=0, description="seconds that a load waits for those machines")

    @field_validator("workers", mode="before")
    @classmethod
    def _by_commas(cls, given: object) -> object:
        hosts = [host.strip() for host in given.split(",")] if isinstance(given, str) else []
        workers = int(hosts[0]) if len(hosts) == 1 and hosts[0].isdigit() else tuple(hosts) if hosts else given
        if workers == 0 or (isinstance(workers, tuple) and not all(workers)):
            raise ValueError("give how many processes send, like 2, or machines, like hare,tortoise")
        return workers


class Model(BaseModel):
    """How long models are explored, and by which seed. The same seed makes the same cases, and so the same verdict."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = Field(7, ge=0, lt=2**32, description="what the cases of explorations follow from")
    examples: int | None = Field(
        None, ge=1, description="how many cases each exploration takes, in place of what its sentence says"
    )
    steps: int = Field(15, ge=1, le=200, description="the most steps of one sequence of actions")


GROUPS: dict[str, type[BaseModel]] = {"timeouts": Timeouts, "load": Load, "model": Model}
"""Settings whose names have a dot, by what stands before it."""


class Settings(BaseModel):
    """One run's settings. Names are those of ``-D``, with dots for groups: ``timeouts.start``, ``caio.interface``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    deployment: Literal["process", "container", "remote"] = Field(
        "process", description="how the system under test is run"
    )
    url: str | None = Field(None, description="where a system that already runs answers; implies deployment=remote")
    interface: Literal["http", "python"] = Field("http", description="how scenarios talk to the system")
    system: str | None = Field(None, description="which system features are about that several systems share")
    base_image: str | None = Field(
        None, description="the image that containers' images start from, in place of Python's"
    )
    definition: Path | None = Field(None, description="another system.yaml in place of systems/<system>/system.yaml")
    upstreams: dict[str, str] = Field(
        default_factory=dict,
        description="control ports of upstreams that run already, as `signoff upstreams` names them: a=http://…,b=…",
    )
    reports: Path = Field(PROJECT / "reports", description="where results and reports are written, a folder per system")
    run_id: str = Field(default_factory=lambda: uuid.uuid4().hex[:12], description="names what this run leaves")
    shard: str = Field("main", description="which part of a run this process is")
    clean: bool = Field(True, description="whether earlier results are removed first")
    timeouts: Timeouts = Field(default_factory=Timeouts)
    load: Load = Field(default_factory=Load)
    model: Model = Field(default_factory=Model)
    _of_systems: dict[str, Settings] = PrivateAttr(default_factory=dict)
    _system: str | None = PrivateAttr(None)

    def for_system(self, name: str) -> Settings:
        """The settings of one system, whose reports are in a folder of its own.

        One that was given for it alone, as ``caio.interface``, beats one given for all.
        """
        if self._system == name:
            return self
        own = self._of_systems.get(name, self).model_copy(update={"reports": self.reports / name})
        own._system = name
        return own

    @field_validator("url")
    @classmethod
    def _is_address(cls, given: str | None) -> str | None:
        if given is not None and (why := addresses.unusable(given)):
            raise ValueError(f"{why}; {addresses.EXAMPLE}")
        return given

    @field_validator("upstreams", mode="before")
    @classmethod
    def _by_names(cls, given: object) -> object:
        if not isinstance(given, str):
            return given
        parts = [part.partition("=") for part in given.split(",")]
        if not all(name.strip() and not addresses.unusable(where.strip()) for name, _, where in parts):
            raise ValueError("give the name and control port of each, like a=http://127.0.0.1:9200,b=http://…")
        return {name.strip(): where.strip() for name, _, where in parts}

    @property
    def public_url(self) -> str | None:
        """The URL as it may be told: without a password."""
        return None if self.url is None else addresses.public(self.url)

    @property
    def all_reports(self) -> Path:
        """The folder that every system has its own folder of reports in."""
        return self.reports if self._system is None else self.reports.parent

    @property
    def results(self) -> Path:
        """Folder of the Allure results."""
        return self.reports / "allure-results"

    @property
    def scratch(self) -> Path:
        """Folder of this run's working files (data folders, server logs); removed at the end."""
        return self.reports / "run" / self.run_id


SYSTEM_SETTINGS = ("interface", "definition", "url", "deployment", "upstreams")
"""Settings that may be given for one system: ``caio.interface=python``."""


def names() -> list[str]:
    """Every name that ``-D`` accepts, without the system prefix."""
    plain = [name for name in Settings.model_fields if name not in GROUPS]
    return [*plain, *(f"{group}.{name}" for group, about in GROUPS.items() for name in about.model_fields)]


def from_userdata(userdata: Mapping[str, str], systems: list[str]) -> Settings:
    """Read ``-D`` settings. Raises UsageError for an unknown name (with the nearest known one) or an unusable value."""
    known = names() + [f"{system}.{name}" for system in systems for name in SYSTEM_SETTINGS]
    values: dict[str, Any] = {}
    own: dict[str, dict[str, Any]] = {}
    for name, value in userdata.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; known settings: {', '.join(sorted(known))}"
            raise UsageError(f"unknown setting -D {name}{hint}")
        head, _, tail = name.partition(".")
        if head in GROUPS:
            values.setdefault(head, {})[tail] = value
        elif head in systems and tail:
            own.setdefault(head, {})[tail] = value
        else:
            values[name] = value
    settings = _validated(values, "")
    common = {**values, "run_id": settings.run_id}
    settings._of_systems = {name: _validated({**common, **given}, f"{name}.") for name, given in own.items()}
    return settings


def _validated(values: dict[str, Any], prefix: str) -> Settings:
    if values.get("url"):
        values = {"deployment": "remote", **values}
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        if name == "url":  # what cannot be read may hold a password anywhere
            raise UsageError(f"the URL is unusable: {first['msg'].removeprefix('Value error, ')}") from None
        raise UsageError(f"setting -D {prefix}{name}={first['input']!r} is unusable: {first['msg']}") from error
