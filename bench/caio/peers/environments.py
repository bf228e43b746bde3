"""The environments that peers run in: one each, made of pinned versions under build/bench when first needed."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.servers import NotAvailable
from support.base.settings import ROOT

HERE = Path(__file__).resolve().parent
MADE = ROOT / "build" / "bench"
STAMP = ".made"
PATIENCE = 900.0
"""Seconds that an installation may take."""


@dataclass(frozen=True, slots=True)
class Environment:
    """A folder made by commands from files with pins; it is made anew whenever these files change."""

    name: str
    pins: tuple[str, ...]
    make: Callable[[Path], Sequence[Sequence[str]]]
    """The commands that fill a folder."""

    @property
    def folder(self) -> Path:
        """Where it is made."""
        return MADE / self.name

    def ready(self, say: Callable[[str], None]) -> Path:
        """Its folder, filled. Raises NotAvailable with what the installer said."""
        stamp, digest = self.folder / STAMP, self._digest()
        if stamp.is_file() and stamp.read_text(encoding="utf-8") == digest:
            return self.folder
        say(f"{self.name} is installed into {self.folder.relative_to(ROOT)}")
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        for command in self.make(self.folder):
            _run(command, self.folder)
        stamp.write_text(digest, encoding="utf-8")
        return self.folder

    def _digest(self) -> str:
        """Of all that decides what is in the folder, its own place included: the scripts of a venv name it."""
        parts = [sys.version, str(self.folder), *((HERE / pin).read_text(encoding="utf-8") for pin in self.pins)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def python(name: str) -> Environment:
    """A virtual environment of exactly what ``requirements-<name>.txt`` lists."""
    pins = f"requirements-{name}.txt"

    def commands(folder: Path) -> list[list[str]]:
        install = [str(folder / "bin" / "pip"), "install", "--quiet", "--no-deps", "--requirement", str(HERE / pins)]
        return [[sys.executable, "-m", "venv", str(folder)], install]

    return Environment(name, (pins,), commands)


def node(name: str) -> Environment:
    """A folder of exactly the Node packages in ``package-lock.json``; none of their scripts is run."""
    pins = ("package.json", "package-lock.json")

    def commands(folder: Path) -> list[list[str]]:
        for pin in pins:
            shutil.copy(HERE / pin, folder)
        return [[tool("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]]

    return Environment(name, pins, commands)


def tool(name: str) -> str:
    """Where a program is: in our own environment, else on the machine. Raises NotAvailable."""
    found = shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if found is None:
        raise NotAvailable(f"{name} is not installed here")
    return found


def _run(command: Sequence[str], folder: Path) -> None:
    bin_first = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    cache = {"npm_config_cache": str(ROOT / "build" / "npm-cache"), "npm_config_update_notifier": "false"}
    environment = {**os.environ, **cache, "PATH": bin_first}
    try:
        done = subprocess.run(
            list(command), cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotAvailable(f"it could not be installed: {error}") from error
    if done.returncode != 0:
        said = [line.strip() for line in (done.stderr or done.stdout).splitlines() if "error" in line.lower()]
        raise NotAvailable(f"it could not be installed: {said[-1][:200] if said else f'status {done.returncode}'}")
