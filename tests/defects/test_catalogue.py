"""The list of defects fits the criteria, the scenarios and the system as they are now; no scenario is run here."""

import subprocess
import sys

import pytest

from support.base import systems
from support.base.settings import ROOT
from support.run.conclude import criteria_of
from tests.defects import catalogue, definition, qualify
from tests.defects.caio import DEFECTS
from tests.defects.catalogue import BOTH

SYSTEM = "caio"

APPLY_ALL = """
import caio.api, caio.server, caio.proofs
from tests.defects import patching
from tests.defects.caio import DEFECTS
for each in [each for each in DEFECTS.values() if each.edit is None]:
    try:
        each.apply()
        print("applied", each.name) if patching.is_applied() or each.by_environment else print("NOTHING", each.name)
    except patching.DoesNotApply as error:
        print("OUTDATED", each.name, error)
    finally:
        patching.undo()
"""

EDITS = [each.name for each in DEFECTS.values() if each.edit is not None]


@pytest.fixture(scope="module")
def listed():
    return criteria_of(SYSTEM)


def test_each_criterion_that_scenarios_are_promised_for_has_a_defect(listed):
    assert qualify.without_defect(listed) == []


def test_each_defect_breaks_a_criterion_that_scenarios_are_promised_for(listed):
    assert {each.criterion for each in DEFECTS.values()} <= set(qualify.verified(listed))


def test_each_defect_is_tried_over_every_interface_that_it_names():
    tried: dict[str, set[str]] = {name: set() for name in DEFECTS}
    for trial in qualify.plan(SYSTEM, list(DEFECTS.values())):
        tried[trial.defect].add(trial.interface)
    for name, each in DEFECTS.items():
        assert tried[name] == set(each.interfaces) or (each.interfaces == BOTH and tried[name]), name


def test_each_defect_is_told_in_words_of_its_own():
    assert len({each.says for each in DEFECTS.values()}) == len(DEFECTS)


def test_each_defect_finds_what_it_replaces():
    """In a process of its own: what is imported while a defect is in force would keep it."""
    done = subprocess.run(
        [sys.executable, "-c", APPLY_ALL], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line for line in lines if not line.startswith("applied ")] == []
    assert len(lines) == len(DEFECTS) - len(EDITS)


@pytest.mark.parametrize("name", EDITS)
def test_each_edit_applies_and_leaves_a_definition_that_can_be_read(name, tmp_path):
    systems.load(definition.write(tmp_path, SYSTEM, name))


def test_every_system_with_defects_is_one_that_can_be_accepted():
    assert set(catalogue.systems()) <= {path.parent.name for path in systems.SYSTEMS.glob("*/system.yaml")}
