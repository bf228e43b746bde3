"""behave's runner as ``behave.ini`` names it: robust output, whole files, and the sentences of the run's systems."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from behave import parser
from behave.api.step_matchers import step_matcher, use_default_step_matcher, use_step_matcher
from behave.matchers import use_current_step_matcher_as_default
from behave.runner import Runner
from behave.runner_util import PathManager, exec_file
from behave.step_registry import setup_step_decorators

from support.base import feature_files, scenarios, streams, systems
from support.base.outcomes import UsageError

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

    def load_step_definitions(self, extra_step_paths: list[str] | None = None) -> None:
        """Load the shared sentences and those of the run's own systems: what is wrong with others' stops no run.

        behave loads whole folders, so this is its ``load_step_modules`` for the files that are needed.
        """
        about = {scenarios.system_of(place.filename) for place in self.feature_locations()}
        known = systems.names()
        folders = [Path(self.base_dir, self.config.steps_dir), *map(Path, extra_step_paths or ())]
        files = [path for folder in folders for path in sorted(folder.glob("*.py"))]
        provided = {"use_step_matcher": use_step_matcher, "step_matcher": step_matcher}
        setup_step_decorators(provided)
        use_current_step_matcher_as_default()
        with PathManager([str(folder) for folder in folders]):
            for path in files:
                if systems.owner_of(path.stem, known) in (None, *about):
                    exec_file(str(path), dict(provided))
                use_default_step_matcher()

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
