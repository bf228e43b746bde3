"""Has an engine build an image, and takes back what it made if that fails or is interrupted."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from typing import IO, Any

from support.base.outcomes import WaitedInVain
from support.base.waiting import until
from support.deployments.containers.build_log import BuildLog
from support.deployments.containers.sdk import EngineTrouble, Gone, calling

_LONGEST_STEP = 600
"""Seconds that one step of a build may be silent, such as one that fetches packages."""
_LETTING_GO = 5.0
"""Seconds in which an engine ends the step of a build whose client is gone."""
_POLL = 0.1


class BuildFailed(EngineTrouble):
    """An image could not be built; the message ends with what the build said last."""


def build(
    client: Any, context: IO[bytes], tag: str, arguments: Mapping[str, str], marks: Mapping[str, str], target: str
) -> list[str]:
    """Build an image from a tar of its context. Returns the last image of each stage but the last."""
    log = BuildLog()
    try:
        with calling(f"the image {tag} could not be built"):
            parts = client.api.build(
                fileobj=context,
                custom_context=True,
                tag=tag,
                buildargs=dict(arguments),
                labels=dict(marks),
                target=target or None,
                timeout=_LONGEST_STEP,
                rm=True,
                forcerm=True,
                decode=True,
            )
            with closing(parts):  # whoever is interrupted lets go of the builder, which then ends
                for part in parts:
                    log.add(part)
        if log.error:
            raise BuildFailed(f"the image {tag} could not be built: {log.error}; it said last:\n{log.last_lines}")
    except BaseException:
        _take_back(client, log.made)
        raise
    return log.stages


def _take_back(client: Any, layers: Sequence[str]) -> None:
    """Remove what a build had made, newest first; the next run sweeps what the engine does not let go of."""
    for layer in reversed(layers):
        with suppress(WaitedInVain):
            until(functools.partial(_removed, client, layer), _LETTING_GO, "the engine to end its step", _POLL)


def _removed(client: Any, layer: str) -> bool:
    try:
        with calling(f"the image {layer} could not be removed"):
            client.images.remove(layer)
    except Gone:
        return True
    except EngineTrouble:
        return False
    return True
