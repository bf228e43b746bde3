"""An engine that only notes what it is asked for, and the real one where there is one."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, cast

import pytest

from support.base.settings import Settings, Timeouts
from support.base.systems import System
from support.deployments.containers import base_image, engine, labels
from support.deployments.containers.deployment import ContainerDeployment
from support.deployments.containers.engine import Engine, ImageFacts
from support.deployments.containers.host import ContainerHost

from . import tiny_system

needs_engine = tiny_system.needs_engine


def facts(id: str, *names: str, marks: Mapping[str, str] | None = None, named: datetime | None = None) -> ImageFacts:
    """What an engine says of an image."""
    return ImageFacts(id, names, 1, marks or {}, "", (), named or datetime.now(UTC))


@dataclass(slots=True)
class FakeEngine:
    """Holds images by name; builds are noted with what came in, by path."""

    here: dict[str, ImageFacts] = field(default_factory=dict)
    pullable: dict[str, ImageFacts] = field(default_factory=dict)
    built: list[tuple[str, dict[str, bytes], bytes, dict[str, str]]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)

    def image(self, name: str) -> ImageFacts | None:
        return self.here.get(name)

    def images(self, label: str, value: str) -> list[ImageFacts]:
        by_id: dict[str, ImageFacts] = {}
        for name, image in self.here.items():
            if image.labels.get(label) == value:
                names = (*by_id[image.id].tags, name) if image.id in by_id else (name,)
                by_id[image.id] = replace(image, tags=names)
        return sorted(by_id.values(), key=lambda image: image.named, reverse=True)

    def pull(self, name: str) -> str:
        if name not in self.pullable:
            return f"{name} could not be pulled: there is no network"
        self.here[name] = self.pullable[name]
        return ""

    def name_image(self, image: str, name: str) -> None:
        found = next(each for each in self.here.values() if each.id == image)
        self.here[name] = replace(found, named=datetime.now(UTC))

    def remove_image(self, name: str) -> bool:
        self.removed.append(name)
        return self.here.pop(name, None) is not None

    def build(
        self, context: IO[bytes], tag: str, arguments: Mapping[str, str], marks: Mapping[str, str], target: str = ""
    ) -> ImageFacts:
        sent = context.read()
        with tarfile.open(fileobj=io.BytesIO(sent)) as tar:
            held = {entry.name: cast(IO[bytes], tar.extractfile(entry)).read() for entry in tar}
        self.built.append((tag, held, sent, dict(arguments)))
        given = {**marks, labels.CACHE: tag.partition(":")[0]}
        self.here[tag] = facts(f"sha256:{len(self.built)}", tag, marks=given)
        return self.here[tag]


@pytest.fixture
def fake() -> FakeEngine:
    """An engine that has Python's base image."""
    return FakeEngine({base_image.OFFICIAL: facts("sha256:base", base_image.OFFICIAL)})


@pytest.fixture
def real() -> Iterator[Engine]:
    """The engine of this machine."""
    found = engine.connect()
    yield found
    found.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(reports=tmp_path / "reports", timeouts=Timeouts(start=20, stop=5))


@pytest.fixture
def host(settings: Settings) -> Iterator[ContainerHost]:
    """Where a test keeps its containers; it must have removed them itself."""
    made = ContainerHost(settings)
    yield made
    assert made.close() == []


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A tiny system that runs as a container."""
    with tiny_system.made(tmp_path_factory.mktemp("systems")) as system:
        yield system


@pytest.fixture
def make(tiny: System, host: ContainerHost, settings: Settings, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Makes containers of the tiny system, and removes them after the test."""
    made: list[ContainerDeployment] = []

    def deployment(limits: Settings = settings, **environment: str | None) -> ContainerDeployment:
        made.append(ContainerDeployment(tiny, environment, limits, tmp_path / f"scratch-{len(made)}", host))
        return made[-1]

    yield deployment
    for each in made:
        each.close()
