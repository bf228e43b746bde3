"""Which files a decision rests on: pages, report, results and attachments, features and criteria, the system's sources.

Names are relative: to the folder of reports for what a run leaves, to the checkout for what it began from. Nothing of
the two can be taken for the other, as one begins with ``features/`` or with where systems are.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path

from support.base.outcomes import UsageError
from support.base.places import PROJECT
from support.base.systems import System

PAGE = "acceptance.html"
VERDICT = "acceptance.json"
RUN = "run.json"
REPORT = "allure-report/index.html"
RESULTS = "allure-results"
FOR_THE_REPORT = tuple(f"{RESULTS}/{name}" for name in ("environment.properties", "executor.json", "categories.json"))
"""What is laid beside the results each time that the report is made; it is no evidence, and the report shows it."""

REMOTE = "remote"
DOCUMENTS = (PAGE, VERDICT, "acceptance.md", RUN, REPORT)
LEFT_BY_TOOLS = ("__pycache__", ".egg-info", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".git", ".venv")
"""Ends of the names of folders that tools make; what is in there is not the system's own."""
GENERATED = (".pyc", ".pyo")


class Kind(StrEnum):
    """What a file is to the decision. The values are what messages print."""

    PAGE = "acceptance page"
    REPORT = "report"
    RUN = "record of the run"
    RESULT = "result"
    ATTACHMENT = "attachment"
    FEATURE = "feature"
    CRITERIA = "criteria"
    SYSTEM = "system"


def kind_of(name: str) -> Kind:
    """What kind of file stands under a name."""
    if name.startswith(f"{RESULTS}/"):
        return Kind.RESULT if name.endswith("-result.json") else Kind.ATTACHMENT
    if name.startswith("features/"):
        return Kind.CRITERIA if name.endswith("criteria.yaml") else Kind.FEATURE
    fixed = {PAGE: Kind.PAGE, VERDICT: Kind.PAGE, "acceptance.md": Kind.PAGE, RUN: Kind.RUN, REPORT: Kind.REPORT}
    return fixed.get(name, Kind.SYSTEM)


def documents(reports: Path) -> dict[str, Path]:
    """The pages, the report and the record of the run, as far as they are there."""
    return {name: reports / name for name in DOCUMENTS if (reports / name).is_file()}


def evidence(reports: Path) -> dict[str, str]:
    """Every result and every attachment. Paths are plain strings: there may be tens of thousands."""
    place = len(f"{reports}/")
    found = sorted(_files_below(f"{reports}/{RESULTS}"))
    return {path[place:]: path for path in found if path[place:] not in FOR_THE_REPORT}


def features(name: str, root: Path = PROJECT) -> dict[str, Path]:
    """The feature files and the criteria of a folder below ``features``."""
    folder = root / "features" / name
    return dict(_named(folder, root)) if folder.is_dir() else {}


def sources(system: System, deployment: str, root: Path = PROJECT) -> dict[str, Path]:
    """The system's definition and checklist, and what it is built from, as the definition lists it.

    Of a remote system not the sources: what it was built from cannot be seen from here. Raises UsageError for a
    source that does not exist.
    """
    documents = [system.path, *([system.here / system.checklist] if system.checklist else [])]
    found = {name_of(path, root): path for path in documents}
    for source in system.sources if deployment != REMOTE else ():
        place = (system.here / source).resolve()
        if not place.exists():
            raise UsageError(f"{system.path}: sources: {source} does not exist")
        found |= dict(_named(place, root))
    return found


def _files_below(folder: str) -> Iterator[str]:
    if not os.path.isdir(folder):
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _files_below(entry.path)
            elif entry.is_file():
                yield entry.path


def name_of(path: Path, root: Path) -> str:
    """What a file of the checkout is called: relative to it, or by its whole path when it lies elsewhere."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def differences(recorded: Mapping[str, str], seen: Mapping[str, str]) -> dict[str, str]:
    """For each name that differs how it does: it was changed, is missing, or was added."""
    found = {name: "is missing" for name in recorded if name not in seen}
    found |= {name: "was changed" for name in recorded if name in seen and seen[name] != recorded[name]}
    return found | {name: "was added" for name in seen if name not in recorded}


def _named(place: Path, root: Path) -> Iterator[tuple[str, Path]]:
    paths = [place] if place.is_file() else sorted(place.rglob("*"))
    for path in paths:
        inside = path.relative_to(place).parts
        if path.is_file() and path.suffix not in GENERATED and not any(p.endswith(LEFT_BY_TOOLS) for p in inside):
            yield name_of(path, root), path
