"""The image that systems' images start from: Python's official one, or where it cannot be had, one made here."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from support.base.outcomes import NotVerified
from support.base.text import ESCAPE
from support.deployments.containers import labels
from support.deployments.containers.engine import Engine, ImageFacts

OFFICIAL = "python:3.11-slim"
"""What the Dockerfiles name as their base."""
LOCAL = "signoff-base"
"""Name of the base that is made here."""

SUITE = "bookworm"
PACKAGES = ("python3", "ca-certificates")
NOT_NEEDED = (
    "usr/share/doc",
    "usr/share/man",
    "usr/share/info",
    "usr/share/locale",
    "usr/share/lintian",
    "var/cache/apt",
    "var/cache/debconf",
    "var/lib/apt/lists",
    "var/log",
)
_LONGEST = 600.0
"""Seconds for debootstrap, whose packages come over the network."""
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Base:
    """The base of all images of a run; ``note`` says in words where it is from."""

    name: str
    image: ImageFacts
    note: str


def choose(engine: Engine, wanted: str | None, say: Callable[[str], None]) -> Base:
    """The base that was asked for, or else the official one, or else one that is made here with debootstrap.

    Raises NotVerified, with all that was tried, where none can be had.
    """
    name = wanted or OFFICIAL
    if image := engine.image(name):
        return Base(name, image, f"{name}, as it is on this machine")
    made = None if wanted else engine.image(local_name())
    if made:
        return Base(local_name(), made, f"{local_name()}, made here earlier with debootstrap")
    trouble = engine.pull(name)
    if not trouble and (image := engine.image(name)):
        return Base(name, image, f"{name}, pulled from its registry")
    if wanted:
        raise NotVerified(f"the base image {wanted} cannot be had: {trouble}")
    if reason := why_not_here():
        raise NotVerified(f"there is no base image: {trouble}; and none can be made here: {reason}")
    say(f"{OFFICIAL} cannot be pulled, so a base image is made here with debootstrap (once, about 40 s)")
    return Base(local_name(), make(engine), f"{local_name()}, made here with debootstrap; {trouble}")


def local_name() -> str:
    """The name of a base that is made here, which changes with its recipe."""
    recipe = " ".join((SUITE, *PACKAGES, *NOT_NEEDED))
    return f"{LOCAL}:{SUITE}-{hashlib.sha256(recipe.encode()).hexdigest()[:8]}"


def why_not_here() -> str:
    """Why no base can be made on this machine; empty if one can."""
    if shutil.which("debootstrap", path=_PATH) is None:
        return "debootstrap is missing: apt-get install debootstrap"
    return "" if os.geteuid() == 0 else "debootstrap needs root"


def make(engine: Engine, name: str = "") -> ImageFacts:
    """Make a base of Debian's smallest variant with Python, and import it under a name. Takes about 40 s."""
    with tempfile.TemporaryDirectory(prefix="signoff-base-") as scratch:
        root, archive = Path(scratch) / "root", Path(scratch) / "root.tar"
        _run(["debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", SUITE, str(root)])
        for each in NOT_NEEDED:
            shutil.rmtree(root / each, ignore_errors=True)
            (root / each).mkdir(parents=True)
        _run(["tar", "--numeric-owner", "-C", str(root), "-cf", str(archive), "."])
        shutil.rmtree(root)
        changes = [f"LABEL {labels.CACHE}=base", 'CMD ["python3"]', "ENV LANG=C.UTF-8"]
        return engine.import_image(archive, name or local_name(), changes)


_PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"


def _run(command: list[str]) -> None:
    environment = {**os.environ, "PATH": _PATH, "LC_ALL": "C"}
    try:
        ended = subprocess.run(
            command,
            capture_output=True,
            encoding="utf-8",
            errors=ESCAPE,
            timeout=_LONGEST,
            check=False,
            env=environment,
        )
    except subprocess.TimeoutExpired as error:
        raise NotVerified(f"no base image could be made: {command[0]} took longer than {_LONGEST:g} s") from error
    if ended.returncode != 0:
        last = " / ".join((ended.stdout + ended.stderr).strip().splitlines()[-_SHOWN:])
        raise NotVerified(f"no base image could be made: {command[0]} ended with {ended.returncode}: {last}")
