"""Builds the images of a system's compose file under the names that the file has for them, for people to run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from support.base.outcomes import UsageError
from support.base.settings import Settings
from support.base.systems import System
from support.deployments.containers import compose, engine
from support.deployments.containers.deployment import build_of
from support.deployments.containers.images import Images


@dataclass(frozen=True, slots=True)
class NamedImage:
    """An image that people can run: its names, the suite's own last, its size in bytes, and what it is built on."""

    name: str
    digest_name: str
    size: int
    base: str


def images(system: System, settings: Settings, version: str | None, say: Callable[[str], None]) -> Iterator[NamedImage]:
    """Each image that the compose file can build, named as it says there or with another version.

    Raises UsageError for a system without compose file, NotVerified where no engine answers or no base can be had,
    BuildFailed.
    """
    if system.deployments.container is None:
        raise UsageError(f"{system.path}: deployments has no container, so there is no image to build")
    path = system.here / system.deployments.container.compose
    answering = engine.connect()
    try:
        building = Images(answering, settings.base_image, settings.run_id, say)
        named = {service.image: name for name, service in compose.read(path, {}).services.items() if service.build}
        for image, service in named.items():
            build = build_of(path, service)
            built = building.of(build)
            name = _versioned(image, version)
            answering.name_image(built.id, name)
            yield NamedImage(name, building.tag(build), built.size, building.base.note)
    finally:
        answering.close()


def _versioned(image: str, version: str | None) -> str:
    """The name with another version, or else with its own; a colon before the last slash is that of a port."""
    folder, slash, last = image.rpartition("/")
    repository, _, own = last.partition(":")
    return f"{folder}{slash}{repository}:{version or own or 'latest'}"
