"""The history on disk: one line of JSON for each run, appended whole or not at all, never grown beyond bounds."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from support.base.outcomes import UsageError
from support.history.entry import Entry

FOLDER = "history"
MOST_BYTES = 16 * 1024 * 1024
"""Size at which a file is set aside: a thousand runs or more of a system with two hundred criteria."""
SYSTEM = re.compile(r"[a-z0-9][a-z0-9_.-]*")


@dataclass(frozen=True, slots=True)
class History:
    """The runs of one system, oldest first, and what could not be read, each in a sentence."""

    system: str
    entries: tuple[Entry, ...] = ()
    warnings: tuple[str, ...] = field(default=())


def folder(reports: Path) -> Path:
    """Where histories are kept; cleaning the reports of an earlier run leaves them."""
    return reports / FOLDER


def path(reports: Path, system: str) -> Path:
    """The file that a system's runs are appended to. Raises UsageError for a name that no system can have."""
    if not SYSTEM.fullmatch(system):
        raise UsageError(f"{system!r} is not the name of a system")
    return folder(reports) / f"{system}.jsonl"


def append(reports: Path, entry: Entry, most_bytes: int = MOST_BYTES) -> Path:
    """Add a run. Raises UsageError that says what to do when it cannot be written.

    When the file is full it is set aside as ``<system>.1.jsonl``, in place of the one that was set aside before.
    """
    file = path(reports, entry.system)
    line = entry.model_dump_json().encode() + b"\n"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with _alone(file):
            if file.exists() and file.stat().st_size + len(line) > most_bytes:
                file.replace(_set_aside(file))
            _write(file, line)
    except OSError as error:
        raise UsageError(
            f"the run cannot be added to the history {file}: {error.strerror or error}; make room or allow writing"
        ) from error
    return file


def read(reports: Path, system: str) -> History:
    """The runs of a system. A line that cannot be read is left out and named; no file is no run.

    A run that was written twice counts once, as written last. Raises UsageError when a file cannot be opened.
    """
    file = path(reports, system)
    found: dict[str, Entry] = {}
    warnings: list[str] = []
    for part in (_set_aside(file), file):
        for number, line in enumerate(_lines(part), start=1):
            if not line.strip():
                continue
            try:
                entry = Entry.model_validate_json(line)
            except ValidationError as error:
                warnings.append(f"{part}:{number} is left out: {_why(error)}")
                continue
            if entry.system != system:
                warnings.append(f"{part}:{number} is left out: it is a run of {entry.system}")
                continue
            found[entry.run] = entry
    return History(system, tuple(sorted(found.values(), key=lambda entry: entry.started)), tuple(warnings))


def systems(reports: Path) -> list[str]:
    """The systems that have a history, sorted."""
    names = {file.name.partition(".")[0] for file in folder(reports).glob("*.jsonl")}
    return sorted(name for name in names if path(reports, name).exists() or _set_aside(path(reports, name)).exists())


def _set_aside(file: Path) -> Path:
    return file.with_suffix(".1.jsonl")


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Hold a lock beside the file; the file itself may be set aside under a reader's eyes."""
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(file: Path, line: bytes) -> None:
    """One write at the end, on a line of its own even after a run that died while writing; undone when cut short."""
    descriptor = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        size = os.fstat(descriptor).st_size
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        whole = b"\n" + line if torn else line
        try:
            if os.write(descriptor, whole) != len(whole):
                raise OSError(f"only a part of {len(whole)} bytes could be written")
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, size)
            raise
    finally:
        os.close(descriptor)


def _lines(file: Path) -> list[bytes]:
    try:
        return file.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise UsageError(f"the history {file} cannot be read: {error.strerror or error}") from error


def _why(error: ValidationError) -> str:
    first = error.errors()[0]
    field_name = ".".join(str(part) for part in first["loc"])
    if field_name == "v":
        return "it was written by a newer version of Signoff"
    return f"{field_name}: {first['msg']}" if field_name else "it is not whole"
