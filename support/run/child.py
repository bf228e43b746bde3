"""The process that runs one shard: behave, with its results sent to this run's folder, ending when the run ends.

``python -m support.run.child <pid of the run> <folder of results> <behave arguments …>``
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path

from behave.__main__ import run_behave
from behave.configuration import Configuration, read_configuration
from behave.formatter.base import StreamOpener

from support.base.places import PROJECT, SUITE

PR_SET_PDEATHSIG = 1
CONSOLE = "progress3"
CONFIGURATION = Path("behave.ini").resolve() if PROJECT == SUITE else SUITE / "behave.ini"
"""The suite's own, and the only one that is read: those of the home folder are about other projects."""


def die_with(parent: int) -> None:
    """Have the kernel interrupt this process when the run's process dies, even by ``kill -9`` (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGINT)
    if os.getppid() != parent:
        raise SystemExit("the acceptance run that started this process is gone")


def main(arguments: list[str]) -> int:
    """Run behave with the given arguments; its exit status."""
    parent, results, *behave_arguments = arguments
    # A request to end is an interruption, so that hooks and clean-ups run and no server is left behind.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    die_with(int(parent))
    config = Configuration(behave_arguments, load_config=False, **read_configuration(str(CONFIGURATION)))
    config.format = ["allure", CONSOLE]
    config.defaults.pop("format", None)
    config.outputs = [StreamOpener(results), StreamOpener(stream=sys.stdout)]
    config.concludes = False  # whoever started this process judges what it leaves
    return int(run_behave(config))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
