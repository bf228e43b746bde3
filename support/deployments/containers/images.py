"""Builds the image of a Dockerfile when something that goes into it has changed, and not otherwise."""

from __future__ import annotations

import fcntl
import hashlib
import io
import re
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import IO

from support.base.outcomes import Broken, UsageError
from support.base.places import PROJECT
from support.base.text import decoded
from support.deployments.containers import base_image, labels, wheelhouse
from support.deployments.containers.base_image import Base
from support.deployments.containers.engine import Engine, ImageFacts
from support.deployments.containers.spec import ContainerSpec

CACHE = PROJECT / "build" / "containers"
"""Folder of what builds need again: wheels, and the lock that lets one build run at a time."""
INPUTS = "org.signoff.inputs"
"""Label with the digest of all that went into an image."""
TOOLS = Path(__file__).with_name("tools.Dockerfile")
KEPT = 6
"""Images of one Dockerfile that are kept, those used last; others are removed when another is built."""
SPARED = timedelta(hours=2)
"""For how long an image is kept after its last use in any case: another run may be using it now."""

_COPY = re.compile(r"^COPY\s+(?P<paths>.+?)\s+\S+\s*$", re.MULTILINE)
_WHEELHOUSE = "wheelhouse"
"""Folder of the context that the suite fills itself; a Dockerfile copies ``wheelhouse*``, as it may be missing."""
_LEFT_OUT = ("__pycache__", ".egg-info", ".pyc")
_DIGITS = 12
_LOOK = 30.0
"""Seconds in which a base must say which Python it has."""


@dataclass(frozen=True, slots=True)
class Build:
    """What an image is built from: the folder it may copy from, its Dockerfile, and arguments besides the base."""

    context: Path
    dockerfile: Path
    arguments: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What its images are called: ``signoff-caio`` for ``systems/caio/Dockerfile``."""
        return f"signoff-{'tools' if self.dockerfile == TOOLS else self.dockerfile.parent.name}"

    @property
    def requirements(self) -> Path:
        """The pinned packages that it needs wheels of; may not exist."""
        return self.dockerfile.with_name("requirements.txt")

    def files(self) -> Iterator[tuple[str, Path]]:
        """The files that its Dockerfile copies, by their path in the context, without what Python leaves behind."""
        for found in _COPY.finditer(self.dockerfile.read_text(encoding="utf-8")):
            words = found["paths"].split()
            if any(word.startswith("--from") for word in words):
                continue  # out of another image
            for name in words:
                if not name.startswith(("--", _WHEELHOUSE)):
                    yield from self._matching(name)

    def _matching(self, name: str) -> Iterator[tuple[str, Path]]:
        if not set(name) & set("*?["):
            yield from _below(name, self.context / name)
            return
        for path in sorted(self.context.glob(name)):
            yield from _below(path.relative_to(self.context).as_posix(), path)


class Images:
    """The images of one engine."""

    def __init__(
        self, engine: Engine, wanted_base: str | None, run_id: str, say: Callable[[str], None], system: str = ""
    ) -> None:
        self._engine, self._wanted, self._run_id, self._say = engine, wanted_base, run_id, say
        self._system = system
        self._base: Base | None = None

    @property
    def base(self) -> Base:
        """The base of all images. Raises NotVerified where none can be had."""
        if self._base is None:
            with _one_at_a_time():
                self._base = base_image.choose(self._engine, self._wanted, self._say)
            if self._base.name == base_image.local_name():
                self._say(f"images are built on {self._base.note}")
        return self._base

    def of(self, build: Build) -> ImageFacts:
        """The image of a Dockerfile as it stands now: the one built earlier, if nothing has changed since."""
        tag = self.tag(build)
        if image := self._engine.image(tag):
            self._engine.name_image(image.id, tag)  # another run, which builds, sees that it is in use
            return image
        return self.build(build)

    def build(self, build: Build) -> ImageFacts:
        """Build the image anew, with the engine's cache. Raises BuildFailed, or NotVerified without base or wheels."""
        tag, base = self.tag(build), self.base
        with _one_at_a_time():
            self._say(f"building the image {tag}")
            arguments = {**build.arguments, "BASE_IMAGE": base.name}
            with tempfile.TemporaryFile() as context:
                write_context(build, self._wheels(build, base), context)
                context.seek(0)
                image = self._engine.build(context, tag, arguments, {INPUTS: self._digest(build)})
            self._remove_old(build)
        return image

    def variant(self, dockerfile: Path, stage: str, image: str, name: str) -> ImageFacts:
        """An image of this run's own, which goes with it: a stage of a Dockerfile that changes another image.

        The Dockerfile takes that image as its argument IMAGE and copies nothing. Raises BuildFailed.
        """
        marks = {**labels.of_run(self._run_id, self._system), labels.CACHE: "", INPUTS: ""}
        with tempfile.TemporaryFile() as context:
            _write_tar([("Dockerfile", _labelled(dockerfile.read_text(encoding="utf-8"), marks).encode())], context)
            context.seek(0)
            return self._engine.build(context, name, {"IMAGE": image}, {}, stage)

    def tools(self) -> ImageFacts:
        """The image of what stands beside a system: Prometheus, Alertmanager, HAProxy, iptables and such."""
        return self.of(Build(TOOLS.parent, TOOLS))

    def tag(self, build: Build) -> str:
        """The name of the image, which changes with anything that goes into it."""
        return f"{build.name}:{self._digest(build)[:_DIGITS]}"

    def _remove_old(self, build: Build) -> None:
        """Take away the names that were given here, of images that are used no more: what has no name left goes."""
        every = self._engine.images(labels.CACHE, build.name)
        named = [(image, name) for image in every for name in image.tags]
        ours = [(image, name) for image, name in named if re.fullmatch(rf"{build.name}:[0-9a-f]{{{_DIGITS}}}", name)]
        spared = datetime.now(UTC) - SPARED
        old = {name.partition(":")[2] for image, name in ours[KEPT:] if image.named < spared}
        for _, name in named:
            if name.partition(":")[2] in old:
                self._engine.remove_image(name)

    def _digest(self, build: Build) -> str:
        if not build.dockerfile.is_file():
            raise UsageError(f"there is no {build.dockerfile}, from which an image could be built")
        whole = hashlib.sha256(f"{self.base.image.id} {sorted(build.arguments.items())}".encode())
        for name, path in sorted([("Dockerfile", build.dockerfile), *build.files()]):
            whole.update(f"\n{name} {hashlib.sha256(path.read_bytes()).hexdigest()}".encode())
        return whole.hexdigest()

    def _wheels(self, build: Build, base: Base) -> list[Path]:
        if not build.requirements.is_file():
            return []
        return wheelhouse.wheels(build.requirements, self._python_of(base), CACHE / "wheels")

    def _python_of(self, base: Base) -> str:
        asking = "import sys; print('%d.%d' % sys.version_info[:2])"
        spec = ContainerSpec(base.name, ["python3", "-c", asking], network="none")
        container = self._engine.create(f"signoff-python-{self._run_id}", spec, self._run_id, self._system)
        try:
            container.start()
            if container.wait(_LOOK) != 0:
                raise Broken(f"the base image {base.name} has no python3: {decoded(container.logs())}")
            return decoded(container.logs()).strip()
        finally:
            container.remove()


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let the processes of a run, and of runs side by side, build one after the other: the next finds it done."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _below(name: str, path: Path) -> Iterator[tuple[str, Path]]:
    if path.is_file():
        yield name, path
        return
    for each in sorted(path.rglob("*")):
        if each.is_file() and not any(part.endswith(_LEFT_OUT) for part in each.relative_to(path).parts):
            yield f"{name}/{each.relative_to(path).as_posix()}", each


def write_context(build: Build, wheels: list[Path], target: IO[bytes]) -> None:
    """A tar in which only contents differ from build to build, so that the engine's cache holds."""
    dockerfile = _labelled(build.dockerfile.read_text(encoding="utf-8"), {labels.CACHE: build.name})
    files = [*build.files(), *((f"{_WHEELHOUSE}/{wheel.name}", wheel) for wheel in wheels)]
    contents = ((name, path.read_bytes()) for name, path in files)
    _write_tar(chain([("Dockerfile", dockerfile.encode())], contents), target)


def _write_tar(entries: Iterable[tuple[str, bytes]], target: IO[bytes]) -> None:
    with tarfile.open(fileobj=target, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in entries:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode, entry.mtime = len(content), 0o644, 0
            tar.addfile(entry, io.BytesIO(content))


def _labelled(dockerfile: str, marks: Mapping[str, str]) -> str:
    """The Dockerfile with labels at the beginning of each stage, so that what a failed build leaves has them too."""
    label = "LABEL " + " ".join(f'{name}="{value}"' for name, value in marks.items())
    return re.sub(r"^FROM .*$", lambda found: f"{found[0]}\n{label}", dockerfile, flags=re.MULTILINE)
