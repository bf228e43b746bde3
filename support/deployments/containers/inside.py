"""Run inside a container by its own Python: tells as JSON what runs there, what can be written, and what it holds.

Nothing but the standard library is there. The request comes as JSON in the first argument: ``folders`` to try to write,
``tools`` to look for, ``packages`` whose files to name by their digests.
"""

import hashlib
import importlib.util
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any


def processes() -> list[dict[str, str]]:
    """What the kernel says of each process here: its name, users and capabilities."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = status.read_text().splitlines()
        except OSError:
            continue  # it has ended meanwhile
        found.append({name: value.strip() for name, _, value in (line.partition(":") for line in lines)})
    return found


def writable(folders: list[str]) -> list[str]:
    """The folders in which a file could be made."""
    able = []
    for folder in folders:
        path = Path(folder) / f".tried-{os.getpid()}"
        try:
            path.touch()
            path.unlink()
        except OSError:
            continue
        able.append(folder)
    return able


def held(tools: list[str]) -> list[str]:
    """The tools that are there, as a command or as a package of Python's."""
    return [tool for tool in tools if shutil.which(tool) or importlib.util.find_spec(tool)]


def digests(packages: list[str]) -> dict[str, str]:
    """Every source file of the packages that are there, as ``caio/server.py``, with its SHA-256."""
    found = {}
    for package in packages:
        spec = importlib.util.find_spec(package)
        for place in (spec.submodule_search_locations or []) if spec else []:
            for file in Path(place).rglob("*.py"):
                found[f"{package}/{file.relative_to(place)}"] = hashlib.sha256(file.read_bytes()).hexdigest()
    return found


def tell(asked: dict[str, Any]) -> dict[str, Any]:
    """All that was asked for."""
    return {
        "processes": processes(),
        "writable": writable(asked.get("folders", [])),
        "tools": held(asked.get("tools", [])),
        "files": digests(asked.get("packages", [])),
        "environment": dict(os.environ),
    }


if __name__ == "__main__":
    print(json.dumps(tell(json.loads(sys.argv[1]))))  # noqa: T201
