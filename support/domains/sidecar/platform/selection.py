"""What selects pods in a rendered chart: services, disruption budgets, network policies and scalers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from support.checks.basis import enough
from support.domains.sidecar.platform.chart import Rendered
from support.domains.sidecar.platform.files import Document, title

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob")
SCALED = ("Deployment", "StatefulSet")


@dataclass(frozen=True, slots=True)
class Workload:
    """An object that makes pods, and what its pods are like; ``fewest`` of them run."""

    object: Document
    labels: Mapping[str, str]
    spec: Document
    fewest: int

    @property
    def title(self) -> str:
        """How a message calls it."""
        return title(self.object)

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.object["metadata"]["name"])


def workloads(made: Rendered) -> list[Workload]:
    """Everything that makes pods. Raises NothingToJudge if nothing does."""
    floors = {each["spec"]["scaleTargetRef"]["name"]: each["spec"] for each in made.of("ScaledObject")}
    found = []
    for each in enough(made.of(*WORKLOADS), "objects that make pods"):
        pod = each["spec"]["jobTemplate"]["spec"]["template"] if each["kind"] == "CronJob" else each["spec"]["template"]
        scaler = floors.get(each["metadata"]["name"])
        fewest = scaler.get("minReplicaCount", 0) if scaler else each["spec"].get("replicas", 1)
        found.append(Workload(each, pod.get("metadata", {}).get("labels") or {}, pod["spec"], fewest))
    return found


def matches(selector: Document, labels: Mapping[str, str]) -> bool:
    """Whether a label selector of Kubernetes selects what has these labels; an empty one selects everything."""
    wanted = (selector.get("matchLabels") or {}).items()
    return all(labels.get(key) == value for key, value in wanted) and all(
        _expression(each, labels) for each in selector.get("matchExpressions") or ()
    )


def _expression(each: Document, labels: Mapping[str, str]) -> bool:
    present, value = each["key"] in labels, labels.get(each["key"])
    if each["operator"] in ("Exists", "DoesNotExist"):
        return present is (each["operator"] == "Exists")
    return (value in each["values"]) is (each["operator"] == "In")


def selecting_nothing(made: Rendered) -> list[str]:
    """Each selector that hits no pod of the chart, and each scaler whose target is not there."""
    pods = workloads(made)
    selectors = enough(list(_selectors(made)), "selectors")
    missed = [f"{what} selects no pod" for what, each in selectors if not any(matches(each, p.labels) for p in pods)]
    return [*missed, *_lost_targets(made), *_lost_ports(made, pods)]


def _selectors(made: Rendered) -> Iterator[tuple[str, Document]]:
    for each in made.of("Service"):
        if each["spec"].get("selector"):
            yield title(each), {"matchLabels": each["spec"]["selector"]}
    for each in made.of("PodDisruptionBudget"):
        yield title(each), each["spec"].get("selector") or {}
    for each in made.of("NetworkPolicy"):
        yield title(each), each["spec"].get("podSelector") or {}
        yield from ((f"a peer of {title(each)}", peer) for peer in _own_peers(each["spec"]))
    for each in made.of(*SCALED):
        yield f"the selector of {title(each)}", each["spec"]["selector"]


def _own_peers(spec: Document) -> Iterator[Document]:
    """Peers of a network policy in the chart's own namespace."""
    rules = [(rule, way) for way, key in (("ingress", "from"), ("egress", "to")) for rule in _rules(spec, way, key)]
    for peer, _ in rules:
        if "podSelector" in peer and "namespaceSelector" not in peer:
            yield peer["podSelector"]


def _rules(spec: Document, way: str, key: str) -> Iterable[Document]:
    return [peer for rule in spec.get(way) or () for peer in rule.get(key) or ()]


def _lost_targets(made: Rendered) -> Iterator[str]:
    there = {(each["kind"], each["metadata"]["name"]) for each in made.of(*SCALED)}
    for each in made.of("ScaledObject"):
        target = each["spec"]["scaleTargetRef"]
        if (target.get("kind", "Deployment"), target["name"]) not in there:
            yield f"{title(each)} scales {target['name']}, which the chart does not have"


def _lost_ports(made: Rendered, pods: list[Workload]) -> Iterator[str]:
    for each in made.of("Service"):
        hit = [pod for pod in pods if matches({"matchLabels": each["spec"].get("selector") or {}}, pod.labels)]
        for port in each["spec"].get("ports") or ():
            target = port.get("targetPort", port["port"])
            lost = [pod.title for pod in hit if target not in _ports(pod)]
            yield from (f"{title(each)} leads to the port {target!r}, which {where} does not have" for where in lost)


def _ports(pod: Workload) -> set[Any]:
    ports = [port for each in pod.spec["containers"] for port in each.get("ports") or ()]
    return {port[key] for port in ports for key in ("name", "containerPort") if key in port}


def unevictable(made: Rendered) -> list[str]:
    """Disruption budgets that let no pod go, or let all go at once, with as few pods as may run."""
    pods, wrong = workloads(made), []
    for budget in enough(made.of("PodDisruptionBudget"), "disruption budgets"):
        for pod in (each for each in pods if matches(budget["spec"].get("selector") or {}, each.labels)):
            allowed = evictions(budget["spec"], pod.fewest)
            if not 0 < allowed < pod.fewest:
                wrong.append(f"{title(budget)} lets {allowed} of {pod.fewest} pods of {pod.title} go at once")
    return wrong


def evictions(spec: Document, pods: int) -> int:
    """How many of so many healthy pods a disruption budget lets go at once."""
    if "maxUnavailable" in spec:
        return min(_count(spec["maxUnavailable"], pods), pods)
    return max(pods - _count(spec.get("minAvailable", 0), pods), 0)


def _count(amount: int | str, of: int) -> int:
    """A number, or a percentage, which Kubernetes rounds up."""
    return math.ceil(int(amount.rstrip("%")) * of / 100) if isinstance(amount, str) else amount


def unprotected(made: Rendered) -> list[str]:
    """Pods whose incoming connections no network policy restricts."""
    policies = [
        each["spec"]["podSelector"]
        for each in enough(made.of("NetworkPolicy"), "network policies")
        if "Ingress" in (each["spec"].get("policyTypes") or ["Ingress"])
    ]
    return [pod.title for pod in workloads(made) if not any(matches(each, pod.labels) for each in policies)]


def without_budget(made: Rendered) -> list[str]:
    """Deployments of the chart that no disruption budget selects."""
    budgets = [each["spec"].get("selector") or {} for each in made.of("PodDisruptionBudget")]
    pods = [each for each in workloads(made) if each.object["kind"] == "Deployment"]
    return [pod.title for pod in pods if not any(matches(each, pod.labels) for each in budgets)]
