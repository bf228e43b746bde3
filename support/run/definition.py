"""Tells before a run what the definition of the system lacks for the scenarios, and what it has in vain."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from support.base.places import step_folders
from support.base.scenarios import key_of
from support.base.systems import System
from support.requirements import Place, Review, sentences
from support.run.selection import Case


def notes(
    system: System,
    deployment: str,
    root: Path,
    everything: Sequence[Any],
    features: Sequence[Any],
    cases: Sequence[Case],
) -> list[str]:
    """A note of all fields that are missing for an interface, and one of each endpoint that nothing reads."""
    try:
        vocabulary = sentences.load(*step_folders(root))
    except Exception:  # noqa: BLE001 -- whatever is wrong with a step module is told by the process that runs it
        return []
    find = sentences.finder(vocabulary)
    found = []
    for interface in dict.fromkeys(case.interface for case in cases):
        keys = {case.key for case in cases if case.interface == interface}
        each = (scenario for feature in features for scenario in feature.walk_scenarios())
        chosen = [scenario for scenario in each if key_of(scenario, interface) in keys]
        found += Review(system, find, interface).lacking_says(chosen, deployment)
    review = Review(system, find)
    own = [scenario for feature in everything for scenario in feature.walk_scenarios()]
    places = [Place(sentence.path, sentence.line) for sentence in vocabulary]
    return [*dict.fromkeys(found), *map(review.unread_says, review.unread(own, places))]
