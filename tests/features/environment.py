"""Hooks of the suite's own features: a desk in a scratch folder for each scenario, one key for all."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from tests.features.steps.owner import Owner
from tests.support.signing.desk import Desk, shared_key


def before_all(context: Any) -> None:
    """Make the owner's key."""
    scratch = tempfile.TemporaryDirectory()
    context.add_cleanup(scratch.cleanup)
    context.home = Path(scratch.name)


def before_scenario(context: Any, scenario: Any) -> None:
    """Give the scenario its own desk."""
    scratch = tempfile.TemporaryDirectory(dir=context.home)
    context.add_cleanup(scratch.cleanup)
    context.owner = Owner(Desk(Path(scratch.name), shared_key(context.home)))
