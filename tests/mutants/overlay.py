"""A folder with copies of a system's packages, one file of them mutated, that a program imports from instead."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from tests.mutants.generate import Mutant


def write(folder: Path, packages: Sequence[Path], mutant: Mutant) -> Path:
    """Copy the packages into a folder, made for it, and mutate one file. The checkout is not touched.

    Compiled files are copied as well, with their times: only what has changed is compiled anew at each start.
    """
    for package in packages:
        shutil.copytree(package, folder / package.name)
    path = folder / mutant.module
    for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
        compiled.unlink()
    path.write_text(mutant.source, encoding="utf-8")
    return folder
