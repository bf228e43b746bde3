"""Mistakes in alerts: their rules, their runbooks, and the metrics that they look at (CAIO-HARD-05)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.defects.caio.defect import defect, edit
from tests.defects.documents import in_yaml, swap
from tests.defects.patching import wrap

RULES, EXAMPLES, PROMETHEUS = "monitoring/alerts.yml", "monitoring/alerts.test.yml", "monitoring/prometheus.yml"
HTTP = ("http",)


def _alert(content: Any, name: str) -> Any:
    rules = (rule for group in content["groups"] for rule in group["rules"])
    return next(rule for rule in rules if rule["alert"] == name)


@edit(RULES, "CAIO-HARD-05", "A rule cannot be read by Prometheus", sample="own examples", interfaces=HTTP)
def rule_unreadable(text: str) -> str:
    return swap(text, "increase(caio_store_failures_total[1m]) > 3", "increase(caio_store_failures_total[1m] > 3")


@edit(RULES, "CAIO-HARD-05", "An alert is raised an hour after the fact", sample="own examples", interfaces=HTTP)
def alert_after_an_hour(text: str) -> str:
    return in_yaml(text, lambda content: _alert(content, "CaioNotReady").update({"for": "1h"}))


@edit(RULES, "CAIO-HARD-05", "An alert is raised on every good day", sample="own examples", interfaces=HTTP)
def alert_on_every_good_day(text: str) -> str:
    return swap(text, 'route="/api/v1/route"}[1m]))) > 0.05', 'route="/api/v1/route"}[1m]))) > 0.005')


@edit(EXAMPLES, "CAIO-HARD-05", "No example shows an alert", sample="own examples", interfaces=HTTP)
def alert_without_example(text: str) -> str:
    def alter(content: Any) -> None:
        content["tests"].remove(next(each for each in content["tests"] if "registry" in each["name"]))

    return in_yaml(text, alter)


@edit(RULES, "CAIO-HARD-05", "An alert links a runbook that was renamed", sample="told what to do", interfaces=HTTP)
def runbook_renamed(text: str) -> str:
    return swap(text, "runbooks/CaioStoreUnavailable.md", "runbooks/CaioStoreFailing.md")


@edit(RULES, "CAIO-HARD-05", "An alert links no runbook", sample="told what to do", interfaces=HTTP)
def runbook_not_linked(text: str) -> str:
    return in_yaml(text, lambda content: _alert(content, "CaioDown")["annotations"].pop("runbook_url"))


@edit("runbooks/CaioDown.md", "CAIO-HARD-05", "A runbook is an empty file", sample="told what to do", interfaces=HTTP)
def runbook_empty(text: str) -> str:
    return ""


@edit(RULES, "CAIO-HARD-05", "An alert does not say how bad it is", sample="told what to do", interfaces=HTTP)
def alert_without_severity(text: str) -> str:
    return in_yaml(text, lambda content: _alert(content, "CaioLatencyHigh").pop("labels"))


@edit(RULES, "CAIO-HARD-05", "An alert looks at a metric that nobody has", sample="really there", interfaces=HTTP)
def metric_misspelt(text: str) -> str:
    return swap(text, "caio_ready == 0", "caio_redy == 0")


@defect("CAIO-HARD-05", "The size of the registry is not told any more", sample="really there", interfaces=HTTP)
def capacity_not_told() -> None:
    _without("caio_registry_capacity")


@edit(PROMETHEUS, "CAIO-HARD-05", "Prometheus tells somebody else", sample="Every alert", interfaces=HTTP)
def alertmanager_elsewhere(text: str) -> str:
    return swap(text, "alertmanager:9093", "alertmanager:9094")


@defect("CAIO-HARD-05", "No service is ever told to be failing", sample="Every alert", interfaces=HTTP)
def failing_services_not_told() -> None:
    @wrap("caio.api.metrics:Situation.collect")
    def broken(original: Any, self: Any) -> Iterator[Any]:
        for family in original(self):
            if family.name == "caio_service_failing":
                family.samples.clear()
            yield family


def _without(name: str) -> None:
    @wrap("caio.api.metrics:Situation.collect")
    def broken(original: Any, self: Any) -> Iterator[Any]:
        return (family for family in original(self) if family.name != name)
