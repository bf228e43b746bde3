"""behave's runner, which looks at feature files before behave parses them: it would end in a traceback, or pass over
them. ``behave.ini`` names it."""

from __future__ import annotations

import sys
from typing import Any

from behave.runner import Runner

from support import feature_files
from support.outcomes import UsageError

REFUSED = 2
"""Exit status of a run that could not begin."""


class SuiteRunner(Runner):  # type: ignore[misc]
    """Refuses a run, as ``signoff accept`` does, in one sentence with the name of the file."""

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
