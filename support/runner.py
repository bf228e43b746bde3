"""behave's runner, which looks at feature files before behave parses them: it would end in a traceback, or pass over
them. ``behave.ini`` names it."""

from __future__ import annotations

from typing import Any

from behave.runner import Runner

from support import feature_files, hooks
from support.outcomes import UsageError


class SuiteRunner(Runner):  # type: ignore[misc]
    """Refuses a run, as ``signoff accept`` does, in one sentence with the name of the file."""

    def feature_locations(self) -> list[Any]:
        """The places to run, each file being whole. Parts of a larger run have been looked at by that one."""
        try:
            chosen = feature_files.collect(map(str, self.config.paths))
            locations = [place for place in chosen if not self.config.exclude(place)]
            if self.config.userdata.get("shard", hooks.ALONE) == hooks.ALONE:
                feature_files.check(place.filename for place in locations)
        except UsageError as error:
            hooks.refuse(error)
        return locations
