"""behave's runner as ``behave.ini`` names it: robust output, whole files, the sentences of the run's systems, a verdict
on each."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from behave import parser
from behave.runner import Runner

from support.acceptance.run_record import RunRecord
from support.base import feature_files, scenarios, streams
from support.base.outcomes import UsageError
from support.base.places import PROJECT, SUITE, step_folders
from support.requirements import step_files
from support.run.conclude import Strictness, conclude
from support.run.remembering import remember
from support.signing import input_digests

REFUSED = 2
"""Exit status of a run that could not begin."""


class SuiteRunner(Runner):  # type: ignore[misc]
    """Runs features independently of the machine; refuses in one sentence, as ``signoff accept``, what it cannot."""

    def __init__(self, config: Any) -> None:
        parser.BEHAVE_STRIP_STEPS_WITH_TRAILING_COLON = False  # else a variable of the environment renames steps
        robust = {id(former): stream for former, stream in streams.make_robust()}
        for holder in (*config.outputs, *config.reporters):
            stream = getattr(holder, "stream", None)
            holder.stream = robust.get(id(stream), stream)
        super().__init__(config)
        self._locations: list[Any] | None = None

    def setup_paths(self) -> None:
        """Take steps and hooks from the suite where the features are a project's that is another repository."""
        if PROJECT == SUITE:
            super().setup_paths()
            return
        self.base_dir = self.config.base_dir = str(SUITE)
        for folder in (self.base_dir, os.getcwd()):
            self.path_manager.add(folder)

    def load_step_definitions(self, extra_step_paths: list[str] | None = None) -> None:
        """Load the shared sentences and those of the run's own systems: what is wrong with others' stops no run."""
        about = {scenarios.system_of(place.filename) for place in self.feature_locations()}
        own = [Path(self.base_dir, self.config.steps_dir)] if PROJECT == SUITE else step_folders()
        step_files.load([*own, *map(Path, extra_step_paths or ())], lambda owner: owner in (None, *about))

    def run_model(self, features: list[Any] | None = None) -> bool:
        """Run the features, then judge each system by its own criteria; whether anything failed or is undecided."""
        failed = super().run_model(features)
        suite = getattr(self.context, "suite", None)
        if suite is None or not getattr(self.config, "concludes", True):
            return bool(failed)
        try:
            statuses = [_conclude(run.record, run.settings.reports, run.root) for run in suite.runs]
        finally:
            suite.release()
        return bool(failed) or any(statuses)

    def feature_locations(self) -> list[Any]:
        """The places to run, each file being whole. Parts of a larger run have been looked at by that one."""
        if self._locations is None:
            self._locations = self._whole_locations()
        return self._locations

    def _whole_locations(self) -> list[Any]:
        try:
            chosen = feature_files.collect(map(str, self.config.paths))
            locations = [place for place in chosen if not self.config.exclude(place)]
            if self.config.userdata.get("shard") is None:
                feature_files.check(place.filename for place in locations)
        except UsageError as error:
            sys.stdout.flush()
            sys.stderr.write(f"signoff: {error}\n")
            raise SystemExit(REFUSED) from error
        return locations


def _conclude(record: RunRecord, reports: Path, root: Path) -> int:
    """Judge the run of one system and write its pages, as ``signoff accept`` does; the exit status of its verdict."""
    try:
        input_digests.end(record.run_id, reports)
        concluded = conclude(record, reports, Strictness(), root)
        remembered = remember(record, reports, concluded, root)
    except UsageError as error:
        sys.stderr.write(f"signoff: {record.title} is not judged: {error}\n")
        return REFUSED
    for line in (concluded.line, *([concluded.trouble] if concluded.trouble else []), *remembered.troubles):
        print(line)  # noqa: T201 -- what behave's user is told of the run as a whole
    return concluded.verdict.exit_code()
