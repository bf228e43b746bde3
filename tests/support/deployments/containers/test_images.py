"""Images are named by what goes into them, built from a context that is always the same, and old ones are removed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from support.base.outcomes import UsageError
from support.deployments.containers import images, labels
from support.deployments.containers.build_log import BuildLog
from support.deployments.containers.engine import Engine
from support.deployments.containers.images import KEPT, Build, Images

from .conftest import FakeEngine, facts

DOCKERFILE = """\
ARG BASE_IMAGE
FROM ${BASE_IMAGE} AS build
COPY tiny/*.lis[tz] wheelhouse* /wheels/
COPY --chown=1:1 --from=build /etc/passwd /etc/passwd
COPY tiny/tiny other/notes.txt /opt/
FROM ${BASE_IMAGE}
COPY --from=build /opt /opt
"""


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Build:
    monkeypatch.setattr(images, "CACHE", tmp_path / "cache")
    context = tmp_path / "systems"
    for name in (
        "tiny/tiny/main.py",
        "tiny/tiny/deep/er.py",
        "tiny/README.md",
        "other/notes.txt",
        "other/more.txt",
        "tiny/a.list",
    ):
        (context / name).parent.mkdir(parents=True, exist_ok=True)
        (context / name).write_text(f"the contents of {name}")
    (context / "tiny/Dockerfile").write_text(DOCKERFILE)
    return Build(context, context / "tiny/Dockerfile")


def made(engine: FakeEngine) -> Images:
    return Images(cast(Engine, engine), None, "run", lambda _: None)


def append(name: str) -> Callable[[Build], None]:
    def change(build: Build) -> None:
        path = build.context / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as file:
            file.write("\n")

    return change


def test_the_name_says_whose_it_is_and_stays_while_nothing_changes(build: Build, fake: FakeEngine) -> None:
    tag = made(fake).tag(build)
    assert tag.startswith("signoff-tiny:")
    assert made(fake).tag(build) == tag


@pytest.mark.parametrize(
    "name", ["tiny/Dockerfile", "tiny/tiny/main.py", "tiny/tiny/deep/new.py", "tiny/b.list", "other/notes.txt"]
)
def test_the_name_changes_with_what_goes_in(build: Build, fake: FakeEngine, name: str) -> None:
    before = made(fake).tag(build)
    append(name)(build)
    assert made(fake).tag(build) != before


@pytest.mark.parametrize(
    "name",
    ["tiny/README.md", "other/more.txt", "tiny/tiny/__pycache__/main.pyc", "tiny/tiny/x.egg-info/PKG", "new/a.py"],
)
def test_the_name_does_not_change_with_anything_else(build: Build, fake: FakeEngine, name: str) -> None:
    before = made(fake).tag(build)
    append(name)(build)
    os.utime(build.context / "tiny/tiny/main.py", (1, 1))
    (build.context / "tiny/tiny/main.py").chmod(0o755)
    assert made(fake).tag(build) == before


def test_the_name_changes_with_where_a_file_is_with_the_base_and_with_arguments(build: Build, fake: FakeEngine) -> None:
    before = made(fake).tag(build)
    with_argument = Build(build.context, build.dockerfile, {"VERSION": "2"})
    other_base = FakeEngine({name: facts("sha256:other", name) for name in fake.here})
    assert len({before, made(fake).tag(with_argument), made(other_base).tag(build)}) == 3
    (build.context / "tiny/tiny/main.py").rename(build.context / "tiny/tiny/mein.py")
    assert made(fake).tag(build) != before


def test_the_context_holds_what_is_copied_and_is_the_same_from_build_to_build(build: Build, fake: FakeEngine) -> None:
    made(fake).build(build)
    for path in build.context.rglob("*"):
        os.utime(path, (1, 1))
    append("tiny/README.md")(build)
    made(fake).build(build)
    (_, held, first, arguments), (_, _, second, _) = fake.built
    assert set(held) == {"Dockerfile", "tiny/tiny/main.py", "tiny/tiny/deep/er.py", "tiny/a.list", "other/notes.txt"}
    assert hashlib.sha256(first).digest() == hashlib.sha256(second).digest()
    assert arguments == {"BASE_IMAGE": "python:3.11-slim"}


def test_each_stage_is_labelled_so_that_nothing_of_a_build_goes_unnoticed(build: Build, fake: FakeEngine) -> None:
    made(fake).build(build)
    lines = fake.built[0][1]["Dockerfile"].decode().splitlines()
    after = [lines[at + 1] for at, line in enumerate(lines) if line.startswith("FROM")]
    assert after == [f'LABEL {labels.CACHE}="signoff-tiny"'] * 2


def test_an_image_is_built_only_when_something_has_changed(build: Build, fake: FakeEngine) -> None:
    first = made(fake).of(build)
    assert made(fake).of(build).id == first.id
    append("other/notes.txt")(build)
    assert made(fake).of(build).id != first.id
    assert len(fake.built) == 2


def test_old_images_are_removed_but_those_used_lately_and_those_that_people_named(
    build: Build, fake: FakeEngine
) -> None:
    marks, long_ago = {labels.CACHE: "signoff-tiny"}, datetime.now(UTC) - timedelta(days=1)
    for number in range(KEPT + 2):
        for repository in ("signoff-tiny", "signoff-tiny-stage1"):
            name = f"{repository}:{number:012x}"
            when = long_ago - timedelta(hours=number)
            fake.here[name] = facts(f"sha256:{name}", name, marks=marks, named=when)
    fake.here["signoff-tiny:1.0.0"] = facts("sha256:people", "signoff-tiny:1.0.0", marks=marks, named=long_ago)
    made(fake).build(build)
    gone = [f"{KEPT - 1 + number:012x}" for number in range(3)]
    assert sorted(fake.removed) == sorted(
        f"{name}:{one}" for one in gone for name in ("signoff-tiny", "signoff-tiny-stage1")
    )


def test_images_used_lately_are_spared_however_many_they_are(build: Build, fake: FakeEngine) -> None:
    for number in range(KEPT + 2):
        name = f"signoff-tiny:{number:012x}"
        fake.here[name] = facts(f"sha256:{number}", name, marks={labels.CACHE: "signoff-tiny"})
    made(fake).build(build)
    assert fake.removed == []


def test_an_image_that_is_used_again_counts_as_used_now(build: Build, fake: FakeEngine) -> None:
    images_of = made(fake)
    tag = images_of.build(build).tags[0]
    fake.here[tag] = facts("sha256:1", tag, named=datetime.now(UTC) - timedelta(days=1))
    images_of.of(build)
    assert datetime.now(UTC) - fake.here[tag].named < timedelta(hours=1)


def test_without_a_dockerfile_nothing_can_be_built(build: Build, fake: FakeEngine) -> None:
    build.dockerfile.unlink()
    with pytest.raises(UsageError, match=r"there is no .*Dockerfile, from which an image could be built"):
        made(fake).of(build)


def test_what_a_build_made_is_told_from_what_was_there() -> None:
    log = BuildLog()
    for line in (
        "Step 1/6 : FROM base AS build\n",
        " ---> 000000000000\n",
        "Step 2/6 : RUN one\n",
        " ---> Using cache\n",
        " ---> 111111111111\n",
        "Step 3/6 : RUN two\n ---> Running in aaaaaaaaaaaa\n",
        "Removing intermediate container aaaaaaaaaaaa\n",
        " ---> 222222222222\n",
        "Step 4/6 : FROM base\n ---> 000000000000\n",
        "Step 5/6 : COPY --from=build /a /a\n ---> 333333333333\n",
        "Step 6/6 : RUN false\n ---> Running in bbbbbbbbbbbb\n",
    ):
        log.add({"stream": line})
    log.add({"error": "it returned a non-zero code: 1", "errorDetail": {}})
    assert (log.made, log.stages) == (["222222222222", "333333333333"], ["222222222222"])
    assert log.error == "it returned a non-zero code: 1"
    assert log.last_lines.endswith("  Step 6/6 : RUN false\n   ---> Running in bbbbbbbbbbbb")
