"""Runs the gateway: python serve.py, with its settings in the environment; exit status 2 if one of them is wrong."""

from __future__ import annotations

import sys

from openai_gateway import service, settings


def main() -> None:
    """Serve until told to stop."""
    try:
        given = settings.load()
    except settings.Refused as refused:
        print(refused, file=sys.stderr)
        raise SystemExit(2) from None
    service.serve(given)


if __name__ == "__main__":
    main()
