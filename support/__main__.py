"""The way into `signoff`: loading it takes about a second, in which Ctrl-C is answered in one line too."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from support.base import streams

INTERRUPTED = 130
"""Exit status of what Ctrl-C has ended, as shells have it: 128 and the number of the signal."""


PROJECT = "--project"


def take_project(arguments: list[str]) -> None:
    """Take ``--project DIR`` out of the arguments, wherever it stands, and set the variable that says the same.

    Everything of the suite that is loaded afterwards, in any process of the run, finds its features there.
    """
    for place, argument in enumerate(arguments):
        if argument == "--":
            return
        name, equals, value = argument.partition("=")
        if name == PROJECT and (equals or place + 1 < len(arguments)):
            os.environ["SIGNOFF_PROJECT"] = str(Path(value if equals else arguments[place + 1]).resolve())
            del arguments[place : place + (1 if equals else 2)]
            return


def main() -> None:
    """Load the command and run it."""
    streams.make_robust()
    take_project(sys.argv)
    try:
        from support import cli
        from support.base import text

        text.escape_on_console()
        cli.main()
    except KeyboardInterrupt:
        sys.stderr.write("\nsignoff: interrupted; nothing is left running\n")
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
