"""The system under test as a container: a service of its compose file, with a data folder that the suite can reach."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

from support.base.entries import ContainerEntry
from support.base.outcomes import UsageError
from support.base.settings import Settings
from support.base.systems import System
from support.deployments.containers import compose
from support.deployments.containers.host import ContainerHost
from support.deployments.containers.images import Build
from support.deployments.containers.server import ContainerServer, Launch
from support.deployments.containers.spec import ContainerSpec, Mount
from support.deployments.process import filled, make_folders
from support.deployments.readiness import ready_path
from support.deployments.secrets import secrets_of
from support.deployments.templates import render

ANY_ADDRESS = "0.0.0.0"


class ContainerDeployment(ContainerServer):
    """One container of a system, as ``deployments.container`` of its definition has it run.

    Everything about it stands in the compose file, but for the image, the published port, the network and the folder
    that its data is kept in. ``environment`` is added to the settings; None takes one out. ``image`` is another image
    than the one built from the repository, ``mounts`` are more files that it sees.
    """

    def __init__(
        self,
        system: System,
        environment: Mapping[str, str | None],
        settings: Settings,
        scratch: Path,
        host: ContainerHost,
    ) -> None:
        if system.deployments.container is None:
            raise UsageError(f"{system.path}: deployments has no container, so {system.says} cannot be run as one")
        self.system = system
        self.entry: ContainerEntry = system.deployments.container
        self.data = scratch.resolve() / "data"
        self.data.mkdir(parents=True, exist_ok=True)
        self.files = system.paths(self.data)
        """Where the files that the definition names are on this machine."""
        self.mounts: list[Mount] = []
        self.image: str | None = None
        self.network = host.network
        self.variables: dict[str, str] = {}
        """What variables of the compose file stand for, besides its settings."""
        self.changes: dict[str, object] = {}
        """Fields of the specification that a scenario has otherwise, such as another limit of memory."""
        self.disk: int | None = None
        """Megabytes of a disk of its own for its data, which goes with its end; by default a folder of this machine."""
        self._added = dict(environment)
        make_folders(system, self.files)
        render(system, self.files, self._bindings())
        super().__init__(host, self._launched, settings, scratch.resolve())

    @property
    def environment(self) -> dict[str, str | None]:
        """The settings it is given, placeholders filled in with what is true inside the container."""
        return filled({**self.entry.environment, **self._added}, self._bindings(), str(self.system.path))

    @property
    def grace(self) -> float | None:
        """Seconds that its compose file gives it to stop."""
        return self._specification().stop_grace

    def set_environment(self, environment: Mapping[str, str | None]) -> None:
        """Add other settings; they count from the next start on."""
        self._added.update(environment)

    def secrets(self) -> list[str]:
        """Tokens, and the values of secret settings."""
        return secrets_of(self.system, self.environment)

    def lend(self, file: Path) -> None:
        """Let nobody but the container's user read a file that it is given."""
        hand_over(file, self._specification().user)
        file.chmod(0o400)

    def build(self) -> Build:
        """What its image is built from."""
        return build_of(self.system.here / self.entry.compose, self.entry.service)

    def _bindings(self) -> dict[str, str]:
        return self.system.bindings(Path(self.entry.data), ANY_ADDRESS, self.entry.port)

    def _launched(self) -> Launch:
        spec = self._specification()
        spec.image = self.image or self.host.image(self.build())
        spec.network = self.network
        spec.user = hand_over(self.data, spec.user)
        spec.mounts = [*spec.mounts, *self.mounts]
        if self.disk is None:
            spec.mounts.append(Mount(self.data, self.entry.data))
        else:
            spec.tmpfs[self.entry.data] = _small_disk(self.disk, spec.user)
        for name, value in self.changes.items():
            setattr(spec, name, value)
        return Launch(self.system.says, spec, self.entry.port, ready_path(self.system))

    def _specification(self) -> ContainerSpec:
        settings = self.environment
        given = {**self.variables, **{name: value for name, value in settings.items() if value is not None}}
        spec = compose.specification(self.system.here / self.entry.compose, self.entry.service, given)
        merged: dict[str, str | None] = {**{k: v for k, v in spec.environment.items() if v}, **settings}
        spec.environment = {name: value for name, value in merged.items() if value is not None}
        return spec


def build_of(path: Path, service: str) -> Build:
    """What the image of a service is built from. Raises UsageError if its compose file does not say."""
    entry = compose.read(path, {}).services[service]
    if entry.build is None:
        raise UsageError(f"{path}: services.{service} has no build, so its image cannot be made from the repository")
    context = (path.parent / entry.build.context).resolve()
    return Build(context, context / entry.build.dockerfile, entry.build.args)


def hand_over(data: Path, user: str | None) -> str | None:
    """Let the container's user write its data; who is not root cannot give files away, and lends his own number."""
    if os.geteuid() != 0:
        return f"{os.geteuid()}:{os.getegid()}"
    if user is not None:
        owner, _, group = user.partition(":")
        for each in (data, *data.rglob("*")):
            with contextlib.suppress(FileNotFoundError):  # another replica on the same folder took it away meanwhile
                os.chown(each, int(owner), int(group or owner), follow_symlinks=False)
    return user


def _small_disk(megabytes: int, user: str | None) -> str:
    """The options of a disk in memory that its container's user owns."""
    owner, _, group = (user or "0").partition(":")
    return f"size={megabytes}m,mode=0700,uid={owner},gid={group or owner}"
