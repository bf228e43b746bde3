"""Reads and validates ``systems/<system>/system.yaml``, the document that tells the suite all it knows of a system.

A definition is read strictly: an unknown, missing or wrongly typed field is a UsageError that names file, line and
field. Values may hold placeholders, which are filled in when a deployment starts::

    {python}         the interpreter that the suite runs on      {here}   the folder of system.yaml
    {host} {port}    where the process is to listen              {data}   its own empty data folder
    {name}           the name of a companion                     {token_admin}  the token of identity "admin"
    {database} …     every name under ``files``

``${NAME}`` or ``${NAME:-otherwise}`` in a token reads the suite's own environment. A path under ``files`` that ends
in a slash is a folder that is made before the start. ``sources`` are the files and folders that the system is
built from, relative to system.yaml: an acceptance holds only as long as they stay as they are. ``checklist`` is the
file beside it that holds the hardening checklist (``support/base/checklists.py``).

``requests`` and ``metrics`` are described in ``support/base/requests.py``. ``logs`` name the field of a JSON log line
that holds the request id, and the header by which the caller is given it; ``errors`` are the paths of a refusal's kind
and message in the JSON of an answer.
``processes``, ``stores`` and ``files`` from templates are told of in ``support/base/topology.py``; ``upstreams``,
``routes`` and ``not_offered`` in ``support/base/routes.py``; ``installation`` in ``support/base/installation.py``; what
``capabilities`` mean in ``support/base/capabilities.py``. ``features`` names the folder below ``features`` whose
features and criteria judge the system, where that is not its own name: several systems may share one.

With ``isolation`` the suite enters a network namespace that has nothing but loopback before it starts the system: it is
``required`` for what listens on all interfaces, and ``wanted`` where only calls to the outside are to be seen.

``refusals`` give the HTTP status of each kind of refusal, and the words that the answer must contain where the system
promises some. ``reasons`` give, for each reason in Gherkin for which a service is refused, the regular expression that
the system's own reason must match. ``healthy`` is the status by which its health check says that all is well. Data that
a scenario needs and a definition does not declare makes that scenario *not verified* (NotVerified, naming the field).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, ValidationError

from support.base import checklists, definition_checks, routes, topology, yaml_lines
from support.base.entries import (
    Companion,
    DeclaredRefusal,
    Deployments,
    Entry,
    Identity,
    Name,
    Profile,
    UrlPath,
    pattern,
    status_alone,
)
from support.base.installation import Installation
from support.base.outcomes import NotVerified, UsageError
from support.base.placeholders import fill, read_variables, suggest, unset_variables
from support.base.places import PROJECT, SOURCES
from support.base.requests import DeclaredMetric, Request, sought
from support.base.routes import Route
from support.base.topology import FileEntry, PartName, ProcessEntry, StoreEntry

SYSTEMS = PROJECT / "systems"

T = TypeVar("T")


class System(Entry):
    """One system under test, as its ``system.yaml`` describes it."""

    name: Name
    says: str
    title: str
    version: str
    features: Name | None = None
    interfaces: list[Literal["http", "python"]] = Field(default_factory=lambda: ["http"], min_length=1)  # type: ignore[arg-type]
    deployments: Deployments = Field(default_factory=Deployments)
    installation: Installation | None = None
    isolation: Literal["wanted", "required"] | None = None
    upstreams: list[PartName] = Field(default_factory=list)
    upstream_key: str | None = Field(None, min_length=1)
    routes: dict[Name, Route] = Field(default_factory=dict)
    profiles: dict[Name, Profile] = Field(default_factory=dict)
    processes: dict[PartName, ProcessEntry] = Field(default_factory=dict)
    stores: dict[PartName, StoreEntry] = Field(default_factory=dict)
    files: dict[Name, Annotated[FileEntry, BeforeValidator(topology.path_alone)]] = Field(default_factory=dict)
    endpoints: dict[Name, UrlPath]
    identities: dict[Name, Identity] = Field(default_factory=dict)
    requests: dict[str, Request] = Field(default_factory=dict)
    metrics: dict[Name, DeclaredMetric] = Field(default_factory=dict)
    logs: dict[Literal["request_id", "header"], str] = Field(default_factory=dict)
    errors: dict[Literal["kind", "message"], str] = Field(default_factory=dict)
    refusals: dict[Name, Annotated[DeclaredRefusal, BeforeValidator(status_alone)]] = Field(default_factory=dict)
    reasons: dict[str, Annotated[str, AfterValidator(pattern)]] = Field(default_factory=dict)
    healthy: str = Field("healthy", min_length=1)
    companions: dict[Name, Companion] = Field(default_factory=dict)
    commands: dict[Name, list[str]] = Field(default_factory=dict)
    capabilities: list[Name] = Field(default_factory=lambda: ["http"])
    not_offered: dict[Name, Annotated[str, Field(min_length=1)]] = Field(default_factory=dict)
    slos: dict[Name, float] = Field(default_factory=dict)
    sources: list[str] = Field(default_factory=list)
    checklist: str | None = None

    _path: Path = PrivateAttr(default=Path())
    _lines: Mapping[yaml_lines.FieldPath, int] = PrivateAttr(default_factory=dict)
    _hardening: tuple[checklists.Item, ...] = PrivateAttr(default=())

    @property
    def path(self) -> Path:
        """The file that this definition was read from."""
        return self._path

    @property
    def here(self) -> Path:
        """The folder of that file."""
        return self._path.parent

    @property
    def feature_folder(self) -> str:
        """The folder below ``features`` whose features and criteria judge this system."""
        return self.features or self.name

    @property
    def hardening(self) -> tuple[checklists.Item, ...]:
        """The items of its hardening checklist; none where it has no checklist."""
        return self._hardening

    def endpoint(self, name: str) -> str:
        """The path of an endpoint. Raises NotVerified if the definition does not name it."""
        return self._named("endpoints", self.endpoints, name)

    def metric(self, name: str) -> str:
        """The metric that the suite knows as ``name``. Raises NotVerified if the definition does not name it."""
        return self._named("metrics", self.metrics, name).name

    def metric_labels(self, metric: str, path: str, status: int | None = None) -> dict[str, str]:
        """The labels of a metric for requests to an endpoint's path. Raises NotVerified if they are not declared."""
        declared = self._named("metrics", self.metrics, metric)
        told = {"endpoint": declared.paths.get(path, path)}
        values = told if status is None else {**told, "status": declared.shown(status)}
        names = declared.labels.model_dump(exclude_none=True)
        return {self._named(f"metrics.{metric}.labels", names, label): value for label, value in values.items()}

    def log(self, name: str) -> str:
        """The field (``request_id``) or ``header`` with the request id. Raises NotVerified if it is not declared."""
        return self._named("logs", self.logs, name)

    def error(self, name: str) -> str:
        """The path of a refusal's ``kind`` or ``message`` in its JSON. Raises NotVerified if it is not declared."""
        return self._named("errors", self.errors, name)

    def refusal(self, name: str) -> DeclaredRefusal:
        """How a refusal that Gherkin names shows. Raises NotVerified if the definition does not name it."""
        return self._named("refusals", self.refusals, name)

    def request(self, name: str) -> Request:
        """What a caller sends by that name, or by what it asks for. Raises NotVerified if the definition has none."""
        return self._named("requests", self.requests, sought(name, self.requests))

    def route(self, name: str) -> Route:
        """What Gherkin calls "the <name> model". Raises NotVerified if the definition does not name it."""
        return self._named("routes", self.routes, name)

    @property
    def absent(self) -> dict[str, str]:
        """Each capability that is known and not declared, and why."""
        return routes.not_offered(self)

    def reason(self, says: str) -> str:
        """The pattern of what it says of a service refused for this reason. Raises NotVerified if none is declared."""
        return self._named("reasons", self.reasons, says)

    def profile(self, name: str) -> Profile:
        """A named set-up; "default" exists always. Raises NotVerified if the definition does not name it."""
        return self._named("profiles", {"default": Profile(), **self.profiles}, name)

    def command(self, name: str, added: Mapping[str, str]) -> list[str]:
        """The command line of one of the system's own tools, such as ``verify``, with its placeholders filled in.

        ``added`` says what the placeholders stand for that only the caller knows. Raises NotVerified if the definition
        does not name it.
        """
        bindings = {"python": sys.executable, "here": str(self.here), **added}
        parts = self._named("commands", self.commands, name)
        return [fill(part, bindings, f"{self.path}: commands.{name}") for part in parts]

    def companion(self, name: str) -> Companion:
        """A companion's definition. Raises NotVerified if there is none of that name."""
        return self._named("companions", self.companions, name)

    def named_process(self, name: str) -> ProcessEntry:
        """A named process. Raises NotVerified if the definition does not name it."""
        return self._named("processes", self.processes, name)

    def store(self, name: str) -> StoreEntry:
        """A store. Raises NotVerified if the definition does not name it."""
        return self._named("stores", self.stores, name)

    def token(self, identity: str) -> str:
        """The token of an identity, with ``${NAME}`` read from the environment. Raises UsageError if it is not set."""
        raw = self._named("identities", self.identities, identity).token
        return read_variables(raw, f"{self.path}: identities.{identity}.token")

    def line_of(self, *field: str) -> int:
        """The line of its file on which a field stands; 1 where it does not."""
        return self._lines.get(field, 1)

    def unset(self) -> list[str]:
        """Each token that reads an environment variable which is not set, with file, line and field."""
        return [
            f"{self.path}:{self.line_of('identities', name, 'token')}: identities.{name}.token: "
            f"reads the environment variable {variable}, which is not set: set it and try again"
            for name, who in self.identities.items()
            for variable in unset_variables(who.token)
        ]

    def declared(self, group: str) -> frozenset[str]:
        """The names that a group, such as ``endpoints``, has; the profile "default" exists always."""
        return frozenset(getattr(self, group)) | ({"default"} if group == "profiles" else set())

    def tokens(self) -> list[str]:
        """Every token that can be read here; those whose variable is not set are left out."""
        readable = (name for name, who in self.identities.items() if not unset_variables(who.token))
        return [self.token(name) for name in readable]

    def offered(self, deployment: str) -> tuple[str, ...]:
        """The interfaces over which scenarios can reach it, as it is deployed."""
        return tuple(name for name in self.interfaces if name == "http" or deployment == "process")

    def unreachable(self, interface: str, deployment: str) -> str:
        """Why scenarios cannot reach it over an interface; empty if they can."""
        possible = self.offered(deployment)
        if interface in possible:
            return ""
        told = ", ".join(possible) or "none"
        return f"{self.says} cannot be reached over {interface!r} as deployment {deployment!r}; it offers: {told}"

    def offers(self, deployment: str) -> frozenset[str]:
        """The capabilities of the system as deployed: ``process`` offers all, ``remote`` only what its entry lists."""
        if deployment == "remote":
            return frozenset({"http", *self.deployments.remote.capabilities})
        return frozenset(self.capabilities)

    def paths(self, data: Path) -> dict[str, Path]:
        """The files the definition names, for one data folder."""
        known = {"data": str(data), "here": str(self.here)}
        named = {name: Path(fill(file.path, known, f"{self.path}: files.{name}")) for name, file in self.files.items()}
        return _DeclaredFiles(self.path, named)

    def bindings(self, data: Path, host: str, port: int, name: str = "") -> dict[str, str]:
        """What the placeholders stand for in one deployment."""
        fixed = {"python": sys.executable, "here": str(self.here), "host": host, "port": str(port), "data": str(data)}
        files = {key: str(path) for key, path in self.paths(data).items()}
        readable = (key for key, who in self.identities.items() if not unset_variables(who.token))
        tokens = {f"token_{key}": self.token(key) for key in readable}
        return {**files, **tokens, **fixed, "name": name or self.name}

    def _named(self, group: str, known: Mapping[Any, T], name: str) -> T:
        if name not in known:
            raise NotVerified(f"{self.path} does not declare {group}.{name}, which this needs; {suggest(name, known)}")
        return known[name]


class _DeclaredFiles(dict[str, Path]):
    """Files by name. Raises NotVerified for one that the definition does not name."""

    def __init__(self, definition: Path, named: Mapping[str, Path]) -> None:
        super().__init__(named)
        self._definition = definition

    def __missing__(self, name: str) -> Path:
        raise NotVerified(f"{self._definition} does not declare files.{name}, which this needs; {suggest(name, self)}")


def load(path: Path) -> System:
    """Read one definition. Raises UsageError with file, line and field for each thing that is wrong with it."""
    document = yaml_lines.read(path)
    try:
        system = System.model_validate(document.content)
    except ValidationError as error:
        raise UsageError("\n".join(yaml_lines.complaints(document, error))) from error
    system._path, system._lines = path.resolve(), document.lines
    problems = list(definition_checks.problems(system))
    if problems:
        raise UsageError(
            "\n".join(f"{path}:{document.line(at)}: {yaml_lines.field_name(at)}: {why}" for at, why in problems)
        )
    system._hardening = checklists.load(system.here / system.checklist) if system.checklist else ()
    return system


def readable(folder: Path = SYSTEMS) -> tuple[list[System], dict[str, str]]:
    """Every system whose definition can be read, by name, and what is wrong with each other one."""
    found, unreadable = [], {}
    for name in names(folder):
        try:
            found.append(find(name, folder))
        except UsageError as error:
            unreadable[name] = str(error)
    return found, unreadable


def notes_on_unreadable(unreadable: Mapping[str, str], own: Iterable[str]) -> list[str]:
    """A note of each definition that cannot be read, for whoever runs other systems than that."""
    asked = set(own)
    return [
        f"systems/{name}/system.yaml cannot be read, which stops no run of another system: {why}"
        for name, why in unreadable.items()
        if name not in asked
    ]


def features_of(name: str, folder: Path = SYSTEMS) -> str:
    """The folder of features that judges a system; its own name where its definition cannot be read."""
    try:
        return find(name, folder).feature_folder
    except UsageError:
        return name


def is_installed(name: str, folder: Path = SYSTEMS) -> bool:
    """Whether a system is a published product that is installed first; False where its definition cannot be read."""
    try:
        return find(name, folder).installation is not None
    except UsageError:
        return False


def judged_by(features: str, asked: str | None) -> str:
    """The system that a folder of features is about: the one asked for if it is judged by them, else its namesake."""
    return asked if asked and features_of(asked) == features else features


def owner_of(module: str, known: Iterable[str]) -> str | None:
    """The system whose own sentences a module of steps holds: ``caio_registry`` is CAIO's; None for a shared one."""
    owners = [name for name in known if module.startswith(f"{name.replace('-', '_')}_")]
    return max(owners, key=len, default=None)


def names(folder: Path = SYSTEMS) -> list[str]:
    """The names of the systems that have a definition, without reading any."""
    return sorted(path.parent.name for path in folder.glob("*/system.yaml"))


def with_sentences() -> list[str]:
    """The systems that may have sentences of their own: those of the project, and those that the suite knows."""
    of_the_suite = (path.parent.name for path in (SOURCES / "support" / "domains").glob("*/__init__.py"))
    return sorted({*names(), *of_the_suite})


def usual(folder: Path = SYSTEMS) -> str:
    """The system that is meant where nobody names one: the only one that there is, or else CAIO."""
    known = names(folder)
    return known[0] if len(known) == 1 else "caio"


def reports(given: Path | None, system: str | None) -> Path:
    """A system's own folder in the folder of reports that was given, or in the project's."""
    return ((given or PROJECT / "reports") / (system or usual())).resolve()


def find(name: str, folder: Path = SYSTEMS) -> System:
    """The system of that name. Raises UsageError for an unknown one, naming those there are."""
    path = folder / name / "system.yaml"
    if name not in names(folder):
        raise UsageError(f"unknown system {name!r}: {path} does not exist; {suggest(name, names(folder))}")
    system = load(path)
    if system.name != name:
        raise UsageError(f"{path}: name: must be the name of its folder, {name!r}, not {system.name!r}")
    return system
