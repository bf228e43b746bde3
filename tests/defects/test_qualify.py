"""What a trial shows is judged strictly, and what it starts is the system with one defect in it."""

import subprocess
import sys

import pytest

from support.base import systems
from support.base.outcomes import Outcome, UsageError
from support.base.settings import ROOT
from tests.defects import definition, patching, qualify
from tests.defects.caio import DEFECTS
from tests.defects.launch import NONE, UNUSABLE
from tests.defects.trials import Ended, Trial

CRITERION = "CAIO-ROUTE-02"


def ended(defect="last-policy-ignored", outcome=Outcome.NOT_MET, **told):
    trial = Trial("caio", defect, (CRITERION,), "http", ("features/caio/routing.feature",))
    return Ended(trial, CRITERION, outcome, **{"tried": 9, "not_met": ("It broke",), **told})


def launched(*arguments):
    command = [sys.executable, str(definition.LAUNCHER), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, cwd="/")


def test_a_defect_that_makes_its_criterion_not_met_is_caught():
    assert qualify.fault_of(ended()) == ""


@pytest.mark.parametrize("outcome", [Outcome.MET, Outcome.NOT_VERIFIED, Outcome.BROKEN, None])
def test_a_defect_with_any_other_outcome_is_not(outcome):
    assert qualify.fault_of(ended(outcome=outcome, not_met=())).startswith("NOT CAUGHT")


def test_trouble_counts_against_a_run_even_when_the_defect_was_caught():
    assert "could not start" in qualify.fault_of(ended(trouble="CAIO could not start"))


def test_a_run_without_any_scenario_shows_nothing():
    assert qualify.fault_of(ended(tried=0)).startswith("NOT TRIED")


def test_without_a_defect_everything_must_be_met():
    assert qualify.fault_of(ended(NONE, Outcome.MET, not_met=())) == ""
    assert qualify.fault_of(ended(NONE, Outcome.NOT_MET)).startswith("NOT MET")


def test_defects_are_chosen_by_name_and_by_criterion():
    assert [each.name for each in qualify.choose("caio", ["last-policy-ignored"])] == ["last-policy-ignored"]
    assert {each.criterion for each in qualify.choose("caio", [CRITERION])} == {CRITERION}
    with pytest.raises(UsageError, match="no-such-thing"):
        qualify.choose("caio", ["no-such-thing"])


def test_the_control_tries_every_criterion_that_is_broken_elsewhere():
    controls = qualify.controls("caio", list(DEFECTS.values()))

    assert {name for trial in controls for name in trial.criteria} == {each.criterion for each in DEFECTS.values()}
    assert {trial.defect for trial in controls} == {NONE}


def test_the_definition_starts_every_program_of_the_system_through_the_launcher(tmp_path):
    system = systems.load(definition.write(tmp_path, "caio", "last-policy-ignored"))

    verify = system.command("verify", {"decision": "d", "contracts": "c", "key": "k"})
    for command in (system.deployments.process.command, system.deployments.python.command, verify):
        assert command[1:4] == [str(definition.LAUNCHER), "caio", "last-policy-ignored"]
    driver = system.deployments.python.command[-1]
    assert driver == str(ROOT / "systems/caio/drivers/python_api.py")


def test_without_a_defect_the_launcher_changes_nothing():
    done = launched("caio", NONE, "-m", "caio", "--version")

    assert (done.returncode, done.stdout, done.stderr) == (0, "caio 1.0.0\n", "")


def test_the_launcher_refuses_a_defect_that_does_not_exist():
    done = launched("caio", "no-such-defect", "-m", "caio", "--version")

    assert done.returncode == UNUSABLE
    assert "no-such-defect" in done.stderr


def test_a_patch_whose_target_has_gone_is_told():
    with pytest.raises(patching.DoesNotApply, match="no_such_function"):
        patching.wrap("caio.policies:no_such_function")(lambda original: None)


def test_the_defects_of_a_criterion_are_dealt_out_to_its_interfaces() -> None:
    some = qualify.choose("caio", [CRITERION])
    assert len(some) > 2
    tried = [(trial.defect, trial.interface) for trial in qualify.plan("caio", some, everywhere=False)]
    assert [name for name, _ in tried] == [each.name for each in some]
    assert [interface for _, interface in tried[:2]] == ["python", "http"]
    one = qualify.plan("caio", some[:1], everywhere=False)
    assert [(trial.defect, trial.interface) for trial in one] == [(some[0].name, "python"), (some[0].name, "http")]


def test_which_defects_of_a_criterion_are_chosen_turns() -> None:
    some = [each.name for each in qualify.choose("caio", [CRITERION])]
    chosen = [qualify.choose("caio", [CRITERION], 1, turn)[0].name for turn in range(len(some) + 1)]
    assert chosen == [*some, some[0]]


@pytest.mark.parametrize(("each", "alone"), [(1, None), (2, None), (2, 1), (None, None)])
def test_every_interface_over_which_a_criterion_can_break_is_tried(each: int | None, alone: int | None) -> None:
    defects = qualify.choose("caio", [], each)
    fewer = qualify.fewer_alone("caio", defects, alone)
    dealt = {(*trial.criteria, trial.interface) for trial in qualify.plan("caio", fewer, everywhere=False)}
    assert dealt == {(*trial.criteria, trial.interface) for trial in qualify.plan("caio", fewer)}
    some, all_ = (qualify.plan("caio", each) for each in (fewer, defects))
    assert {trial.criteria for trial in some} == {trial.criteria for trial in all_}


def test_of_those_that_run_alone_only_the_first_of_each_criterion_can_be_tried() -> None:
    loads, quick = qualify.choose("caio", ["CAIO-LOAD-02", "CAIO-SLO-01"]), qualify.choose("caio", [CRITERION])
    assert qualify.fewer_alone("caio", [*loads, *quick], None) == [*loads, *quick]
    kept = qualify.fewer_alone("caio", [*loads, *quick], 1)
    assert [each.criterion for each in kept] == ["CAIO-LOAD-02", "CAIO-SLO-01", *[CRITERION] * len(quick)]
    assert {trial.interface for trial in qualify.plan("caio", kept[:1], everywhere=False)} == {"http", "python"}
