"""Reading alert rules, and the metrics that they look at."""

from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from support.base.outcomes import NotMet
from support.checks import alert_rules
from support.checks.alert_rules import Alert

RULES = """
groups:
  - name: one
    rules:
      - {record: 'some:rate', expr: 'rate(some_total[1m])'}
      - alert: Bad
        expr: up == 0
        labels: {severity: critical}
        annotations: {summary: It is bad, runbook_url: runbooks/Bad.md}
"""


def alert(expression: str) -> Alert:
    return Alert("Some", expression, "critical", "s", "d", "r.md")


def test_an_alert_is_read_and_tells_what_it_leaves_unsaid() -> None:
    (found,) = alert_rules.read(RULES)
    assert (found.name, found.severity, found.runbook) == ("Bad", "critical", "runbooks/Bad.md")
    assert found.unsaid == ["description"]


@pytest.mark.parametrize(
    "text", ["", "groups: []", "groups: {a: 1}", "- [", "groups: [{name: a, rules: [{record: b, expr: c}]}]"]
)
def test_what_holds_no_alerts_is_not_met(text: str) -> None:
    with pytest.raises(NotMet, match="expected"):
        alert_rules.read(text)


@pytest.mark.parametrize(
    ("expression", "metrics"),
    [
        ('up{job="caio"} == 0 or absent(up{job="caio"})', {"up"}),
        ("a_total / on (job, instance) group_left (x) b_total > 0.05", {"a_total", "b_total"}),
        ('sum by (job) (rate(a_total{route=~"/api/.+", status=~"50[0-4]"}[1m])) > 1e3', {"a_total"}),
        ("histogram_quantile(0.95, sum by (le) (rate(a_bucket[1m] offset 5m))) > bool 2", {"a_bucket"}),
        ('label_replace(a, "b", "c}", "d", ".*(e).*") unless ignoring(f) job:b:rate1m', {"a", "job:b:rate1m"}),
    ],
)
def test_the_metrics_of_an_expression_are_found(expression: str, metrics: set[str]) -> None:
    assert alert(expression).metrics == metrics


def test_what_is_exposed_is_known_even_where_there_are_no_samples_yet() -> None:
    registry = CollectorRegistry()
    Counter("calls", "c", ("who",), registry=registry)
    Gauge("state", "g", ("what",), registry=registry)
    Histogram("seconds", "h", registry=registry)
    names = alert_rules.exposed(generate_latest(registry).decode())
    assert {"calls_total", "state", "seconds_bucket", "seconds_count", "seconds_sum"} <= names
    seen = alert_rules.unexposed([alert("calls_total > 1 and stat == 1 or up == 0")], names)
    assert seen == ["Some looks at stat"]


def test_an_alert_that_no_test_mentions_is_named() -> None:
    found = [alert("up"), Alert("Somewhere", "up", "", "", "", "")]
    assert alert_rules.untried(found, "alertname: Somewhere") == ["Some"]
