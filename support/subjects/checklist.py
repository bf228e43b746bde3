"""The hardening checklist of a system, read beside the acceptance that tests it."""

from __future__ import annotations

from dataclasses import dataclass

from support.acceptance import criteria, plan
from support.base import feature_files, scenarios
from support.base.outcomes import NotVerified
from support.base.places import PROJECT
from support.checks.checklist_items import Reading
from support.world.core import World


@dataclass(slots=True)
class ChecklistState:
    """The checklist as it was read; None before it was."""

    reading: Reading | None = None


def read(world: World) -> Reading:
    """The checklist, and what there is of criteria and scenarios. Raises NotVerified where there is no checklist."""
    system = world.system
    if not system.hardening:
        raise NotVerified(f"{system.path} names no hardening checklist, so there is none to read")
    folder = PROJECT / "features" / system.feature_folder
    features = feature_files.parse([str(folder)])
    named = (scenarios.bare_name(scenario) for feature in features for scenario in feature.walk_scenarios())
    return Reading(
        items=system.hardening,
        listed=frozenset(criteria.load(folder / "criteria.yaml").ids),
        shown=frozenset(plan.covered(features)),
        scenarios=frozenset(named),
        folder=system.here,
    )
