"""A tiny system that runs as a container, and how tests say that they need an engine for it."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest

from support.base import systems
from support.base.systems import System
from support.deployments.containers import engine, labels

Test = TypeVar("Test", bound=Callable[..., Any])

DOCKERFILE = """\
ARG BASE_IMAGE
FROM ${BASE_IMAGE} AS build
COPY @/server.py /built/server.py
FROM ${BASE_IMAGE}
COPY --from=build /built/server.py /server.py
"""
COMPOSE = """\
services:
  tiny:
    image: tiny
    build: {context: .., dockerfile: @/Dockerfile}
    command: [python3, /server.py, "8000"]
    environment: {TINY_HOST: 0.0.0.0, TINY_LOUD: "${TINY_LOUD:-no}"}
    user: "10009:10009"
    read_only: true
    init: true
    cap_drop: [ALL]
    mem_limit: 64m
    stop_grace_period: 4s
"""
DEFINITION = """\
name: tiny
says: Tiny
title: Tiny, a server for tests
version: "1.0"
deployments:
  container: {compose: compose.yaml, service: tiny, port: 8000, environment: {TINY_DATA: "{data}"}}
files: {notes: "{data}/notes.txt"}
endpoints: {ready: /ready}
"""


def needs_engine(test: Test) -> Test:
    """Decorator: say so and skip where no container engine answers, never on CI."""
    lacks = bool(engine.why_not()) and "CI" not in os.environ
    marked: Test = pytest.mark.containers(pytest.mark.skipif(lacks, reason=engine.why_not())(test))
    return marked


@contextmanager
def made(parent: Path) -> Iterator[System]:
    """The tiny system with a name, and so with images, of its own; these are gone afterwards."""
    name = f"tiny-{uuid.uuid4().hex[:8]}"
    folder = parent / name
    folder.mkdir()
    shutil.copy(Path(__file__).parents[1] / "tiny_server.py", folder / "server.py")
    for file, text in (("Dockerfile", DOCKERFILE), ("compose.yaml", COMPOSE), ("system.yaml", DEFINITION)):
        (folder / file).write_text(text.replace("@", name), encoding="utf-8")
    yield systems.load(folder / "system.yaml")
    if engine.why_not():
        return
    found = engine.connect()
    for image in found.images(labels.CACHE, f"signoff-{name}"):
        assert all(map(found.remove_image, image.tags)), image
    found.close()
