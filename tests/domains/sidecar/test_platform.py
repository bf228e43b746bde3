"""Judgements of the sidecar's platform files on small documents, each also on one in which they must find something."""

from __future__ import annotations

from typing import Any

import pytest

from support.base.outcomes import NothingToJudge
from support.domains.sidecar.platform import autoscaling, capacity, containers, queries, schemas, selection
from support.domains.sidecar.platform.chart import Rendered, leaves, merged
from support.domains.sidecar.platform.queries import Query

LABELS = {"app": "explainer"}
SECURE = {
    "runAsNonRoot": True,
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
}
AMOUNTS = {"cpu": "1", "memory": "1Gi"}


def container(**changed: Any) -> dict[str, Any]:
    probe = {"httpGet": {"path": "/health", "port": 80}}
    whole = {
        "name": "explainer",
        "resources": {"requests": AMOUNTS, "limits": AMOUNTS},
        "readinessProbe": probe,
        "livenessProbe": probe,
        "securityContext": SECURE,
        "ports": [{"name": "http", "containerPort": 80}],
    }
    return {**whole, **changed}


def deployment(replicas: int = 2, **spec: Any) -> dict[str, Any]:
    pod = {"metadata": {"labels": LABELS}, "spec": {"containers": [container()], **spec}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "x-explainer"},
        "spec": {"replicas": replicas, "selector": {"matchLabels": LABELS}, "template": pod},
    }


def other(kind: str, **spec: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": "x"}, "spec": spec}


def made(*objects: dict[str, Any], **values: Any) -> Rendered:
    return Rendered(values, list(objects))


@pytest.mark.parametrize(
    ("selector", "hit"),
    [
        ({"matchLabels": LABELS}, True),
        ({"matchLabels": {"app": "gateway"}}, False),
        ({"matchLabels": {**LABELS, "tier": "a"}}, False),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["explainer", "gateway"]}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["explainer"]}]}, False),
        ({"matchExpressions": [{"key": "tier", "operator": "Exists"}]}, False),
        ({"matchExpressions": [{"key": "tier", "operator": "DoesNotExist"}]}, True),
        ({}, True),
    ],
)
def test_selectors(selector: dict[str, Any], hit: bool) -> None:
    assert selection.matches(selector, LABELS) is hit


def test_a_policy_that_selects_nothing() -> None:
    policy = other("NetworkPolicy", podSelector={"matchLabels": {"app": "elsewhere"}}, policyTypes=["Ingress"])
    assert selection.selecting_nothing(made(deployment(), policy)) == ["NetworkPolicy x selects no pod"]
    assert selection.unprotected(made(deployment(), policy)) == ["Deployment x-explainer"]


def test_a_policy_for_outgoing_connections_alone_protects_nothing() -> None:
    policy = other("NetworkPolicy", podSelector={}, policyTypes=["Egress"])
    assert selection.unprotected(made(deployment(), policy)) == ["Deployment x-explainer"]


def test_a_service_whose_port_is_not_there() -> None:
    service = other("Service", selector=LABELS, ports=[{"port": 80, "targetPort": "web"}])
    assert selection.selecting_nothing(made(deployment(), service)) == [
        "Service x leads to the port 'web', which Deployment x-explainer does not have"
    ]


@pytest.mark.parametrize(
    ("spec", "pods", "goes"),
    [
        ({"maxUnavailable": 1}, 2, 1),
        ({"maxUnavailable": "50%"}, 3, 2),
        ({"minAvailable": 1}, 1, 0),
        ({"minAvailable": "100%"}, 4, 0),
        ({"minAvailable": "34%"}, 3, 1),
        ({}, 2, 2),
    ],
)
def test_evictions(spec: dict[str, Any], pods: int, goes: int) -> None:
    assert selection.evictions(spec, pods) == goes


def test_a_budget_is_judged_by_the_fewest_pods_that_a_scaler_lets_run() -> None:
    budget = other("PodDisruptionBudget", selector={"matchLabels": LABELS}, maxUnavailable=1)
    scaler = other("ScaledObject", scaleTargetRef={"name": "x-explainer"}, minReplicaCount=1, triggers=[])
    assert selection.unevictable(made(deployment(replicas=5), budget)) == []
    assert len(selection.unevictable(made(deployment(replicas=5), budget, scaler))) == 1


@pytest.mark.parametrize(
    ("changed", "judge", "found"),
    [
        ({"resources": {"requests": AMOUNTS}}, containers.resources, "sets no limits.cpu"),
        ({"resources": {}}, containers.resources, "sets no requests.memory"),
        ({"livenessProbe": {}}, containers.probes, "has no livenessProbe"),
        ({"securityContext": {**SECURE, "runAsNonRoot": False}}, containers.security, "may run as root (runAsNonRoot)"),
        ({"securityContext": {**SECURE, "runAsUser": 0}}, containers.security, "runs as root (runAsUser 0)"),
        ({"securityContext": {**SECURE, "privileged": True}}, containers.security, "is privileged"),
    ],
)
def test_containers(changed: dict[str, Any], judge: containers.Judge, found: str) -> None:
    whole, broken = deployment(), deployment(containers=[container(**changed)])
    assert containers.without(made(whole), judge) == []
    assert any(each.endswith(found) for each in containers.without(made(broken), judge))


def test_what_runs_before_the_others_needs_no_probes_but_limits() -> None:
    first = {"name": "migrate", "securityContext": SECURE}
    rendered = made(deployment(initContainers=[first]))
    assert containers.without(rendered, containers.probes) == []
    assert len(containers.without(rendered, containers.resources)) == 4


def test_nothing_is_judged_without_containers() -> None:
    with pytest.raises(NothingToJudge):
        containers.without(made(other("Service")), containers.probes)


def scaled(low: int, high: int, threshold: str) -> Rendered:
    scaler = other(
        "ScaledObject",
        scaleTargetRef={"name": "x-explainer"},
        minReplicaCount=low,
        maxReplicaCount=high,
        triggers=[{"type": "prometheus", "metadata": {"threshold": threshold}}],
    )
    bounds = {"minReplicaCount": 2, "maxReplicaCount": 9, "backlogSecondsTarget": 5}
    return made(deployment(), scaler, explainer={"replicaCount": 2, "autoscaling": bounds})


def test_scalers_beside_values() -> None:
    assert autoscaling.disagreeing(scaled(2, 9, "5")) == []
    assert len(autoscaling.disagreeing(scaled(1, 8, "6"))) == 3
    assert autoscaling.out_of_order(scaled(2, 9, "5")) == []
    assert autoscaling.out_of_order(scaled(1, 9, "5")) == [
        "explainer: minReplicaCount 1 is under the configured minimum 2"
    ]


@pytest.mark.parametrize(
    ("toleration", "matched"),
    [
        ({"key": "gpu", "operator": "Equal", "value": "yes", "effect": "NoSchedule"}, True),
        ({"key": "gpu", "value": "yes"}, True),
        ({"key": "gpu", "operator": "Exists"}, True),
        ({"operator": "Exists"}, True),
        ({"key": "gpu", "value": "no"}, False),
        ({"key": "cpu", "operator": "Exists"}, False),
        ({"key": "gpu", "operator": "Exists", "effect": "NoExecute"}, False),
    ],
)
def test_tolerations(toleration: dict[str, str], matched: bool) -> None:
    taint = {"key": "gpu", "value": "yes", "effect": "NoSchedule"}
    assert autoscaling.tolerates(toleration, taint) is matched


def test_queries() -> None:
    pytest.importorskip("promql_parser")
    query = Query("a panel", 'sum by (le) (rate(a_bucket{level="x"}[$__rate_interval])) / on(z) {__name__="b"}')
    found = {each.metric: set(each.labels) for each in queries.selectors(query)}
    assert found == {"a_bucket": {"level", "le"}, "b": set()}
    assert queries.unexposed([query], {"a_bucket"}) == ["a panel asks for b"]
    assert queries.unlabelled([query], {"a_bucket": {"le"}}) == [
        "a panel asks for a_bucket by level, which it does not have: ['le']"
    ]
    assert queries.unusable([query]) == []
    assert len(queries.unusable([Query("a panel", "sum(a"), Query("a panel", "1 + 1")])) == 2


def test_schemas_are_strict() -> None:
    scaler = {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": {"name": "x"},
        "spec": {"scaleTargetRef": {"name": "x"}, "triggers": [{"type": "cpu", "metadata": {"value": "70"}}]},
    }
    assert schemas.invalid([scaler]) == []
    scaler["spec"]["minReplicas"] = 2  # type: ignore[index]
    assert len(schemas.invalid([scaler])) == 1
    assert schemas.invalid([{"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "x"}}])[
        0
    ].startswith("Thing x: there is no schema for example.com/v1/Thing")
    assert schemas.invalid([{"kind": "Thing"}]) == ["Thing without name: it has no apiVersion or no kind"]


def test_capacity_follows_little() -> None:
    plan = capacity.Plan(150, 0.7)
    assert capacity.expected_replicas(capacity.Measured(200, 60, 60, 12), plan, 2, 2) == 7
    assert capacity.expected_replicas(capacity.Measured(200, 1, 1, 0.01), plan, 2, 2) == 2
    assert capacity.expected_replicas(capacity.Measured(100, 50, 50, 25), capacity.Plan(20, 0.5), 2, 2) == 5


def test_values() -> None:
    values = {"a": {"b": 1, "c": {"d": 2}}, "e": []}
    assert [path for path, _ in leaves(values)] == [("a", "b"), ("a", "c", "d"), ("e",)]
    assert merged(values, {"a": {"b": 3}}, {"a": {"c": {"d": 4}}})["a"] == {"b": 3, "c": {"d": 4}}
    assert values["a"] == {"b": 1, "c": {"d": 2}}
