"""A tiny system with a real server and a real driver, and settings that keep everything in the test's own folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.base import systems
from support.base.settings import Settings, Timeouts
from support.base.systems import System
from support.deployments import LeasePool, ProcessDeployment

HERE = Path(__file__).parent

DEFINITION = f"""\
name: tiny
says: Tiny
title: Tiny, a server for tests
version: "1.0"
interfaces: [http, python]
deployments:
  process:
    command: ["{{python}}", "{HERE}/tiny_server.py", "{{port}}"]
    environment: {{TINY_DATA: "{{data}}"}}
  python:
    command: ["{{python}}", "{HERE}/tiny_driver.py"]
  remote: {{provides: [default, loud]}}
profiles:
  loud: {{environment: {{TINY_LOUD: "yes", TINY_SECRET_KEY: "a-long-secret"}}}}
files: {{notes: "{{data}}/notes.txt", contracts: "{{data}}/contracts/"}}
endpoints: {{ready: /ready}}
identities: {{admin: {{token: "${{TINY_ADMIN:-admin-token}}", role: admin}}}}
companions:
  backend: {{command: ["{{python}}", "{HERE}/tiny_server.py", "{{port}}", "{{name}}"], ready: /ready}}
capabilities: [http, process-control]
"""


@pytest.fixture
def system(tmp_path: Path) -> System:
    path = tmp_path / "tiny" / "system.yaml"
    path.parent.mkdir()
    path.write_text(DEFINITION)
    return systems.load(path)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(reports=tmp_path / "reports", timeouts=Timeouts(start=20, stop=10))


@pytest.fixture
def make(system: System, settings: Settings, tmp_path: Path) -> Iterator[Callable[..., ProcessDeployment]]:
    """Makes deployments of the tiny system, and ends them after the test."""
    made: list[ProcessDeployment] = []

    def deployment(limits: Settings = settings, **environment: str | None) -> ProcessDeployment:
        made.append(ProcessDeployment(system, environment, limits, tmp_path / f"scratch-{len(made)}"))
        return made[-1]

    yield deployment
    for each in made:
        each.kill()
        each.close()


@pytest.fixture
def pool(settings: Settings, system: System) -> Iterator[LeasePool]:
    pool = LeasePool(settings, system)
    yield pool
    pool.close()
