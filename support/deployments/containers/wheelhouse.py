"""The wheels that an image is built from, fetched once and kept, so that a build itself needs no network."""

from __future__ import annotations

import hashlib
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from support.base.outcomes import NotVerified
from support.base.text import ESCAPE

PIP = "pip==26.3"
"""The installer that a base without pip is lent for the build."""

_GLIBC = ("2_17", "2014", "2_28", "2_34")
_LONGEST = 300.0
"""Seconds for fetching all wheels."""
_SHOWN = 5
_DRAFT = "draft-"


def wheels(requirements: Path, python: str, cache: Path) -> list[Path]:
    """The wheels of pinned requirements for a Linux image with this Python, such as 3.11, and of this machine's kind.

    One process at a time may ask for those of one cache. Raises NotVerified when they cannot be fetched: that says
    nothing about the product.
    """
    machine = platform.machine()
    key = hashlib.sha256(f"{PIP} {python} {machine}\n{requirements.read_text(encoding='utf-8')}".encode())
    folder = cache / key.hexdigest()[:16]
    if not folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        for left in cache.glob(f"{_DRAFT}*"):  # by somebody who was killed
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=cache, prefix=_DRAFT) as draft:
            fetched = Path(draft) / "wheels"
            fetched.mkdir()
            _fetch(requirements, python, machine, fetched)
            fetched.rename(folder)
    return sorted(folder.glob("*.whl"))


def _fetch(requirements: Path, python: str, machine: str, target: Path) -> None:
    platforms = [f"--platform=manylinux{'' if glibc == '2014' else '_'}{glibc}_{machine}" for glibc in _GLIBC]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    command += [f"--python-version={python}", "--implementation=cp", *platforms]
    command += ["--dest", str(target), "--requirement", str(requirements), PIP]
    failed = f"the wheels of {requirements} could not be fetched, so no image can be built"
    try:
        ended = subprocess.run(
            command, capture_output=True, encoding="utf-8", errors=ESCAPE, timeout=_LONGEST, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise NotVerified(f"{failed}: pip took longer than {_LONGEST:g} s") from error
    if ended.returncode != 0:
        last = " / ".join(ended.stderr.strip().splitlines()[-_SHOWN:])
        raise NotVerified(f"{failed}: {last}")
