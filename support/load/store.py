"""Where load results are kept: those of this run in ``reports/load``, those of earlier runs beside the history."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import tempfile
from itertools import count
from pathlib import Path
from typing import Any

from support.base.outcomes import Broken, UsageError
from support.load.result import FAILURES, Endpoint, LoadResult, read

FOLDER = "load"
EARLIER = Path("history") / "load"
MOST_RUNS = 50
"""Earlier runs whose load results are kept."""
PERCENTILES = (50.0, 90.0, 95.0, 99.0, 99.9)
_READABLE = 0o644


class NotKept(Broken):
    """A load result could not be written; ``result`` is the same, marked as partial."""

    def __init__(self, text: str, result: LoadResult) -> None:
        super().__init__(text)
        self.result = result


def keep(result: LoadResult, reports: Path, name: str) -> Path:
    """Write a result as JSON, and its table beside it as CSV; the path of the JSON file.

    ``name`` is that of its scenario; of several with the same name each has a number. Files are whole or not there, and
    without the table there is no result. Raises NotKept.
    """
    path = _free(reports / FOLDER, slug(name))
    try:
        _write(path.with_suffix(".csv"), table(result))
        _write(path, json.dumps(document(result), indent=1) + "\n")
    except OSError as error:
        why = f"{path} cannot be written: {error.strerror or error}"
        raise NotKept(
            f"the load result {why}; make room, or give another folder with -D reports=…, and run again",
            result.cut(why),
        ) from error
    return path


def remember(reports: Path, run: str) -> None:
    """Keep this run's results for later comparisons, and let go of those of the oldest runs. Raises UsageError."""
    if not any((reports / FOLDER).glob("*.json")):
        return
    kept = reports / EARLIER / run
    scratch = kept.with_name(f".{run}")
    try:
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.copytree(reports / FOLDER, scratch)
        shutil.rmtree(kept, ignore_errors=True)
        scratch.replace(kept)
    except OSError as error:  # copytree raises one with a list of what went wrong
        shutil.rmtree(scratch, ignore_errors=True)
        raise UsageError(f"the load results cannot be kept in {reports / EARLIER}: {error}; make room there") from error
    runs = sorted((reports / EARLIER).glob("[!.]*"), key=lambda folder: folder.stat().st_mtime)
    for folder in runs[:-MOST_RUNS]:
        shutil.rmtree(folder, ignore_errors=True)


def find(run: str, reports: Path) -> dict[str, LoadResult]:
    """The results of a run by the names of their scenarios. ``run`` is a file, a folder of reports, or a run's id (its
    beginning is enough), kept in ``reports``. Raises UsageError."""
    path = Path(run)
    if path.is_file():
        return {path.stem: read(path)}
    folder = path if path.is_dir() else _earlier(run, reports)
    files = sorted((folder / FOLDER).glob("*.json")) or sorted(folder.glob("*.json"))
    if not files:
        raise UsageError(f"{folder} holds no load results: those of a run are in its folder {FOLDER}/")
    return {file.stem: read(file) for file in files if file.stem not in ("run", "acceptance", "seals")}


def slug(name: str) -> str:
    """A name as a file can have it."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:100] or "load"


def document(result: LoadResult) -> dict[str, Any]:
    """A result as JSON has it: what ``read`` takes, and its table for whoever does not know the histograms."""
    return {**result.model_dump(mode="json"), "table": _rows(result)}


def table(result: LoadResult) -> str:
    """The figures of every endpoint, and of all together, as CSV; times in seconds, rates per second."""
    rows, text = _rows(result), io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _rows(result: LoadResult) -> list[dict[str, str | int | float | None]]:
    return [_row(endpoint, result) for endpoint in [*result.endpoints, result.total]]


def _row(endpoint: Endpoint, result: LoadResult) -> dict[str, str | int | float | None]:
    return {
        "endpoint": endpoint.name,
        "samples": endpoint.count,
        "rate": _rounded(result.per_second(endpoint.count)),
        "served": _rounded(result.per_second(endpoint.served)),
        "success": endpoint.success,
        **{f"p{percent:g}": endpoint.percentile(percent) for percent in PERCENTILES},
        "max": endpoint.max,
        **{kind: endpoint.failures.get(kind, 0) for kind in FAILURES},
        "partial": result.partial_because if result.partial else "",
    }


def _rounded(rate: float | None) -> float | None:
    return None if rate is None else round(rate, 3)


def _free(folder: Path, name: str) -> Path:
    """Where nothing has been written yet in this run."""
    names = (name if number == 1 else f"{name}-{number}" for number in count(1))
    return next(path for path in (folder / f"{each}.json" for each in names) if not path.exists())


def _earlier(run: str, reports: Path) -> Path:
    folder = reports / EARLIER
    found = sorted(folder.glob(f"{run}*/")) if re.fullmatch(r"[\w.-]+", run) else []
    if len(found) == 1:
        return found[0]
    known = ", ".join(sorted(path.name for path in folder.glob("*/"))[-10:]) or "none yet"
    many = f"{len(found)} runs begin" if found else "there is no file, no folder of reports and no run that begins"
    raise UsageError(f"{many} with {run!r}; runs whose load results are kept: {known}")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    scratch = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), _READABLE)
        scratch.replace(path)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise
