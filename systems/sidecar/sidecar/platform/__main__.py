"""The platform's tools: ``python -m sidecar.platform api-guard …`` and ``python -m sidecar.platform attach-rate …``."""

from __future__ import annotations

import sys
from collections.abc import Callable

from sidecar.platform import api_guard, attach_rate

TOOLS: dict[str, Callable[[list[str]], int]] = {"api-guard": api_guard.main, "attach-rate": attach_rate.main}


def main(arguments: list[str]) -> int:
    """Run the tool that is named first."""
    if not arguments or arguments[0] not in TOOLS:
        sys.stderr.write(f"name one of these tools: {', '.join(TOOLS)}\n")
        return 2
    return TOOLS[arguments[0]](arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
