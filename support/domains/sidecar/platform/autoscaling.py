"""Autoscaling: KEDA's bounds beside the chart's values, and Karpenter's nodes beside the explainer's tolerations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from support.base import documents
from support.checks.basis import enough
from support.domains.sidecar.platform import files
from support.domains.sidecar.platform.chart import Rendered
from support.domains.sidecar.platform.files import Document, title
from support.domains.sidecar.platform.selection import Workload, workloads
from support.world.core import World

BOUNDS = ("minReplicaCount", "maxReplicaCount")
TARGET = "backlogSecondsTarget"
CONFIGURED = "replicaCount"
"""The value that says how many must run at least."""
GPU_KEYS = ("instance-gpu", "nvidia.com/gpu", "instance-accelerator")
GPU_CATEGORIES = {"g", "gr", "p", "inf", "trn"}
KEEP_AWAY = ("NoSchedule", "NoExecute")
"""Effects of taints that keep pods away."""
EXPLAINER = "explainer"


def disagreeing(made: Rendered) -> list[str]:
    """Where a scaler says something else than the values of its part: bounds, and for a backlog its target."""
    return [why for part, values, scaler in _scalers(made) for why in _disagreement(part, values, scaler["spec"])]


def _disagreement(part: str, values: Document, spec: Document) -> Iterator[str]:
    for bound in BOUNDS:
        if spec.get(bound) != values.get(bound):
            yield f"{part}: {bound} is {spec.get(bound)!r}, and {values.get(bound)!r} in the values"
    if TARGET in values:
        told = [each["metadata"].get("threshold") for each in spec["triggers"] if "threshold" in each["metadata"]]
        if [float(each) for each in told] != [float(values[TARGET])]:
            yield f"{part}: the threshold of its backlog is {told}, and {TARGET} is {values[TARGET]!r} in the values"


def out_of_order(made: Rendered) -> list[str]:
    """Scalers whose lower bound is under the configured minimum, or above the upper one."""
    wrong = []
    for part, _, scaler in _scalers(made):
        low, high = (scaler["spec"].get(bound, 0) for bound in BOUNDS)
        least = documents.read(made.values, f"{part}.{CONFIGURED}")
        if low < enough([least], "configured minimum")[0]:
            wrong.append(f"{part}: minReplicaCount {low} is under the configured minimum {least}")
        if high < low:
            wrong.append(f"{part}: maxReplicaCount {high} is under minReplicaCount {low}")
    return wrong


def bounds(made: Rendered, part: str) -> tuple[int, int]:
    """The fewest and most of a part that its scaler lets run."""
    spec = next(scaler["spec"] for name, _, scaler in _scalers(made) if name == part)
    return spec[BOUNDS[0]], spec[BOUNDS[1]]


def _scalers(made: Rendered) -> list[tuple[str, Document, Document]]:
    """Each part of the values that has bounds, these values, and its scaler. Raises NothingToJudge if there is none."""
    scalers = enough(made.of("ScaledObject"), "scalers")
    found = []
    for part, values in made.values.items():
        own = next((each for each in _mappings(values) if BOUNDS[0] in each), None)
        named = [each for each in scalers if each["spec"]["scaleTargetRef"]["name"].endswith(f"-{part}")]
        if own is not None and named:
            found.append((part, own, named[0]))
    return enough(found, "scalers with values of their own")


def _mappings(values: Any) -> Iterator[Document]:
    if isinstance(values, dict):
        yield values
        for each in values.values():
            yield from _mappings(each)


@dataclass(frozen=True, slots=True)
class Pool:
    """Nodes that Karpenter makes: their labels, taints and requirements."""

    title: str
    labels: Mapping[str, str]
    taints: list[Document]
    requirements: list[Document]

    @property
    def has_gpus(self) -> bool:
        """Whether its nodes have GPUs."""
        return any(_asks_for_gpu(each) for each in self.requirements)

    @property
    def keeps_away(self) -> list[Document]:
        """The taints by which pods that do not tolerate them are kept away."""
        return [taint for taint in self.taints if taint["effect"] in KEEP_AWAY]


def pools(world: World) -> list[Pool]:
    """The node pools, or the provisioners of older versions. Raises NothingToJudge if there are none."""
    found = [each for each in files.objects(world, "karpenter") if each.get("kind") in ("NodePool", "Provisioner")]
    return enough([_pool(each) for each in found], "node pools")


def _pool(each: Document) -> Pool:
    template = each["spec"].get("template", {})
    spec = template.get("spec", each["spec"])
    labels = template.get("metadata", {}).get("labels") or each["spec"].get("labels") or {}
    return Pool(title(each), labels, spec.get("taints") or [], spec.get("requirements") or [])


def _asks_for_gpu(each: Document) -> bool:
    wanted = each.get("operator") in ("In", "Exists", "Gt")
    by_key = any(part in each["key"] for part in GPU_KEYS)
    by_category = each["key"].endswith("instance-category") and set(each.get("values") or ()) <= GPU_CATEGORIES
    return wanted and (by_key or by_category)


def unmatched_tolerations(made: Rendered, nodes: list[Pool]) -> list[str]:
    """Tolerations of explainers that match the taint of no pool."""
    explainers = enough([each for each in workloads(made) if EXPLAINER in each.name], "explainers")
    taints = [taint for pool in nodes for taint in pool.taints]
    return [
        f"{each.title} tolerates {toleration}, and no pool has such a taint"
        for each in explainers
        for toleration in enough(each.spec.get("tolerations") or [], f"tolerations of {each.title}")
        if not any(tolerates(toleration, taint) for taint in taints)
    ]


def homeless(made: Rendered, nodes: list[Pool]) -> list[str]:
    """Explainers that fit on the nodes of no pool: by taints, labels, and GPUs where they ask for one."""
    explainers = enough([each for each in workloads(made) if EXPLAINER in each.name], "explainers")
    return [f"{each.title} fits on no pool" for each in explainers if not any(_fits(each, pool) for pool in nodes)]


def _fits(each: Workload, pool: Pool) -> bool:
    tolerations = each.spec.get("tolerations") or []
    selected = (each.spec.get("nodeSelector") or {}).items() <= {**pool.labels}.items()
    limits = [container.get("resources", {}).get("limits") or {} for container in each.spec["containers"]]
    asks_for_gpu = any("gpu" in resource for limit in limits for resource in limit)
    is_let_in = all(any(tolerates(toleration, taint) for toleration in tolerations) for taint in pool.keeps_away)
    return selected and is_let_in and (pool.has_gpus or not asks_for_gpu)


def tolerates(toleration: Document, taint: Document) -> bool:
    """Whether a toleration matches a taint, as Kubernetes has it."""
    if toleration.get("effect") not in (None, "", taint["effect"]):
        return False
    if toleration.get("operator", "Equal") == "Exists":
        return toleration.get("key") in (None, "", taint["key"])
    return (toleration.get("key"), toleration.get("value", "")) == (taint["key"], taint.get("value", ""))
