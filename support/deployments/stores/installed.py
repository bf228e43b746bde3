"""The wheels that stores come from: found without being imported, with a message of what to install if missing."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from support.base.outcomes import UsageError

REQUIREMENTS = "requirements-stores.txt"


def require(store: str, *packages: str) -> None:
    """Raises UsageError, with the command that installs them, unless all of these packages are installed."""
    missing = [package for package in packages if importlib.util.find_spec(package) is None]
    if missing:
        raise UsageError(
            f"{store} cannot be started: {', '.join(missing)} is not installed; run: pip install -r {REQUIREMENTS}"
        )


def executable(store: str, package: str, path: str) -> Path:
    """A program that lies in a package, by its path there. The package's own code is not run."""
    require(store, package)
    spec = importlib.util.find_spec(package)
    for folder in (spec and spec.submodule_search_locations) or []:
        if (found := Path(folder) / path).is_file():
            return found.resolve()
    raise UsageError(f"{store} cannot be started: {package} has no {path}; run: pip install -r {REQUIREMENTS}")
