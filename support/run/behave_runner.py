"""behave's runner as this suite configures it in ``behave.ini``: independent of the machine that behave runs on."""

from __future__ import annotations

from typing import Any

from behave import parser
from behave.runner import Runner

from support import streams


class SuiteRunner(Runner):  # type: ignore[misc]
    """Runs features with robust output, and steps named as they are written."""

    def __init__(self, config: Any) -> None:
        parser.BEHAVE_STRIP_STEPS_WITH_TRAILING_COLON = False  # else a variable of the environment renames steps
        robust = {id(former): stream for former, stream in streams.make_robust()}
        for holder in (*config.outputs, *config.reporters):
            stream = getattr(holder, "stream", None)
            holder.stream = robust.get(id(stream), stream)
        super().__init__(config)
