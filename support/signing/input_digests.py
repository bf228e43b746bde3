"""What a run notes of its own files, ``reports/seals.json``: their digests, so that a later change is noticed.

The features, the criteria and the system are noted when the run begins, its evidence when it ends, the pages and the
report whenever they are made. Modification times would not do: copying a folder or switching branches changes them.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from support.acceptance.atomic import write
from support.base.outcomes import UsageError
from support.base.places import PROJECT
from support.base.systems import System
from support.signing import artefacts, digests, subjects

FILE_NAME = "seals.json"


class InputDigests(BaseModel):
    """The digests of one run, by the names of :mod:`support.signing.subjects`."""

    model_config = ConfigDict(extra="forbid")

    run: str
    definition: str
    inputs: dict[str, str]
    evidence: dict[str, str] = {}
    documents: dict[str, str] = {}

    def save(self, reports: Path) -> None:
        """Write them into the folder of reports."""
        write(reports / FILE_NAME, self.model_dump_json(indent=1) + "\n")


def begin(run: str, system: System, deployment: str, root: Path = PROJECT) -> InputDigests:
    """Note what a run begins from. Raises UsageError for a source that cannot be read."""
    return InputDigests(run=run, definition=str(system.path), inputs=inputs(system, deployment, root))


def end(run: str, reports: Path) -> None:
    """Note what a run has left, once nothing writes to it any more."""
    _update(run, reports, "evidence", digests.of_files(subjects.evidence(reports)))


def made(run: str, reports: Path) -> None:
    """Note the pages and the report that have just been made. Does nothing for a run that was begun without seals."""
    _update(run, reports, "documents", digests.of_files(subjects.documents(reports)))


def inputs(system: System, deployment: str, root: Path = PROJECT) -> dict[str, str]:
    """The digests of what a run of this system would begin from now."""
    return digests.of_files(
        {**subjects.features(system.feature_folder, root), **subjects.sources(system, deployment, root)}
    )


def load(run: str, reports: Path) -> InputDigests:
    """The seals of a run. Raises UsageError when there are none."""
    path = reports / FILE_NAME
    found = artefacts.read(path, InputDigests, artefacts.AGAIN, "nobody can tell what the run began from: ")
    if found.run != run:
        raise UsageError(f"{path} belongs to another run, {found.run}; {artefacts.AGAIN}")
    return found


def _update(run: str, reports: Path, field: str, value: dict[str, str]) -> None:
    try:
        found = load(run, reports)
    except UsageError:
        return
    found.model_copy(update={field: value}).save(reports)
