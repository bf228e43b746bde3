"""What every container of a rendered chart must say: its needs, its probes, and as whom it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from support.base import documents
from support.checks.basis import enough
from support.domains.sidecar.platform.chart import Rendered
from support.domains.sidecar.platform.files import Document
from support.domains.sidecar.platform.selection import workloads

Judge = Callable[[Document, Document, bool], list[str]]
"""What is missing of a container (container, its pod's spec, whether it runs before the others)."""


def without(made: Rendered, judge: Judge) -> list[str]:
    """What each container lacks, with the object that makes it; containers that run before the others included."""
    found = enough(list(_containers(made)), "containers")
    return [
        f"container {each.get('name')} of {where} {lack}"
        for where, each, pod, first in found
        for lack in judge(each, pod, first)
    ]


def resources(each: Document, pod: Document, first: bool) -> list[str]:
    """Requests and limits of CPU and memory, none of them empty."""
    wanted = [f"{kind}.{what}" for kind in ("requests", "limits") for what in ("cpu", "memory")]
    return [f"sets no {path}" for path in wanted if documents.read(each.get("resources"), path) in (None, "", 0, "0")]


def probes(each: Document, pod: Document, first: bool) -> list[str]:
    """Readiness and liveness; a container that ends before the others start has none."""
    wanted = () if first else ("readinessProbe", "livenessProbe")
    return [f"has no {probe}" for probe in wanted if not _acts(each.get(probe))]


def security(each: Document, pod: Document, first: bool) -> list[str]:
    """An account that is not root, without a way to become it; a container's own word counts before its pod's."""
    own, shared = each.get("securityContext") or {}, pod.get("securityContext") or {}
    lacks = []
    if own.get("runAsNonRoot", shared.get("runAsNonRoot")) is not True:
        lacks.append("may run as root (runAsNonRoot)")
    if own.get("runAsUser", shared.get("runAsUser", 1)) == 0:
        lacks.append("runs as root (runAsUser 0)")
    if own.get("allowPrivilegeEscalation") is not False:
        lacks.append("may become root (allowPrivilegeEscalation)")
    if own.get("privileged"):
        lacks.append("is privileged")
    if "ALL" not in ((own.get("capabilities") or {}).get("drop") or ()):
        lacks.append("keeps capabilities (capabilities.drop)")
    return lacks


def _acts(probe: Document | None) -> bool:
    """Whether a probe does something."""
    return any((probe or {}).get(way) for way in ("httpGet", "exec", "tcpSocket", "grpc"))


def _containers(made: Rendered) -> Iterator[tuple[str, Document, Document, bool]]:
    for workload in workloads(made):
        for kind in ("initContainers", "containers"):
            for each in workload.spec.get(kind) or ():
                is_first = kind == "initContainers" and each.get("restartPolicy") != "Always"
                yield workload.title, each, workload.spec, is_first
