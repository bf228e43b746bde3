"""The way into `signoff`: loading it takes about a second, in which Ctrl-C is answered in one line too."""

from __future__ import annotations

import sys

from support.base import streams

INTERRUPTED = 130
"""Exit status of what Ctrl-C has ended, as shells have it: 128 and the number of the signal."""


def main() -> None:
    """Load the command and run it."""
    streams.make_robust()
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
