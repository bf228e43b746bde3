"""The reference gateway's defects fit its criteria, scenarios and code as they are; no scenario is run here."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter

import pytest

from support.base import feature_files
from support.base.scenarios import all_tags, criteria_of
from support.base.settings import ROOT
from support.run import conclude
from tests.defects import qualify
from tests.defects.gateway import DEFECTS

SYSTEM = "gateway"

APPLY_ALL = """
import gateway.app, gateway.server
from tests.defects import patching
from tests.defects.gateway import DEFECTS
for each in DEFECTS.values():
    try:
        each.apply()
        print("applied", each.name) if patching.is_applied() else print("NOTHING", each.name)
    except patching.DoesNotApply as error:
        print("OUTDATED", each.name, error)
    finally:
        patching.undo()
"""


@pytest.fixture(scope="module")
def scenarios() -> dict[str, list[str]]:
    """The names of the scenarios of each criterion."""
    found: dict[str, list[str]] = {}
    for feature in feature_files.parse([f"features/{SYSTEM}"]):
        for scenario in feature.walk_scenarios():
            for criterion in criteria_of(all_tags(scenario)):
                found.setdefault(criterion, []).append(scenario.name)
    return found


def test_each_criterion_has_two_defects() -> None:
    found = Counter(each.criterion for each in DEFECTS.values())
    assert [each for each in qualify.verified(conclude.criteria_of(SYSTEM)) if found[each] < 2] == []


def test_each_defect_applies() -> None:
    done = subprocess.run(
        [sys.executable, "-c", APPLY_ALL], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    said = done.stdout.splitlines()
    assert [line for line in said if not line.startswith("applied")] == []
    assert len(said) == len(DEFECTS), done.stderr


@pytest.mark.parametrize("name", sorted(DEFECTS))
def test_each_sample_is_of_a_scenario(name: str, scenarios: dict[str, list[str]]) -> None:
    found = DEFECTS[name]
    assert [each for each in scenarios[found.criterion] if re.search(found.sample, each)], found.sample
