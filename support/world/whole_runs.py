"""A behave process that is a whole run of a system: what it is to show, and what is written down at both ends."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.acceptance import folder, plan, run_record
from support.acceptance.run_record import RunRecord, Starts
from support.base import feature_files, scenarios
from support.base.outcomes import UsageError
from support.base.places import PROJECT
from support.base.settings import Settings
from support.base.systems import System
from support.deployments import LeasePool, notes
from support.signing import input_digests
from support.signing.input_digests import InputDigests


@dataclass(frozen=True, slots=True)
class WholeRun:
    """The run: the settings of its system, what it is to show, and the digests of what it begins from.

    ``root`` is the folder that has the features and criteria in ``features``. Without digests, since a source of the
    system is missing, the run is judged all the same, and cannot be signed.
    """

    root: Path
    settings: Settings
    record: RunRecord
    noted: InputDigests | None

    @classmethod
    def of(
        cls, system: System, settings: Settings, place: Path, features: Iterable[Any], chosen: Iterable[Any]
    ) -> WholeRun:
        """The run of the chosen scenarios among the features of a system, all of which are in the folder ``place``."""
        own = [each for each in features if scenarios.system_folder(each.location.filename) == place]
        record = _record(system, settings, own, {id(each) for each in chosen}, feature_files.parse([str(place)]))
        root = place.resolve().parent.parent if place.parent.name == "features" else PROJECT
        return cls(root, settings, record, _noted(settings, system, root))

    def begin(self) -> None:
        """Clear what an earlier run left, and write down what this one is to show."""
        if self.settings.clean:
            folder.clear(self.settings.reports)
        self.record.save(self.settings.reports)
        if self.noted is not None:
            self.noted.save(self.settings.reports)

    def end(self, pool: LeasePool | None, *, complete: bool) -> None:
        """Complete the record, tell what was noted meanwhile, and remove the working files."""
        if complete:
            record = self.record
            record.finished = run_record.now()
            if pool is not None:
                counted = pool.record
                record.images = counted.images
                record.starts = Starts(starts=len(counted.servers), distinct=counted.distinct, dirtied=counted.dirtied)
            record.save(self.settings.reports)
        for note in notes.read(self.settings.scratch):
            print(f"Note: {note}")  # noqa: T201 -- of the run as a whole, so no scenario's log can hold it
        shutil.rmtree(self.settings.scratch, ignore_errors=True)


def _noted(settings: Settings, system: System, root: Path) -> InputDigests | None:
    try:
        return input_digests.begin(settings.run_id, system, settings.deployment, root)
    except UsageError:
        return None


def _record(
    system: System, settings: Settings, features: Sequence[Any], chosen: Collection[int], everything: Sequence[Any]
) -> RunRecord:
    planned = tuple(plan.from_features(features, settings.interface, lambda each: id(each) in chosen))
    every = plan.from_features(everything, settings.interface)
    whole = len(planned) == len(every) and set(system.offered(settings.deployment)) == {settings.interface}
    return run_record.begin(
        system, settings, (settings.interface,), "behave", planned, tuple(plan.covered(everything)), partial=not whole
    )
