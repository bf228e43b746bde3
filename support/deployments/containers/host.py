"""Where one process of a run keeps its containers: the engine, the images, and a network that ends with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from support.base.settings import Settings
from support.deployments.containers import engine, labels
from support.deployments.containers.container import Container
from support.deployments.containers.engine import Engine
from support.deployments.containers.images import Build, Images
from support.deployments.containers.spec import ContainerSpec
from support.deployments.containers.sweeping import removed


class ContainerHost:
    """Makes containers for one system in one process of a run. Nothing that it made is there after close().

    Everything is asked of the engine only when it is needed first; NotVerified is raised where none answers.
    """

    def __init__(self, settings: Settings, say: Callable[[str], None] | None = None, system: str = "") -> None:
        self._settings, self._system = settings, system
        self._say = say or (lambda _: None)
        self._made = 0
        self.used: dict[str, str] = {}
        """The images that containers were made of: name → digest of what is in it."""
        self._images: dict[tuple[Path, tuple[tuple[str, str], ...]], str] = {}

    @cached_property
    def engine(self) -> Engine:
        """The engine of this machine."""
        return engine.connect()

    @cached_property
    def images(self) -> Images:
        """The images, built when something that goes into them has changed."""
        return Images(self.engine, self._settings.base_image, self._settings.run_id, self._say, self._system)

    @cached_property
    def network(self) -> str:
        """The network that all containers of this process share."""
        return self.new_network("net")[0]

    @cached_property
    def gateway(self) -> str:
        """This machine's address on that network: what listens there is reached by the containers and no one else."""
        return self.engine.gateway(self.network)

    def new_network(self, name: str) -> tuple[str, str]:
        """Another network of this run's: its name, and this machine's address on it."""
        full = self.name(name)
        return full, self.engine.create_network(full, self._settings.run_id, self._system)

    def image(self, build: Build) -> str:
        """The id of the image of a Dockerfile as it stood when it was asked for first: one run, one image."""
        key = (build.dockerfile, tuple(sorted(build.arguments.items())))
        if key not in self._images:
            self._images[key] = self.images.of(build).id
            self.used[self.images.tag(build)] = self._images[key]
        return self._images[key]

    def variant(self, dockerfile: Path, stage: str, of: str) -> str:
        """The id of an image of this run's own: a stage of a Dockerfile that changes another image."""
        key = (dockerfile, (("IMAGE", of), ("stage", stage)))
        if key not in self._images:
            self._images[key] = self.images.variant(dockerfile, stage, of, f"{self.name('variant')}:{stage}").id
        return self._images[key]

    def create(self, name: str, spec: ContainerSpec) -> Container:
        """A container of this run's, not started yet."""
        return self.engine.create(self.name(name), spec, self._settings.run_id, self._system)

    def name(self, of: str) -> str:
        """A name that no other run, process of this run or system in it gives: ``signoff-3f2a-caio-main-4-caio``."""
        self._made += 1
        of_whom = (self._settings.run_id, self._system, self._settings.shard, str(self._made), of)
        return "-".join(["signoff", *filter(None, of_whom)])

    def close(self) -> list[str]:
        """Remove all that this host made. Returns what had been left, in words: each is a fault of the suite's."""
        if "engine" not in self.__dict__:
            return []
        mine = labels.of_run(self._settings.run_id, self._system)
        ours = (labels.OWNER, labels.SYSTEM)
        left = [
            each
            for each in self.engine.leftovers(self._settings.run_id)
            if all(each.labels.get(label) == mine.get(label) for label in ours)
        ]
        removed(self.engine, left)
        self.engine.close()
        del self.__dict__["engine"]
        return [f"{each} was still there" for each in left if each.kind == "container"]
