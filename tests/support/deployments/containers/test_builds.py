"""Real builds: cached, and nothing is left of those that fail, are interrupted, or die with the suite."""

from __future__ import annotations

import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.base.settings import ROOT
from support.base.waiting import until
from support.deployments.containers import images, labels, sweeping
from support.deployments.containers.builder import BuildFailed
from support.deployments.containers.engine import Engine, Leftover
from support.deployments.containers.images import Build, Images

from .tiny_system import needs_engine

STAGES = """\
ARG BASE_IMAGE
FROM ${{BASE_IMAGE}} AS build
COPY {name}/server.py /server.py
RUN touch /{name}
FROM ${{BASE_IMAGE}}
COPY --from=build /server.py /server.py
RUN {last}
"""
SUITE = """
import sys
from pathlib import Path
from support.deployments.containers import engine, images
images.CACHE = Path(sys.argv[2])
path = Path(sys.argv[1])
images.Images(engine.connect(), None, "cut-short", print).of(images.Build(path.parents[1], path))
"""


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, real: Engine) -> Iterator[Build]:
    monkeypatch.setattr(images, "CACHE", tmp_path / "cache")
    folder = tmp_path / f"built-{uuid.uuid4().hex[:8]}"
    folder.mkdir()
    (folder / "server.py").write_text("print('hello')")
    yield Build(tmp_path, write(folder / "Dockerfile", "true"))
    for image in left(real, folder.name):
        assert all(map(real.remove_image, image)), image
    assert left(real, folder.name) == []


def write(dockerfile: Path, last: str) -> Path:
    dockerfile.write_text(STAGES.format(name=dockerfile.parent.name, last=last))
    return dockerfile


def left(real: Engine, name: str) -> list[tuple[str, ...]]:
    """The names, or else the id, of each image that builds of this name have left."""
    return sorted(each.tags or (each.id,) for each in real.images(labels.CACHE, f"signoff-{name}"))


def steps() -> list[str]:
    """The containers in which a step of a build runs: they have no name of ours."""
    listed = subprocess.run(
        ["docker", "ps", "-a", "--format", "{{.ID}} {{.Command}}", "--no-trunc"],
        capture_output=True,
        text=True,
        check=True,
    )
    return listed.stdout.splitlines()


def built(real: Engine, build: Build) -> str:
    return Images(real, None, "builds", lambda _: None).build(build).id


def cut_short(build: Build, number: signal.Signals) -> None:
    """Have another process build the image, and send it a signal in the last step."""
    mark = f"sleep 6{int(uuid.uuid4().hex[:6], 16)}"
    write(build.dockerfile, mark)
    suite = subprocess.Popen(
        [sys.executable, "-c", SUITE, str(build.dockerfile), str(build.context / "cache")],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until(lambda: any(mark in line for line in steps()), 60, "the last step to begin")
    suite.send_signal(number)
    suite.wait(30)
    until(lambda: not any(mark in line for line in steps()), 20, "the engine to end the step")


@pytest.fixture
def at_once(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the sweep take builds of this test, and no others, for cut short without waiting."""
    every, mine = Engine.unfinished, f"signoff-{build.dockerfile.parent.name}"

    def unfinished(self: Engine, before: float) -> list[Leftover]:
        return [each for each in every(self, before + 3600) if each.labels[labels.CACHE] == mine]

    monkeypatch.setattr(Engine, "unfinished", unfinished)


@needs_engine
def test_a_second_build_is_the_same_image_and_stages_keep_their_names(build: Build, real: Engine) -> None:
    first = built(real, build)
    assert built(real, build) == first
    name, version = f"signoff-{build.dockerfile.parent.name}", Images(real, None, "", print).tag(build).split(":")[1]
    assert left(real, build.dockerfile.parent.name) == [(f"{name}-stage1:{version}",), (f"{name}:{version}",)]


@needs_engine
def test_a_build_that_fails_tells_what_it_said_last_and_leaves_nothing(build: Build, real: Engine) -> None:
    write(build.dockerfile, "echo the last words; exit 3")
    with pytest.raises(BuildFailed, match=r"returned a non-zero code: 3; it said last:(.|\n)*the last words"):
        built(real, build)
    assert left(real, build.dockerfile.parent.name) == []
    assert [step for step in steps() if "the last words" in step] == []


@needs_engine
def test_a_build_that_fails_takes_nothing_of_an_earlier_one_with_it(build: Build, real: Engine) -> None:
    good = built(real, build)
    kept = left(real, build.dockerfile.parent.name)
    write(build.dockerfile, "false")
    with pytest.raises(BuildFailed):
        built(real, build)
    assert left(real, build.dockerfile.parent.name) == kept
    write(build.dockerfile, "true")
    assert built(real, build) == good


@needs_engine
def test_a_build_that_is_interrupted_leaves_nothing(build: Build, real: Engine) -> None:
    cut_short(build, signal.SIGINT)
    assert left(real, build.dockerfile.parent.name) == []


@needs_engine
def test_what_a_killed_build_left_is_spared_while_a_living_one_may_need_it(build: Build, real: Engine) -> None:
    cut_short(build, signal.SIGKILL)
    unnamed = left(real, build.dockerfile.parent.name)
    assert unnamed
    sweeping.sweep()
    assert left(real, build.dockerfile.parent.name) == unnamed


@needs_engine
@pytest.mark.usefixtures("at_once")
def test_what_a_killed_build_left_is_swept(build: Build, real: Engine) -> None:
    cut_short(build, signal.SIGKILL)
    assert left(real, build.dockerfile.parent.name)
    assert any("the building of an image was cut short; removed" in note for note in sweeping.sweep())
    assert left(real, build.dockerfile.parent.name) == []


@needs_engine
@pytest.mark.usefixtures("at_once")
def test_images_with_a_name_are_never_swept(build: Build, real: Engine) -> None:
    built(real, build)
    kept = left(real, build.dockerfile.parent.name)
    assert not any("building" in note for note in sweeping.sweep())
    assert left(real, build.dockerfile.parent.name) == kept
