"""Models of ``processes``, ``stores`` and ``files`` in system.yaml: what a system is made of, and in which order.

``processes`` are named and started in the order in which they stand, each when the one before it is ready::

    processes:
      api:
        command: ["{python}", "{here}/api.py", "--port", "{port}"]
        environment: {QUEUE: "{store_queue}"}
        ready: {path: /ready}          # or {port: true}, or {command: ["{python}", "{here}/is_up.py"]}
        entry: true                    # the one that answers at the system's URL; the first, if none says so
      worker:
        command: ["{python}", "{here}/worker.py", "{url_api}", "{number}"]
        ready: {command: ["test", "-f", "{data}/worker-{number}"]}
        replicas: 2
        region: eu                     # processes of one region can be broken together

    stores:
      queue: {kind: redis, proxy: true}

Besides the placeholders of ``deployments`` (support/base/systems.py) they may use ``{port}`` for the replica's own
port, ``{number}`` for its number from 1, ``{region}``, ``{port_<process>}`` and ``{url_<process>}`` for the first
replica of a process, ``{port_<name>}`` for each further port under ``ports``, and ``{store_<name>}`` for the connection
URL of a store, credentials included. Stores are started before all processes. A file with a ``template``, a path beside
system.yaml, is rendered before the start; ``{port}`` is there that of the entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from support.base.entries import Profile
from support.base.placeholders import PLACEHOLDER, suggest
from support.base.yaml_lines import FieldPath

PartName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
"""The name of a process or store, which placeholders can hold."""

OF_REPLICA = frozenset({"number", "region"})
"""Placeholders that stand for something in a replica of a named process alone."""


ADDED = "+"
"""Begins the template of a profile that is added to the one of the definition, and does not replace it."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Readiness(_Part):
    """How a process shows that it is ready: a path that answers 2xx, a port that accepts, a command that ends with 0.

    The command runs in the process' own folder and environment. With ``contains`` the answer of the path must have
    this text, for a server that answers 2xx before it can serve.
    """

    path: str | None = Field(None, pattern=r"^/")
    contains: str | None = Field(None, min_length=1)
    port: Literal[True] | None = None
    command: list[str] | None = Field(None, min_length=1)

    @model_validator(mode="after")
    def _one(self) -> Readiness:
        if sum(each is not None for each in (self.path, self.port, self.command)) != 1:
            raise ValueError("give exactly one of path, port (true) and command")
        if self.contains is not None and self.path is None:
            raise ValueError("contains is about the answer of a path, and none is given")
        return self


class ProcessEntry(_Part):
    """One named process of a system, and how many of it run.

    ``ports`` are further ports that it listens on: name → the endpoints that answer there.
    """

    command: list[str] = Field(min_length=1)
    environment: dict[str, str] = Field(default_factory=dict)
    ready: Readiness
    ports: dict[PartName, list[str]] = Field(default_factory=dict)
    replicas: int = Field(1, ge=1)
    region: PartName | None = None
    entry: bool = False


class StoreEntry(_Part):
    """A data store that is started for the system alone; ``disk`` (MB, postgresql) is room that can be filled up.

    With ``proxy`` its connections pass a proxy of the suite's, which can slow them down and costs each some time.
    """

    kind: Literal["postgresql", "redis"]
    disk: int | None = Field(None, ge=64)
    proxy: bool = False


class FileEntry(_Part):
    """A file or, if ``path`` ends in a slash, a folder in the data folder; rendered from a template if it has one."""

    path: str
    template: str | None = None


def path_alone(given: object) -> object:
    """A plain text under ``files`` is the path alone."""
    return given if isinstance(given, dict | FileEntry) else {"path": given}


class Declared(Protocol):
    """What of a system the rules here read."""

    @property
    def here(self) -> Path: ...

    @property
    def processes(self) -> Mapping[str, ProcessEntry]: ...

    @property
    def stores(self) -> Mapping[str, StoreEntry]: ...

    @property
    def files(self) -> Mapping[str, FileEntry]: ...

    @property
    def endpoints(self) -> Mapping[str, str]: ...

    @property
    def profiles(self) -> Mapping[str, Profile]: ...


def entry_of(processes: Mapping[str, ProcessEntry]) -> str:
    """The name of the process that answers at the system's URL."""
    return next((name for name, process in processes.items() if process.entry), next(iter(processes)))


def placeholders(system: Declared) -> set[str]:
    """The placeholders that processes and stores add to those that every definition has."""
    return {
        *(f"{what}_{name}" for name in system.processes for what in ("port", "url")),
        *(f"port_{port}" for process in system.processes.values() for port in process.ports),
        *(f"store_{name}" for name in system.stores),
    }


def texts(system: Declared) -> Iterator[tuple[FieldPath, str]]:
    """Each value of ``processes`` that may hold placeholders, and where it stands."""
    for name, process in system.processes.items():
        at = ("processes", name)
        yield from (((*at, "command", index), text) for index, text in enumerate(process.command))
        yield from (((*at, "environment", key), text) for key, text in process.environment.items())
        ready = enumerate(process.ready.command or ())
        yield from (((*at, "ready", "command", index), text) for index, text in ready)


def contradictions(system: Declared, single: bool) -> Iterator[tuple[FieldPath, str]]:
    """What of processes, stores and files does not go together; ``single`` says that deployments.process is given."""
    if system.processes and single:
        yield ("deployments", "process"), "processes is given too, and only one of them can be started"
    entries = [name for name, process in system.processes.items() if process.entry]
    for name in entries[1:]:
        yield ("processes", name, "entry"), f"{entries[0]} is the entry already, and a system has one"
    yield from _ports(system)
    if system.stores and not (system.processes or single):
        yield ("stores",), "there are no processes, and no deployments.process, that could use them"
    for name, store in system.stores.items():
        if store.disk is not None and store.kind != "postgresql":
            yield ("stores", name, "disk"), f"{store.kind} has no disk of its own; only postgresql has"
    for name in system.files.keys() & (placeholders(system) | OF_REPLICA):
        yield ("files", name), "this name already stands for something else in a placeholder"
    for name, file in system.files.items():
        if file.template is not None and file.path.endswith("/"):
            yield ("files", name, "path"), "a folder cannot be rendered from a template"


def _ports(system: Declared) -> Iterator[tuple[FieldPath, str]]:
    """What is wrong with further ports: their names, and the endpoints that answer there."""
    taken = set(system.processes)
    for name, process in system.processes.items():
        for port, endpoints in process.ports.items():
            at = ("processes", name, "ports", port)
            if port in taken:
                yield at, f"{{port_{port}}} already stands for another port"
            if process.replicas > 1:
                yield at, "a process in several replicas has no further ports"
            taken.add(port)
            for index, endpoint in enumerate(endpoints):
                if endpoint not in system.endpoints:
                    yield (*at, index), f"no such endpoint; {suggest(endpoint, system.endpoints)}"


def known_at(at: FieldPath, known: set[str], extended: set[str], several: bool) -> set[str]:
    """The placeholders that a value may hold: what only a process of this system can know is unknown elsewhere."""
    if at[0] == "processes" or (at[0] == "profiles" and several):
        return extended | OF_REPLICA
    return extended if at[0] in ("profiles", "routes") or at[:2] == ("deployments", "process") else known


def bad_templates(system: Declared, known: set[str]) -> Iterator[tuple[FieldPath, str]]:
    """Templates that are not there, or ask for what is not known, with their file and line."""
    places: list[tuple[FieldPath, str]] = [
        *((("files", name, "template"), file.template) for name, file in system.files.items() if file.template),
        *(
            (("profiles", one, "files", name), other)
            for one, about in system.profiles.items()
            for name, other in about.files.items()
        ),
    ]
    for at, template in places:
        path = system.here / template.removeprefix(ADDED)
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            yield at, f"{path} cannot be read: {error}"
            continue
        for number, line in enumerate(text.splitlines(), 1):
            for word in PLACEHOLDER.findall(line):
                if word not in known | {"repeated"}:
                    yield at, f"{path}:{number}: nothing is known for {{{word}}}; {suggest(word, sorted(known))}"
