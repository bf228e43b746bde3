"""Nothing proves nothing: whoever judges it is stopped, in plain words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from support.base.outcomes import Broken, NothingToJudge, Outcome
from support.checks import alert_rules, raised_alerts
from support.checks.agreement import judge_count
from support.checks.alert_rules import Alert
from support.checks.basis import enough
from support.checks.raised_alerts import AlertRun, RaisedAlert
from support.domains.caio import decisions

DOWN = RaisedAlert("north", "Down")
NEVER = AlertRun(caused={DOWN: 100.0}, removed={DOWN: 120.0})


def test_what_is_there_is_given_back_to_be_judged() -> None:
    seen = ["one", "two"]
    assert enough(seen, "lines") is seen
    assert enough(seen, "lines", least=2) is seen


@pytest.mark.parametrize("nothing", [[], (), {}, set(), ""])
def test_nothing_is_broken(nothing: list[str]) -> None:
    with pytest.raises(NothingToJudge, match="there are no lines, so there is nothing to judge"):
        enough(nothing, "lines")
    assert issubclass(NothingToJudge, Broken)


def test_one_cannot_be_compared_with_itself() -> None:
    with pytest.raises(NothingToJudge, match="there are 1 decisions, and it takes 2"):
        enough(["one"], "decisions", least=2)


@pytest.mark.parametrize(
    "judge",
    [
        lambda: raised_alerts.late(AlertRun(), 10),
        lambda: raised_alerts.unreceived(AlertRun()),
        lambda: raised_alerts.needless(NEVER),
        lambda: raised_alerts.lasting(AlertRun(), 10),
        lambda: raised_alerts.lasting(NEVER, 10),
        lambda: alert_rules.unexposed([Alert("Down", "up == 0", "", "", "", "")], {"calls_total"}),
        lambda: alert_rules.untried([], ""),
        lambda: decisions.unproven({"proofs": []}, "local-chat", []),
    ],
)
def test_a_check_of_nothing_is_broken(judge: Callable[[], object]) -> None:
    with pytest.raises(NothingToJudge):
        judge()


def test_an_alarm_that_never_came_is_late_all_the_same() -> None:
    assert raised_alerts.late(NEVER, 10) == ["Down about north was never raised"]


def test_no_count_agrees_with_nothing() -> None:
    found = judge_count(0, 0, "decisions")
    assert found.outcome is Outcome.BROKEN
    assert "the callers were given no decisions" in found.says
    assert judge_count(3, 0, "decisions").outcome is Outcome.NOT_MET
    assert judge_count(0, 3, "decisions").outcome is Outcome.NOT_MET
