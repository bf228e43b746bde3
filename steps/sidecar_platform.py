"""Sentences about what the Async Sidecar is deployed by: its chart, Argo CD's Applications, scalers and node pools."""

import yaml
from behave import then, when
from behave.runner import Context
from hamcrest import assert_that, empty, equal_to, has_items

from support.base import documents
from support.domains.sidecar.platform import (
    applications,
    autoscaling,
    chart,
    containers,
    files,
    schemas,
    selection,
    values,
)
from support.domains.sidecar.platform.chart import Charts
from support.world import vocabulary

vocabulary.register(ChartValues=chart.SETS)


@when("the chart is rendered {of:ChartValues}")
def render(context: Context, of: str) -> None:
    """Helm renders the chart with a set of values that it ships with, or with all or none of its optional parts."""
    chart.render_set(context.world, of)


@when('the chart is rendered with "{path:Words}" set to {value:Literal}')
def render_changed(context: Context, path: str, value: str) -> None:
    """Helm renders the chart with one of its values changed."""
    changed = chart.changed(chart.chart(context.world), path, yaml.safe_load(value))
    chart.render(context.world, changed, f"with {path} set to {value}")


@when('the chart is rendered with "{path:Words}", which is no value of it, set to {value:Literal}')
def render_misspelt(context: Context, path: str, value: str) -> None:
    """Helm renders the chart with an override of a value that it does not have."""
    chart.render(context.world, chart.added(path, yaml.safe_load(value)), f"with {path} set to {value}")


@when("each value of the chart is changed in turn")
def change_each(context: Context) -> None:
    """Helm renders the chart anew for each of its values, changed, with all and with no optional parts."""
    context.world.part(Charts).unread = values.unread(chart.chart(context.world))


@then("each change shows in what the chart renders")
def each_change_shows(context: Context) -> None:
    """No value could be changed without a change in what is rendered."""
    assert_that(context.world.part(Charts).unread, equal_to([]), "values that no template reads")


@then("the chart holds {kinds}")
def holds(context: Context, kinds: str) -> None:
    """Objects of each of these kinds are rendered."""
    wanted = documents.words(kinds.replace(" and ", ", "))
    assert_that([each["kind"] for each in context.world.part(Charts).last.of()], has_items(*wanted))


@then("every object of the chart is valid by its schema")
def objects_are_valid(context: Context) -> None:
    """Each object is accepted strictly: by Kubernetes' own schema, or by that of its custom resource."""
    assert_that(schemas.invalid(context.world.part(Charts).last.of()), empty(), "mistakes by the schemas")


@then('the chart refuses to render, and names "{value:Words}"')
def refuses(context: Context, value: str) -> None:
    """Helm ends with an error that names the value."""
    named = context.world.part(Charts).last.refusal.replace("/", ".")
    assert_that(named, chart.naming(value), "what Helm says")


@then("every selector of the chart selects pods of the chart")
def selects_something(context: Context) -> None:
    """Services, budgets, policies, their peers and deployments select pods that are there; scalers and ports exist."""
    assert_that(selection.selecting_nothing(context.world.part(Charts).last), empty(), "what selects nothing")


@then("every deployment of the chart has a disruption budget, which lets some of its pods go and not all")
def budgets_are_right(context: Context) -> None:
    """Each deployment has a budget, which lets at least one of the fewest pods go, and keeps at least one."""
    made = context.world.part(Charts).last
    assert_that([*selection.without_budget(made), *selection.unevictable(made)], empty(), "disruption budgets")


@then("every pod of the chart is closed to connections that no network policy allows")
def pods_are_closed(context: Context) -> None:
    """A network policy about incoming connections selects each pod."""
    assert_that(selection.unprotected(context.world.part(Charts).last), empty(), "pods without a network policy")


@then("every container of the chart sets requests and limits")
def resources_are_set(context: Context) -> None:
    """Each container sets requests and limits of CPU and memory."""
    made = context.world.part(Charts).last
    assert_that(containers.without(made, containers.resources), empty(), "requests and limits")


@then("every container of the chart has probes")
def probes_are_there(context: Context) -> None:
    """Each container has a readiness and a liveness probe; what runs before the others needs none."""
    assert_that(containers.without(context.world.part(Charts).last, containers.probes), empty(), "probes")


@then("every container of the chart runs without root")
def runs_without_root(context: Context) -> None:
    """Each container runs as an account that is not root and cannot become it, without capabilities."""
    assert_that(containers.without(context.world.part(Charts).last, containers.security), empty(), "security contexts")


@when("the Applications of Argo CD are read")
def read_applications(context: Context) -> None:
    """The Applications are read from the file that the definition names, and attached."""
    context.world.evidence.text("Applications", files.text(context.world, "argocd"))


@then("every Application of Argo CD is valid by its schema")
def applications_are_valid(context: Context) -> None:
    """Argo CD's API would accept each Application."""
    assert_that(schemas.invalid(applications.applications(context.world)), empty(), "mistakes by the schema")


@then("every Application of Argo CD points at the chart, with values that it has and a revision to follow")
def applications_point_at_chart(context: Context) -> None:
    """Path, value files and revision lead to the chart that is judged here."""
    found = applications.elsewhere(applications.applications(context.world), chart.chart(context.world))
    assert_that(found, empty(), "what leads elsewhere")


@then("every Application of Argo CD states that it synchronises, prunes and repairs by itself")
def applications_synchronise(context: Context) -> None:
    """syncPolicy.automated, prune and selfHeal are stated."""
    assert_that(applications.unsynced(applications.applications(context.world)), empty(), "what is not stated")


@then("no two Applications of Argo CD write to the same place")
def applications_are_apart(context: Context) -> None:
    """Each Application has a namespace of its own."""
    assert_that(applications.sharing(applications.applications(context.world)), empty(), "places that are shared")


@then("the chart renders for every Application of Argo CD")
def renders_for_applications(context: Context) -> None:
    """The chart accepts the values of each Application."""
    found = applications.unrendered(applications.applications(context.world), chart.chart(context.world))
    assert_that(found, empty(), "Applications that the chart refuses")


@then("every scaler of the chart has the bounds and the backlog target of the values")
def scalers_agree(context: Context) -> None:
    """Bounds and threshold of each KEDA ScaledObject are those of its part of the values."""
    assert_that(autoscaling.disagreeing(context.world.part(Charts).last), empty(), "disagreements")


@then("no scaler of the chart goes under the configured minimum")
def scalers_keep_order(context: Context) -> None:
    """The lower bound is at least the replicas that the values ask for, and at most the upper one."""
    assert_that(autoscaling.out_of_order(context.world.part(Charts).last), empty(), "bounds out of order")


@then('the value "{path:Words}" of the chart was {value:Literal}')
def value_was(context: Context, path: str, value: str) -> None:
    """The values that the chart was rendered with have this one."""
    found = documents.read(context.world.part(Charts).last.values, path)
    assert_that(found, equal_to(yaml.safe_load(value)), path)


@when("the node pools of Karpenter are read")
def read_pools(context: Context) -> None:
    """The node pools are read from the file that the definition names, and attached."""
    context.world.evidence.text("node pools", files.text(context.world, "karpenter"))


@then("every node pool of Karpenter is valid by its schema")
def pools_are_valid(context: Context) -> None:
    """Karpenter's API would accept each object of the file."""
    assert_that(schemas.invalid(files.objects(context.world, "karpenter")), empty(), "mistakes by the schemas")


@then("there are node pools of Karpenter with GPUs and without")
def both_kinds(context: Context) -> None:
    """At least one pool makes nodes with GPUs, and at least one makes nodes without."""
    kinds = {"GPU" if pool.has_gpus else "CPU" for pool in autoscaling.pools(context.world)}
    assert_that(kinds, equal_to({"CPU", "GPU"}), "kinds of nodes")


@then("every node pool of Karpenter keeps other pods away")
def pools_are_tainted(context: Context) -> None:
    """Each pool has a taint by which pods without a toleration are not scheduled there."""
    open_to_all = [pool.title for pool in autoscaling.pools(context.world) if not pool.keeps_away]
    assert_that(open_to_all, empty(), "pools that are open to all pods")


@then("every toleration of the explainers matches a taint of a node pool of Karpenter")
def tolerations_match(context: Context) -> None:
    """Each toleration is for a taint that a pool has."""
    made, nodes = context.world.part(Charts).last, autoscaling.pools(context.world)
    assert_that(autoscaling.unmatched_tolerations(made, nodes), empty(), "tolerations for nothing")


@then("every explainer of the chart fits on a node pool of Karpenter")
def explainers_fit(context: Context) -> None:
    """Taints, labels and GPUs of a pool let the pods of each explainer onto its nodes."""
    made, nodes = context.world.part(Charts).last, autoscaling.pools(context.world)
    assert_that(autoscaling.homeless(made, nodes), empty(), "explainers without nodes")
