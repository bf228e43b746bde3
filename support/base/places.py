"""Where things are: the suite's own files, and the project whose systems are accepted.

A checkout of the suite is its own project. Another repository is one by ``--project DIR`` or ``SIGNOFF_PROJECT=DIR``:
its ``features``, ``systems``, ``reports`` and ``build`` are used, its ``steps`` too where it has any, and the suite may
be installed without its checkout. The variable reaches every process that a run starts.
"""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "SIGNOFF_PROJECT"
"""The environment variable that names the project."""

SOURCES = Path(__file__).resolve().parents[2]
"""Where the package ``support`` is: Python's own files of the suite."""

CARRIED = "suite"
"""The folder of the package that an installation without the checkout has the suite's other files in."""


def suite(sources: Path = SOURCES) -> Path:
    """Where the suite's steps, ``environment.py``, ``behave.ini`` and the report generator's files are."""
    carried = sources / "support" / CARRIED
    return carried if (carried / "behave.ini").is_file() else sources


SUITE = suite()


def project(given: str | None, suite: Path = SUITE) -> Path:
    """The project: the one given, else the checkout; where the suite has none, the folder that one works in."""
    if given:
        return Path(given).resolve()
    return suite if suite.name != CARRIED else Path.cwd()


PROJECT = project(os.environ.get(VARIABLE))


def step_folders(root: Path = PROJECT) -> list[Path]:
    """The folders that sentences come from: the suite's own, and those of a project that is another."""
    shared = [SUITE / "steps"] if root == PROJECT else []
    return list(dict.fromkeys([*shared, *([root / "steps"] if (root / "steps").is_dir() else [])]))
