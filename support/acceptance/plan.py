"""What a run sets out to show: the scenarios selected, each with its key, its criteria and its interface."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict

from support.base import scenarios


class Planned(BaseModel):
    """One scenario that a run is to try over one interface; ``key`` names it in every record of the run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    name: str
    feature: str
    rule: str | None
    tags: tuple[str, ...]
    criteria: tuple[str, ...]
    interface: str
    location: str


def from_features(
    features: Iterable[Any], interface: str, selected: Callable[[Any], bool] = lambda _: True
) -> list[Planned]:
    """Plan the scenarios of parsed behave features, rows of outlines and scenarios under rules included."""
    return [
        _planned(scenario, interface)
        for feature in features
        for scenario in feature.walk_scenarios()
        if selected(scenario)
    ]


def covered(features: Iterable[Any]) -> list[str]:
    """The criteria that some scenario shows, whether this run selects it or not; sorted."""
    tags = (
        tag for feature in features for scenario in feature.walk_scenarios() for tag in scenarios.all_tags(scenario)
    )
    return sorted(set(scenarios.criteria_of(tags)))


def _planned(scenario: Any, interface: str) -> Planned:
    tags = scenarios.all_tags(scenario)
    rule = scenarios.rule_of(scenario)
    return Planned(
        key=scenarios.key_of(scenario, interface),
        name=scenarios.title_of(scenario),
        feature=scenario.feature.name,
        rule=rule.name if rule else None,
        tags=tuple(tags),
        criteria=tuple(scenarios.criteria_of(tags)),
        interface=interface,
        location=scenarios.location_of(scenario),
    )
