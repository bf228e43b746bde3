"""The container engine: what it is, its images, its networks, and the containers it makes."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from support.base.outcomes import NotVerified
from support.deployments.containers import builder, labels, leftover_probe, sdk
from support.deployments.containers.container import Container
from support.deployments.containers.sdk import EngineTrouble, Gone, calling
from support.deployments.containers.spec import ContainerSpec

_LOOK = 5.0
"""Seconds in which an engine must say that it is there."""
_PATIENCE = 120.0
"""Seconds for one call of the engine; stopping a container is the longest."""


@dataclass(frozen=True, slots=True)
class EngineFacts:
    """What the engine says of itself; ``root`` is the folder of its images and containers."""

    version: str
    api: str
    storage: str
    cgroup: str
    kernel: str
    root: str
    security: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """An image: its id (a digest), names, size in bytes and labels, and what its containers start with."""

    id: str
    tags: tuple[str, ...]
    size: int
    labels: Mapping[str, str]
    user: str
    health: tuple[str, ...]
    named: datetime
    """When it was given a name last."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """A container, network, volume or image that the suite made, with its labels."""

    kind: str
    id: str
    name: str
    labels: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


@functools.cache
def why_not() -> str:
    """Why containers cannot be had here; empty if an engine answers. Asked once per process."""
    try:
        with calling(f"no container engine answers at {leftover_probe.address()}"):
            client = sdk.client(_LOOK)
            kind = client.version().get("Os", "linux")
            client.close()
    except EngineTrouble as error:
        return str(error)
    return "" if kind == "linux" else f"the container engine runs {kind} containers, not linux"


def connect() -> Engine:
    """The engine of this machine. Raises NotVerified where none answers."""
    if reason := why_not():
        raise NotVerified(f"{reason}; `signoff doctor` tells how to get one")
    return Engine(sdk.client(_PATIENCE))


class Engine:
    """Images, networks and containers of one engine. What fails raises EngineTrouble in an operator's words."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def facts(self) -> EngineFacts:
        """What the engine says of itself."""
        with calling("the engine does not tell of itself"):
            told, version = self._client.info(), self._client.version()
        return EngineFacts(
            version=version.get("Version", "unknown"),
            api=version.get("ApiVersion", "unknown"),
            storage=told.get("Driver", "unknown"),
            cgroup=f"v{told.get('CgroupVersion', '1')} ({told.get('CgroupDriver', 'unknown')})",
            kernel=told.get("KernelVersion", "unknown"),
            root=told.get("DockerRootDir", "unknown"),
            security=tuple(told.get("SecurityOptions") or ()),
        )

    # -- images

    def image(self, name: str) -> ImageFacts | None:
        """An image that is here, by name or id; None if it is not."""
        try:
            with calling(f"the image {name} could not be looked at"):
                return _facts(self._client.images.get(name).attrs)
        except Gone:
            return None

    def images(self, label: str, value: str) -> list[ImageFacts]:
        """The images with this label, those named last first."""
        with calling("the images could not be listed"):
            found = self._client.images.list(filters={"label": f"{label}={value}"})
        return sorted((_facts(each.attrs) for each in found), key=lambda each: each.named, reverse=True)

    def unfinished(self, before: float) -> list[Leftover]:
        """What builds made that never came to their end: without a name, and made ``before`` (seconds of the epoch)."""
        with calling("the images could not be listed"):
            found = self._client.api.images(filters={"label": labels.CACHE, "dangling": True})
        return [
            Leftover("image", each["Id"], each["Id"], each["Labels"])
            for each in found
            if float(each["Created"]) < before and labels.RUN not in each["Labels"]
        ]

    def name_image(self, image: str, name: str) -> None:
        """Give an image a name, or the same one again, which says that it is in use."""
        repository, _, version = name.rpartition(":")
        with calling(f"the image {image} could not be named {name}"):
            self._client.api.tag(image, repository, version)

    def pull(self, name: str) -> str:
        """Fetch an image from its registry. Returns why that did not work; empty if it did."""
        repository, _, tag = name.rpartition(":")
        try:
            with calling(f"{name} could not be pulled"):
                self._client.images.pull(repository or name, tag=tag if repository else "latest")
        except EngineTrouble as error:
            return str(error)
        return ""

    def why_not_pullable(self, name: str) -> str:
        """Why the image could not be fetched from its registry, without fetching it; empty if it could."""
        try:
            with calling(f"{name} cannot be pulled"):
                self._client.images.get_registry_data(name)
        except EngineTrouble as error:
            return str(error)
        return ""

    def build(
        self, context: IO[bytes], tag: str, arguments: Mapping[str, str], marks: Mapping[str, str], target: str = ""
    ) -> ImageFacts:
        """Build an image from a tar of its context, with the engine's cache. Raises BuildFailed with its last lines.

        The stages before the last get names of their own, ``<image>-stage1:<version>``, since the cache of a later
        build lives on them. A build that fails, or is interrupted, leaves nothing of what it made.
        """
        stages = builder.build(self._client, context, tag, arguments, marks, target)
        repository, _, version = tag.rpartition(":")
        for number, stage in enumerate(() if target else stages, start=1):
            self.name_image(stage, f"{repository}-stage{number}:{version}")
        with calling(f"the image {tag} could not be looked at"):
            return _facts(self._client.images.get(tag).attrs)

    def import_image(self, archive: Path, tag: str, changes: Iterable[str]) -> ImageFacts:
        """Make an image of a tar of a root file system; ``changes`` are lines of a Dockerfile, such as its labels."""
        repository, _, version = tag.rpartition(":")
        with calling(f"the image {tag} could not be imported"):
            answer = self._client.api.import_image(
                src=str(archive), repository=repository, tag=version, changes=list(changes)
            )
            troubles = [told["error"] for line in str(answer).splitlines() if "error" in (told := json.loads(line))]
            if troubles:
                raise EngineTrouble(f"the image {tag} could not be imported: {troubles[0]}")
            return _facts(self._client.images.get(tag).attrs)

    def remove_image(self, name: str) -> bool:
        """Remove an image, or one of its names. False if it is not here, or a container uses it."""
        try:
            with calling(f"the image {name} could not be removed"):
                self._client.images.remove(name)
        except EngineTrouble:
            return False
        return True

    # -- containers and networks

    def create(self, name: str, spec: ContainerSpec, run_id: str, system: str = "") -> Container:
        """A container that is not started yet, labelled as this run's and system's."""
        marks = labels.of_run(run_id, system)
        with calling(f"the container {name} could not be made"):
            return Container(self._client.containers.create(**sdk.creation(name, spec, marks)))

    def create_network(self, name: str, run_id: str, system: str = "") -> str:
        """A network of this run's own. Returns the address that this machine has on it."""
        with calling(f"the network {name} could not be made"):
            self._client.networks.create(name, check_duplicate=True, labels=labels.of_run(run_id, system))
        return self.gateway(name)

    def remove_network(self, name: str) -> None:
        """Remove a network of this run's; nothing happens if it is gone."""
        try:
            with calling(f"the network {name} could not be removed"):
                self._client.networks.get(name).remove()
        except Gone:
            return

    def gateway(self, network: str) -> str:
        """The address that this machine has on a network."""
        with calling(f"the network {network} could not be looked at"):
            return str(self._client.networks.get(network).attrs["IPAM"]["Config"][0]["Gateway"])

    def connect(self, network: str, container: Container, aliases: Sequence[str] = (), address: str = "") -> None:
        """Put a container on a network, at an address of its own choice or ours."""
        with calling(f"{container.name} could not be put on the network {network}"):
            found = self._client.networks.get(network)
            found.connect(container.id, aliases=list(aliases) or None, ipv4_address=address or None)

    def disconnect(self, network: str, container: Container) -> None:
        """Take a container off a network, as if its cable were pulled."""
        with calling(f"{container.name} could not be taken off the network {network}"):
            self._client.networks.get(network).disconnect(container.id, force=True)

    # -- what is left

    def leftovers(self, run_id: str = "") -> list[Leftover]:
        """What the suite has made and what is still there, of one run or of every run; containers first."""
        wanted = {"label": f"{labels.RUN}={run_id}" if run_id else labels.RUN}
        with calling("what earlier runs left could not be listed"):
            containers = self._client.api.containers(all=True, filters=wanted)
            networks = self._client.api.networks(filters=wanted)
            volumes = self._client.api.volumes(filters=wanted).get("Volumes") or []
            images = self._client.api.images(filters=wanted)
        return [
            *(Leftover("container", each["Id"], each["Names"][0].lstrip("/"), each["Labels"]) for each in containers),
            *(Leftover("network", each["Id"], each["Name"], each["Labels"]) for each in networks),
            *(Leftover("volume", each["Name"], each["Name"], each["Labels"]) for each in volumes),
            *(Leftover("image", each["Id"], _image_name(each), each["Labels"]) for each in images),
        ]

    def remove(self, leftover: Leftover) -> None:
        """Remove a container, network, volume or image; nothing happens if it is gone, or somebody removes it now."""
        api = self._client.api
        try:
            with calling(f"{leftover} could not be removed"):
                match leftover.kind:
                    case "container":
                        api.remove_container(leftover.id, v=True, force=True)
                    case "network":
                        api.remove_network(leftover.id)
                    case "image":
                        api.remove_image(leftover.name)
                    case _:
                        api.remove_volume(leftover.id, force=True)
        except Gone:
            return
        except EngineTrouble as error:
            if "already in progress" not in str(error):
                raise


def _image_name(found: Mapping[str, Any]) -> str:
    """What an image is removed by: its name, as one that others are built on cannot be removed by its id."""
    return str(next((tag for tag in found.get("RepoTags") or () if tag != "<none>:<none>"), found["Id"]))


def _facts(found: Mapping[str, Any]) -> ImageFacts:
    starts = found.get("Config") or {}
    return ImageFacts(
        id=found["Id"],
        tags=tuple(found.get("RepoTags") or ()),
        size=int(found["Size"]),
        labels=starts.get("Labels") or {},
        user=starts.get("User") or "",
        health=tuple((starts.get("Healthcheck") or {}).get("Test") or ()),
        named=datetime.fromisoformat((found.get("Metadata") or {}).get("LastTagTime") or found["Created"]),
    )
