"""Judging which alerts were raised, when, and what for."""

from __future__ import annotations

import pytest

from support.checks import raised_alerts
from support.checks.raised_alerts import AlertRun, RaisedAlert

DOWN, SLOW = RaisedAlert("north", "Down"), RaisedAlert("south", "Slow")


def run(**changes: object) -> AlertRun:
    """Two alerts as they should be: caused at 100, raised at 105 and 110, removed at 120, over at 121."""
    whole: dict[str, object] = {
        "caused": {DOWN: 100.0, SLOW: 100.0},
        "removed": {DOWN: 120.0, SLOW: 120.0},
        "fired": {DOWN: [105.0, 121.0], SLOW: [110.0, 119.0]},
        "received": {DOWN, SLOW},
        "left": set(),
    }
    return AlertRun(**(whole | changes))  # type: ignore[arg-type]


def test_what_should_be_is_not_complained_about() -> None:
    seen = run()
    assert (seen.delay(DOWN), seen.lasted(DOWN), seen.lasted(SLOW)) == (5.0, 1.0, 0.0)
    assert (
        raised_alerts.late(seen, 10)
        + raised_alerts.needless(seen)
        + raised_alerts.unreceived(seen)
        + raised_alerts.lasting(seen, 1)
        == []
    )


@pytest.mark.parametrize(
    ("fired", "complaints"),
    [
        ({DOWN: [105.0]}, ["Slow about south was never raised"]),
        ({DOWN: [105.0], SLOW: [99.0]}, ["Slow about south was never raised"]),
        ({DOWN: [105.0], SLOW: [112.5]}, ["Slow about south was raised after 12.5 s"]),
    ],
)
def test_an_alarm_that_is_late_or_never_comes_is_named(
    fired: dict[RaisedAlert, list[float]], complaints: list[str]
) -> None:
    assert raised_alerts.late(run(fired=fired), 10) == complaints


@pytest.mark.parametrize("alert", [RaisedAlert("south", "Down"), RaisedAlert("", "Down"), RaisedAlert("north", "Slow")])
def test_an_alarm_without_a_cause_is_named(alert: RaisedAlert) -> None:
    assert raised_alerts.needless(run(fired={DOWN: [105.0], alert: [106.0]})) == [f"{alert} was raised"]


def test_an_alarm_before_its_cause_is_without_a_cause() -> None:
    assert raised_alerts.needless(run(fired={DOWN: [99.0, 105.0]})) == ["Down about north was raised"]


def test_an_alarm_that_does_not_get_through_is_named() -> None:
    assert raised_alerts.unreceived(run(received={SLOW})) == ["Down about north was not received"]


def test_an_alarm_that_goes_on_is_named() -> None:
    assert raised_alerts.lasting(run(fired={DOWN: [105.0, 130.0]}), 9) == ["Down about north went on for 10.0 s"]
    assert raised_alerts.lasting(run(left={SLOW}), 9) == ["Slow about south was still in Alertmanager at the end"]


def test_alarms_are_read_from_what_prometheus_says() -> None:
    labels = {"alertname": "Down", "instance": "north:8080", "severity": "critical"}
    pending = {"labels": labels | {"instance": "south:8080"}, "state": "pending"}
    assert raised_alerts.firing([{"labels": labels, "state": "firing"}, pending]) == {DOWN}
    series = [{"metric": labels, "values": [[7, "1"], [8, "1"]]}, {"metric": labels | {"a": "b"}, "values": [[5, "1"]]}]
    assert raised_alerts.moments(series) == {DOWN: [5.0, 7.0, 8.0]}
    assert raised_alerts.due("north", {"alerts": "Down, Slow"}) == {DOWN, RaisedAlert("north", "Slow")}
