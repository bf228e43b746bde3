"""Models of the entries of a definition: how a system is run, its profiles, companions, identities and refusals."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from support.base.services import ProcessServices, StoreService

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
UrlPath = Annotated[str, StringConstraints(pattern=r"^/")]


class Entry(BaseModel):
    """A part of a definition: nothing unknown stands in it, and nothing changes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Command(Entry):
    """How a process is started: its command line and what its environment adds."""

    command: list[str] = Field(min_length=1)
    environment: dict[str, str] = Field(default_factory=dict)


class ContainerEntry(Entry):
    """How the system is run as a container: a service of a compose file, relative to system.yaml.

    ``port`` is where it listens and ``data`` the folder that it keeps its data in, both inside the container; its
    environment is added to that of the service. A system of several processes says which services they and its stores
    are (support/base/services.py).
    """

    compose: str
    service: Name
    port: int = Field(ge=1, le=65_535)
    data: str = Field("/data", pattern=r"^/")
    command: list[str] | None = None
    environment: dict[str, str] = Field(default_factory=dict)
    processes: dict[Name, ProcessServices] = Field(default_factory=dict)
    stores: dict[Name, StoreService] = Field(default_factory=dict)


class ReplicasEntry(Entry):
    """How several of the system run behind a load balancer, on one data folder: services of a compose file.

    Of the two ``sides`` one serves while the other is replaced. ``ask`` is the command, run in the balancer's
    container, that takes a line of its runtime API; ``backend`` is what the balancer calls the replicas together;
    ``served_by`` the header of its answers that names the replica; ``balancer_image`` the variable that the compose
    file takes its image from. ``rehearsal`` is a Dockerfile whose stages make other versions of the image IMAGE.
    """

    compose: str
    balancer: Name
    balancer_image: str
    balancer_port: int = Field(ge=1, le=65_535)
    ask: list[str] = Field(min_length=1)
    backend: str
    served_by: str
    port: int = Field(ge=1, le=65_535)
    data: str = Field("/data", pattern=r"^/")
    sides: list[list[Name]] = Field(min_length=2, max_length=2)
    rehearsal: str
    environment: dict[str, str] = Field(default_factory=dict)


class Companion(Command):
    """A service the system works with, started beside it; ``ready`` is the path that answers 2xx once it is up.

    ``urls`` is the variable of the system's environment that names the URLs of the running ones, separated by commas.
    """

    ready: UrlPath
    urls: str | None = Field(None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    container: ContainerEntry | None = None


class Remote(Entry):
    """What a system that already runs elsewhere offers: the profiles it runs in, and capabilities besides ``http``."""

    provides: list[Name] = Field(default_factory=lambda: ["default"])
    capabilities: list[Name] = Field(default_factory=list)


class Deployments(Entry):
    """The ways in which the system can be run."""

    process: Command | None = None
    python: Command | None = None
    container: ContainerEntry | None = None
    replicas: ReplicasEntry | None = None
    remote: Remote = Field(default_factory=Remote)


class Profile(Entry):
    """A named set-up that Gherkin may ask for; its environment is added to that of the process.

    With the scheme ``https`` the suite writes a certificate and its key to the files ``tls_certificate`` and
    ``tls_key`` before the start, and verifies it by the authority that it made for the run.
    With a ``client_certificate``, a common name, clients show a certificate of that authority with this name, and the
    suite writes the authority's own to the file ``tls_client_authority``, by which the system verifies them.
    ``arguments`` are added to the command of the process that answers at the system's URL; ``files`` has another
    template for a file of that name; one that begins with ``+`` is added to the file's own.
    """

    scheme: Literal["http", "https"] = "http"
    client_certificate: str | None = Field(None, min_length=1)
    arguments: list[str] = Field(default_factory=list)
    files: dict[Name, str] = Field(default_factory=dict)
    environment: dict[str, str] = Field(default_factory=dict)


class Identity(Entry):
    """A caller the system knows: the token it shows and the role it has.

    ``routes`` are those that it may use, all where none are named; one that is ``expired`` is refused.
    """

    token: str
    role: Name
    routes: list[Name] | None = None
    expired: bool = False


class DeclaredRefusal(Entry):
    """How a refusal shows: the HTTP status and, where the system promises words, a text that the answer must contain.

    A plain number is the status alone: then the kind of the refusal and its status decide. ``kind`` is what the
    answer has at the path ``errors.kind``.
    """

    status: int
    says: str = ""
    kind: str = ""


def status_alone(given: object) -> object:
    """A plain number is the status of a refusal alone."""
    return given if isinstance(given, dict | DeclaredRefusal) else {"status": given}


def pattern(given: str) -> str:
    """See that a text is a regular expression."""
    try:
        re.compile(given)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return given
