"""The metrics that every process of the sidecar exposes, once each kind of request has been made."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from support.base.outcomes import NotMet, NotVerified
from support.base.waiting import until
from support.checks import alert_rules, exposition
from support.deployments import TopologyDeployment
from support.domains.sidecar import api
from support.http import HttpClient
from support.world.core import World

JOBS = "explainer_jobs_total"
"""The metric by which it shows that a chat has been explained."""
OTHER_PROCESSES = ("explainer", "courier")


@dataclass(slots=True)
class Exposure:
    """Names of the samples that are exposed or may be, and the labels of those that are there; by process the texts."""

    names: set[str] = field(default_factory=set)
    labels: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    texts: dict[str, str] = field(default_factory=dict)


def read_all(world: World) -> None:
    """Have a chat, a chat that is explained and a refusal, then read the metrics of all processes."""
    for level in (None, "sentence", "token"):
        api.done(api.chat(world, api.USER, api.body_of(f"Which way is best ({level})? Say why."), api.asking(level)))
    api.call(world, None, "GET", "protected")
    until(
        lambda: _read(world).names and _counted(world),
        world.settings.timeouts.settle,
        f"{JOBS} to rise",
        failing=NotMet,
    )


def _counted(world: World) -> bool:
    samples = [exposition.read(text) for text in world.part(Exposure).texts.values()]
    return sum(exposition.total(each, JOBS, {}) for each in samples) >= 2


def _read(world: World) -> Exposure:
    found = world.part(Exposure)
    found.names.clear()
    for name, client in clients(world).items():
        answer = client.get(world.endpoint("metrics"))
        if not answer.ok:
            raise NotMet(f"expected the metrics of {name}, but got {answer}")
        found.texts[name] = answer.text
        found.names |= alert_rules.exposed(answer.text)
        for metric, labels in exposition.read(answer.text):
            found.labels[metric] |= {label for label, _ in labels}
    return found


def clients(world: World) -> dict[str, HttpClient]:
    """A client for each process and replica that tells metrics. Raises NotVerified where not all are known."""
    if not isinstance(world.deployment, TopologyDeployment):
        raise NotVerified(
            f"the metrics of {' and '.join(OTHER_PROCESSES)} cannot be read in a {world.deployment.kind} deployment"
        )
    found = {"gateway": world.http}
    for name in OTHER_PROCESSES:
        world.system.named_process(name)
        for number, replica in enumerate(world.deployment.processes[name].replicas, 1):
            found[f"{name} {number}"] = world.client_for(replica.url)
    return found
