"""Faults that the explainers inject by themselves, as the chaos control file says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from support.subjects import deployment
from support.world.core import World

FILE = "chaos"
FAIL, HOLD, SLOW_STORE = "fail-attribution", "hold-seconds", "slow-store-seconds"
"""Switches of the control file."""


def switch(world: World, **settings: Any) -> None:
    """Set switches of the control file (``_`` stands for ``-``); what they were is put back at the end."""
    path = deployment.files(world)[FILE]
    world.on_close(lambda: _write(path, {}))
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    _write(path, {**known, **{name.replace("_", "-"): value for name, value in settings.items()}})


def fail(world: World, failing: bool = True) -> None:
    """Have every attribution fail, or work again."""
    switch(world, fail_attribution=failing)
    world.noticed("attribution fails" if failing else "attribution works again")


def hold(world: World, seconds: float) -> None:
    """Have each attribution take so much longer."""
    switch(world, hold_seconds=seconds)


def slow_store(world: World, seconds: float) -> None:
    """Have each access to the store of the traces take so much longer."""
    switch(world, slow_store_seconds=seconds)
    world.noticed("the store of the traces is slow")


def _write(path: Path, settings: dict[str, Any]) -> None:
    """Write the file in one go: a reader never sees half of it."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(settings), encoding="utf-8")
    fresh.replace(path)
