"""Sentences about alerts: what their rules say, and what is raised when conditions are brought about."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, empty, equal_to

from support.base import documents
from support.checks import raised_alerts
from support.checks.basis import enough
from support.subjects import alert_runs, alerts
from support.subjects.alert_runs import AlertRuns
from support.subjects.alerts import AlertRules
from support.world import vocabulary

vocabulary.register()


@when("the alert rules are tried with their own examples")
def try_rules(context: Context) -> None:
    """Prometheus' own tool checks the rules, and tries the examples of situations that come with them."""
    context.world.part(AlertRules).found_wrong = alerts.found_wrong(context.world)


@then("nothing is found wrong with them")
def nothing_wrong(context: Context) -> None:
    """The tool accepted the rules, and each example raised the alerts that it says, and no others."""
    assert_that(context.world.part(AlertRules).found_wrong, equal_to(""), "what Prometheus' own tool found wrong")


@then("there is an example for every alert")
def example_for_every_alert(context: Context) -> None:
    """The examples mention each alert by its name."""
    assert_that(alerts.untried(context.world), empty(), "alerts without an example")


@when("whoever is on call reads the alert rules")
def read_rules(context: Context) -> None:
    """The rules are read as they stand."""
    context.world.part(AlertRules).rules = alerts.rules(context.world)


@then("every alert says how bad it is, what is wrong and what that means")
def says_what_is_wrong(context: Context) -> None:
    """No alert lacks its severity, summary or description."""
    unsaid = [
        f"{alert.name}: {', '.join(alert.unsaid)}"
        for alert in enough(context.world.part(AlertRules).rules, "alerts")
        if alert.unsaid
    ]
    assert_that(unsaid, empty(), "what alerts leave unsaid")


@then("every alert links a runbook that exists")
def links_runbook(context: Context) -> None:
    """The file that an alert names as its runbook lies beside the system's definition, and is not empty."""
    assert_that(alerts.missing_runbooks(context.world), empty(), "alerts without a runbook, and what they name")


@when("whoever is on call reads the metrics")
def read_metrics(context: Context) -> None:
    """The metrics are fetched as they stand."""
    context.world.exchanges.append(context.world.http.get(context.world.endpoint("metrics")))


@then("{system:System} has every metric that the alerts look at")
def has_metrics(context: Context, system: str) -> None:
    """Each name in the alerts' expressions is one that the system exposes, or that Prometheus makes by itself."""
    assert_that(alerts.unexposed(context.world), empty(), "metrics that nobody exposes")


@given("these {system:System} are watched by Prometheus and Alertmanager")
def watch(context: Context, system: str) -> None:
    """Each instance of the table (CAIO, profile) runs in a container; the monitoring is the one that comes with it."""
    context.world.part(AlertRuns).monitoring = alert_runs.begin(context.world, documents.rows(context.table))


@then("each alert was raised within {seconds:d} seconds")
def was_raised(context: Context, seconds: int) -> None:
    """Every alert of the table was firing in Prometheus so soon after its condition was brought about."""
    alert_runs.note_slowest(context.world, seconds)
    assert_that(
        raised_alerts.late(context.world.part(AlertRuns).observed, seconds), empty(), "alerts that came late or never"
    )


@then("Alertmanager received each of them")
def was_received(context: Context) -> None:
    """Every alert of the table was among those that Alertmanager had."""
    assert_that(
        raised_alerts.unreceived(context.world.part(AlertRuns).observed), empty(), "alerts that did not get through"
    )


@then("no other alert was raised")
def no_other(context: Context) -> None:
    """No instance raised an alert that its row does not name, or raised it before its condition was brought about."""
    assert_that(raised_alerts.needless(context.world.part(AlertRuns).observed), empty(), "alerts without a cause")


@then("each alert ended within {seconds:d} seconds of its cause")
def ended(context: Context, seconds: int) -> None:
    """Every alert was over so soon after its cause was removed, and Alertmanager has none left."""
    assert_that(raised_alerts.lasting(context.world.part(AlertRuns).observed, seconds), empty(), "alerts that went on")
