"""Metrics of several processes as one: each counts in files of a folder they share, and whoever is asked adds them up.

That is the multi-process mode of prometheus_client. What a process counted stays when it dies, so no sum ever falls.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, ProcessCollector, values
from prometheus_client.core import Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that prometheus_client reads the folder from."""

COUNTERS = re.compile(r"counter_(\d+)\.db")
"""A file that every process has that counts."""

LEAST = ("process_start_time_seconds", "process_max_fds")
"""Figures of processes of which the smallest says most; all others are added up."""

_shared: list[Path] = []


def share(folder: Path) -> None:
    """Count in files of this folder from now on, in this process and those that it forks."""
    os.environ[FOLDER] = str(folder)
    # The library decides this when it is imported, which has happened.
    values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]
    _shared[:] = [folder]


def shared_folder() -> Path | None:
    """Where processes count together, if they do."""
    return _shared[0] if _shared else None


def bury(pid: int) -> None:
    """Forget what a process that has died said of its present state; what it counted stays."""
    for folder in _shared:
        mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]


def together(folder: Path, alone: Iterable[Collector]) -> CollectorRegistry:
    """What all processes have counted, and what this one alone reads off."""
    registry = CollectorRegistry()
    registry.register(Sum(folder))
    registry.register(Processes(folder))
    for collector in alone:
        registry.register(collector)
    return registry


class Sum(Collector):
    """All files added up. Of states of which any process may tell, only those that hold are told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def collect(self) -> Iterator[Metric]:
        """The metrics, as a single process would tell them."""
        files: Any = MultiProcessCollector(None, path=str(self.folder))  # type: ignore[no-untyped-call]
        for metric in files.collect():
            if getattr(metric, "_multiprocess_mode", "") == "livemax":
                metric.samples = [sample for sample in metric.samples if sample.value]
            yield metric


class Processes(Collector):
    """Memory, CPU time and files of all processes: the workers that count, and the one that watches them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def collect(self) -> Iterator[Metric]:
        """The metrics of ProcessCollector, added up."""
        found: dict[str, Metric] = {}
        for pid in [os.getppid(), *self.workers()]:
            for metric in ProcessCollector(pid=partial(int, pid), registry=None).collect():
                known = found.setdefault(metric.name, metric)
                if known is metric or not metric.samples:
                    continue
                figures = known.samples[0].value, metric.samples[0].value
                value = min(figures) if metric.samples[0].name in LEAST else sum(figures)
                known.samples = [known.samples[0]._replace(value=value)]
        spent = found.get("process_cpu_seconds")
        if spent is not None and spent.samples:
            # Also what workers that have died had taken, or the sum would fall.
            total = spent.samples[0].value + spent_by_dead(os.getppid())
            spent.samples = [spent.samples[0]._replace(value=total)]
        yield from found.values()

    def workers(self) -> list[int]:
        """The processes that count and live."""
        named = [COUNTERS.fullmatch(path.name) for path in self.folder.iterdir()]
        return [int(match[1]) for match in named if match and is_child(int(match[1]), os.getppid())]


def is_child(pid: int, parent: int) -> bool:
    """Whether a process lives and has this parent."""
    told = told_of(pid)
    return bool(told) and int(told[1]) == parent


def spent_by_dead(parent: int) -> float:
    """Seconds of CPU time of the children of a process that have ended."""
    told = told_of(parent)
    return sum(map(int, told[13:15])) / os.sysconf("SC_CLK_TCK")


def told_of(pid: int) -> list[str]:
    """What the kernel tells of a process, from its state on (proc(5), field 3); nothing if there is none."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return told.rpartition(")")[2].split()
