"""``caio backup`` and ``caio restore``."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from caio.backup import BackupRefused, back_up, restore

NAMES = ("backup", "restore")

DONE, REFUSED = 0, 1


def add_to(commands: Any) -> None:
    """Describe the two to the command line."""
    making = commands.add_parser("backup", help="write a data folder, also one in use, to one archive")
    making.add_argument("--data-dir", required=True, type=Path, metavar="DIR", help="the data folder of CAIO")
    making.add_argument("--to", required=True, type=Path, metavar="FILE", help="the archive; it must not exist yet")
    making.add_argument(
        "--signing-key", type=_path, metavar="FILE", help="where CAIO_SIGNING_KEY_FILE says, or in the data folder"
    )
    making.add_argument(
        "--policies", type=_path, metavar="FILE", help="where CAIO_POLICIES_FILE says, or in the data folder"
    )
    restoring = commands.add_parser("restore", help="restore an archive, verified before, into an empty data folder")
    restoring.add_argument("--from", required=True, type=Path, metavar="FILE", dest="archive", help="the archive")
    restoring.add_argument("--data-dir", required=True, type=Path, metavar="DIR", help="an empty folder, or a new one")


def run(options: argparse.Namespace) -> int:
    """Exit status 0: done, 1: refused, with one line that says why; then nothing was written."""
    try:
        if options.command == "restore":
            manifest = restore(options.archive, options.data_dir)
            told = f"restored {manifest.holds} of {manifest.created} to {options.data_dir}"
        else:
            key = options.signing_key or _path(os.environ.get("CAIO_SIGNING_KEY_FILE"))
            policies = options.policies or _path(os.environ.get("CAIO_POLICIES_FILE"))
            manifest = back_up(options.data_dir, options.to, key, policies)
            told = (
                f"backed up {manifest.holds} to {options.to}, which also holds the signing key: keep it as safe as that"
            )
    except BackupRefused as error:
        what = f"{options.archive} is not restored" if options.command == "restore" else "no backup was made"
        print(f"caio: {what}: {error}", file=sys.stderr)  # noqa: T201
        return REFUSED
    print(told)  # noqa: T201
    return DONE


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None
