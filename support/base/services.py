"""Models of ``deployments.container.processes`` and ``.stores``: the services of a compose file that a system is.

::

    deployments:
      container:
        compose: compose.yaml
        service: api                  # the entry
        port: 8000
        data: /data                   # the folder that all processes share
        processes:
          crm: {services: [crm], port: 9000}
          api: {services: [api], port: 8000}
          worker: {services: [worker-1, worker-2], port: 8000}
        stores:
          queue: {service: redis, port: 6379, image: REDIS_IMAGE, password: REDIS_PASSWORD}

They are started in the order of ``processes``; each process has as many replicas as it names services. The path that
says whether one is ready is that of the process. ``image`` and ``password`` are variables of the compose file: the
suite fills in an image with the server of that store, and a password that it makes for the run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Protocol

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from support.base.yaml_lines import FieldPath

_AT: FieldPath = ("deployments", "container")
_IN_CONTAINERS = ("redis",)
"""Kinds of store that the image of the suite's own tools has a server of."""

ServiceName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
Variable = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class DeclaredReadiness(Protocol):
    """What of a process' readiness the rules here read."""

    @property
    def command(self) -> list[str] | None: ...


class DeclaredProcess(Protocol):
    """What of a process the rules here read."""

    @property
    def ready(self) -> DeclaredReadiness: ...


class DeclaredStore(Protocol):
    """What of a store the rules here read."""

    @property
    def kind(self) -> str: ...


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ProcessServices(_Part):
    """The services that are the replicas of one process, and the port that each listens on in its container."""

    services: list[ServiceName] = Field(min_length=1)
    port: int = Field(ge=1, le=65_535)


class StoreService(_Part):
    """The service that is a store, its port, and the variables that its image and its password are taken from."""

    service: ServiceName
    port: int = Field(ge=1, le=65_535)
    data: str = Field("/data", pattern=r"^/")
    image: Variable
    password: Variable


def contradictions(
    processes: Mapping[str, DeclaredProcess],
    stores: Mapping[str, DeclaredStore],
    run_as: Mapping[str, ProcessServices],
    stored_as: Mapping[str, StoreService],
) -> Iterator[tuple[FieldPath, str]]:
    """What of a system's parts and the services that they are does not go together."""
    if not run_as and not stored_as:
        return
    for name in processes.keys() - run_as.keys():
        yield (*_AT, "processes"), f"does not say which services the process {name} is"
    for name in run_as.keys() - processes.keys():
        yield (*_AT, "processes", name), "there is no process of this name"
    for name in stores.keys() - stored_as.keys():
        yield (*_AT, "stores"), f"does not say which service the store {name} is"
    for name in stored_as.keys() - stores.keys():
        yield (*_AT, "stores", name), "there is no store of this name"
    for name in stored_as.keys() & stores.keys():
        if stores[name].kind not in _IN_CONTAINERS:
            yield (*_AT, "stores", name), f"a store of kind {stores[name].kind} cannot be run in a container yet"
    for name in run_as.keys() & processes.keys():
        if processes[name].ready.command is not None:
            yield (*_AT, "processes", name), "its readiness is a command, which is not run in a container: give a path"
