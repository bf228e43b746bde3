"""A mutant is tried with the likeliest cases first, until one notices it; what was not judged is not called killed."""

from pathlib import Path

import pytest

from support.base.outcomes import Outcome
from tests.defects.trials import Ended, Trial
from tests.mutants import outcome, planning
from tests.mutants.generate import Mutant
from tests.mutants.outcome import Fate
from tests.mutants.planning import EXAMPLES, MODELS, Case
from tests.mutants.reach import Order, Reach
from tests.mutants.running import BROKEN_AT_MOST, Mutants

TEXT = "LIMIT = 1\n\n\ndef allows(count):\n    return count < LIMIT\n"
MODULE = "some/limit.py"


def a_reach(name, lines, others=0, kind=EXAMPLES, seconds=5.0, trouble="", feature="a"):
    case = Case(Trial("caio", "none", (name,), "http", (f"features/caio/{feature}.feature",)), kind)
    return Reach(case, {MODULE: set(lines), "some/other.py": set(range(others))}, seconds, trouble)


def a_mutant(line=5):
    return Mutant(MODULE, line, 4, "swap_op", "count < LIMIT", "count <= LIMIT", TEXT.replace("<", "<="))


def names(reaches):
    return [each.case.trial.criteria[0] for each in reaches]


def test_models_come_first_then_those_most_about_the_module_then_the_cheapest() -> None:
    reaches = [
        a_reach("wide", {1, 4, 5}, others=90),
        a_reach("not-reaching", {1, 4}),
        a_reach("slow", {1, 4, 5}, others=10, seconds=9),
        a_reach("quick", {1, 4, 5}, others=10, seconds=1),
        a_reach("explores", {1, 4, 5}, others=200, kind=MODELS, seconds=60),
    ]
    assert names(Order(reaches).of(a_mutant(), TEXT)) == ["explores", "quick", "slow", "wide"]


def test_of_a_line_that_all_run_those_come_first_that_use_its_module() -> None:
    reaches = [a_reach("imports", {1, 4}), a_reach("uses", {1, 4, 5}, others=90)]
    assert names(Order(reaches).of(a_mutant(line=1), TEXT)) == ["uses", "imports"]


def test_of_a_line_that_all_run_the_first_of_each_feature_come_first() -> None:
    reaches = [
        a_reach("a-first", {1, 4, 5}, seconds=1),
        a_reach("a-second", {1, 4, 5}, seconds=2),
        a_reach("b-first", {1, 4}, seconds=3, feature="b"),
    ]
    assert names(Order(reaches).of(a_mutant(line=1), TEXT)) == ["a-first", "b-first", "a-second"]
    assert names(Order(reaches).of(a_mutant(line=5), TEXT)) == ["a-first", "a-second"]


def ended(criterion="C-01", result=Outcome.MET, **said):
    trial = Trial("caio", "mutant=x", (criterion,), "http", ("a.feature",))
    return Ended(trial, criterion, result, **{"tried": 2, **said})


MET = ended()
NOT_MET = ended(result=Outcome.NOT_MET, not_met=("It broke",), trouble="The rest had no result")
BROKEN = ended(result=Outcome.BROKEN, trouble="CAIO does not start")
LATE = ended(result=None, trouble="took longer", timed_out=True)
LOST = ended(result=Outcome.NOT_VERIFIED)


@pytest.mark.parametrize(
    ("ends", "fate"),
    [
        ([], Fate.NOT_REACHED),
        ([MET, MET], Fate.SURVIVED),
        ([MET, NOT_MET], Fate.KILLED),
        ([BROKEN, NOT_MET], Fate.KILLED),
        ([BROKEN], Fate.BROKEN),
        ([MET, BROKEN], Fate.BROKEN),
        ([BROKEN, LATE], Fate.TIMED_OUT),
        ([MET, LOST], Fate.BROKEN),
    ],
)
def test_fates(ends, fate) -> None:
    assert outcome.fate_of([outcome.summed_up("case", [each], 1.0) for each in ends]) is fate


class Script:
    """Trials whose ends are written down; those that were asked for are noted."""

    def __init__(self, *ends):
        self.ends, self.asked = list(ends), []

    def run(self, trial):
        self.asked.append(trial)
        return [self.ends.pop(0)], 1.0


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "some").mkdir()
    (tmp_path / MODULE).write_text(TEXT)
    return tmp_path / "some"


def run(package, script, reaches, most=8):
    return Mutants(script, [package], reaches, most).run(a_mutant())


def test_the_first_kill_ends_it(package) -> None:
    reaches = [a_reach(f"C-0{number}", {5}, others=number) for number in range(4)]
    script = Script(MET, NOT_MET)
    result = run(package, script, reaches)
    assert (result.fate, len(result.tried), result.reaching) == (Fate.KILLED, 2, 4)
    assert all(trial.first and trial.defect.startswith("mutant=") for trial in script.asked)
    assert result.text == "    return count < LIMIT"


def test_no_more_trials_than_allowed_and_what_was_left_is_told(package) -> None:
    result = run(package, Script(*[MET] * 9), [a_reach(f"C-{number}", {5}) for number in range(9)], most=3)
    assert (result.fate, len(result.tried), result.reaching) == (Fate.SURVIVED, 3, 9)


def test_a_broken_trial_is_run_to_its_end_as_later_scenarios_may_judge(package) -> None:
    script = Script(BROKEN, NOT_MET)
    result = run(package, script, [a_reach("C-01", {5})])
    assert [trial.first for trial in script.asked] == [True, False]
    assert result.fate is Fate.KILLED


def test_a_mutant_that_lets_nothing_start_is_given_up(package) -> None:
    script = Script(*[BROKEN] * 20)
    result = run(package, script, [a_reach(f"C-{number}", {5}) for number in range(9)])
    assert (result.fate, len(result.tried)) == (Fate.BROKEN, BROKEN_AT_MOST)


def test_what_no_case_reaches_is_not_tried_nor_with_cases_that_are_not_met_anyway(package) -> None:
    script = Script()
    result = run(package, script, [a_reach("C-01", {1}), a_reach("C-02", {5}, trouble="not met")])
    assert (result.fate, script.asked) == (Fate.NOT_REACHED, [])


def test_every_criterion_that_needs_no_containers_nor_loads_has_a_case() -> None:
    plan = planning.plan("caio")
    assert plan.left_out
    assert len({each.name for each in plan.cases}) == len(plan.cases)
    assert {each.trial.interface for each in plan.cases} == {"http", "python"}
    for case in plan.cases:
        assert "not @exclusive" in case.trial.tags
        assert not [file for file in case.trial.features if file.endswith("load.feature")]
