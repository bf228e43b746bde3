"""Removes what runs left in the engine: the run before its end is told, and the next run after one was cut short."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from support.base.outcomes import Broken
from support.deployments.containers import engine, labels, leftover_probe
from support.deployments.containers.engine import Engine, Leftover
from support.deployments.containers.sdk import EngineTrouble

_UNFINISHED = 60.0
"""Seconds after which what a build made and nobody named counts as left: each step of a live one names its layer."""


def removed(of: Engine, left: list[Leftover]) -> list[str]:
    """Remove what was left, containers before the networks they are on. Returns it in words; Broken if it stays."""
    troubles = _remove(of, left)
    if troubles:
        raise Broken("; ".join(troubles))
    return [str(each) for each in left]


def sweep() -> list[str]:
    """Remove what dead runs of this machine left in the engine. Returns a sentence for each run; foreigners stay.

    What cannot be removed is told too, and left to the next run: it does not keep this one from beginning.
    """
    if leftover_probe.empty() or engine.why_not():
        return []
    try:
        with _engine() as found:
            return [*_swept_runs(found), *_swept_builds(found)]
    except EngineTrouble as error:
        return [f"what earlier runs may have left in the container engine stays: {error}"]


def leaks(run_id: str) -> list[str]:
    """What a run that has ended has left in the engine: removed, and told, because it is a fault of the suite's."""
    if leftover_probe.empty(run_id) or engine.why_not():
        return []
    try:
        with _engine() as found:
            left = found.leftovers(run_id)
            return [*map(str, left), *_remove(found, left)]
    except EngineTrouble as error:
        return [str(error)]


def _swept_runs(found: Engine) -> Iterator[str]:
    by_run: dict[str, list[Leftover]] = {}
    for each in found.leftovers():
        if labels.is_orphan(each.labels):
            by_run.setdefault(each.labels[labels.RUN], []).append(each)
    for run, left in by_run.items():
        stays = "; ".join(_remove(found, left))
        told = f"not all of it could be removed: {stays}" if stays else f"removed {', '.join(map(str, left))}"
        yield f"an earlier run ({run}) was cut short; {told}"


def _swept_builds(found: Engine) -> Iterator[str]:
    layers = found.unfinished(time.time() - _UNFINISHED)
    if gone := len(layers) - len(_remove(found, layers)):
        yield f"the building of an image was cut short; removed what it had made so far ({gone})"


@contextmanager
def _engine() -> Iterator[Engine]:
    found = engine.connect()
    try:
        yield found
    finally:
        found.close()


def _remove(of: Engine, left: list[Leftover]) -> list[str]:
    """Remove all of it. Returns why something stays."""
    troubles = []
    for each in left:
        try:
            of.remove(each)
        except EngineTrouble as error:
            troubles.append(str(error))
    return troubles
