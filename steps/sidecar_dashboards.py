"""Sentences about the sidecar's dashboard and alerts: what they ask for, and which runbooks they link."""

from behave import then, when
from behave.runner import Context
from hamcrest import assert_that, empty

from support.domains.sidecar.platform import dashboards, exposure, files, queries, schemas
from support.domains.sidecar.platform.chart import OWN, chart
from support.domains.sidecar.platform.exposure import Exposure
from support.domains.sidecar.platform.queries import Query
from support.world import vocabulary

vocabulary.register(
    Queries=["dashboard", "sidecar's alerts"],
)


@when("an operator reads the metrics of all processes of {system:System}")
def read_metrics(context: Context, system: str) -> None:
    """Chats with and without explanation and a refusal are made, then the metrics of every process are read."""
    exposure.read_all(context.world)


@when("whoever is on call reads dashboard and alerts of the sidecar")
def read_documents(context: Context) -> None:
    """Dashboard and alerts are read from where the definition says, and attached."""
    for name in ("dashboard", "alert_rules"):
        context.world.evidence.text(name, files.text(context.world, name))


@then("every query of the {asking:Queries} can be asked")
def can_be_asked(context: Context, asking: str) -> None:
    """Each query is PromQL and asks for a metric; every panel has one."""
    assert_that(queries.unusable(_queries(context, asking)), empty(), "queries that cannot be asked")


@then("every query of the {asking:Queries} asks for metrics that the service exposes, by labels that they have")
def asks_for_what_is_there(context: Context, asking: str) -> None:
    """Each metric of each query is exposed by a process, and carries the labels that it is asked by."""
    found, there = _queries(context, asking), context.world.part(Exposure)
    missing = [*queries.unexposed(found, there.names), *queries.unlabelled(found, there.labels)]
    assert_that(missing, empty(), "what nobody exposes")


@then("every scaler of the chart asks for metrics that the service exposes")
def scalers_ask_for_what_is_there(context: Context) -> None:
    """Each metric that a scaler asks Prometheus for is exposed by a process."""
    rendered = chart(context.world)
    found = dashboards.scaler_queries(rendered.render(rendered.of_set(OWN)))
    missing = [*queries.unusable(found), *queries.unexposed(found, context.world.part(Exposure).names)]
    assert_that(missing, empty(), "what nobody exposes")


@then("the alerts of the sidecar are valid by their schema")
def alerts_are_valid(context: Context) -> None:
    """The Prometheus operator would accept the rules."""
    assert_that(schemas.invalid(files.objects(context.world, "alert_rules")), empty(), "mistakes by the schema")


@then("every alert of the sidecar has a severity, a summary, a description and a runbook")
def alerts_say_all(context: Context) -> None:
    """Each alert says how bad it is, what is wrong, what that means, and what to do."""
    assert_that(dashboards.unsaid(dashboards.alerts(context.world)), empty(), "what is not said")


@then("every runbook that the sidecar's dashboard and alerts link exists")
def runbooks_exist(context: Context) -> None:
    """Each linked runbook is there, is not empty, and has the heading that the link names."""
    world = context.world
    linked = dashboards.links(dashboards.dashboard(world), dashboards.alerts(world))
    assert_that(dashboards.dead_links(world, linked), empty(), "links to nothing")


def _queries(context: Context, asking: str) -> list[Query]:
    if asking == "dashboard":
        return dashboards.dashboard_queries(dashboards.dashboard(context.world))
    return dashboards.alert_queries(dashboards.alerts(context.world))
