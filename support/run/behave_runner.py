"""behave's runner as ``behave.ini`` names it: robust output, and no file that cannot be judged whole."""

from __future__ import annotations

import sys
from typing import Any

from behave import parser
from behave.runner import Runner

from support.base import feature_files, streams
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

    def feature_locations(self) -> list[Any]:
        """The places to run, each file being whole. Parts of a larger run have been looked at by that one."""
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
