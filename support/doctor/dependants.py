"""Which scenarios of this checkout depend on the machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from support.base import feature_files, scenarios
from support.base.outcomes import UsageError
from support.base.places import PROJECT


def count(folder: Path = PROJECT / "features") -> Mapping[str, int] | None:
    """How many scenarios have each need of the machine, a row of an outline being one; None if they are unreadable."""
    found: Counter[str] = Counter()
    try:
        features = feature_files.parse([str(folder)])
    except UsageError:
        return None
    for feature in features:
        for scenario in feature.walk_scenarios():
            found.update(scenarios.OF_THE_MACHINE.intersection(scenarios.needs_of(scenarios.all_tags(scenario))))
    return found


def not_verified(needing: Mapping[str, int] | None, need: str) -> str:
    """What a run lacks on a machine that does not meet the need, in words."""
    if needing is None:
        return "scenarios that need it are not verified"
    number = needing.get(need, 0)
    if not number:
        return "all that there is can be shown"
    return f"{number} scenario{'s are' if number != 1 else ' is'} not verified"
