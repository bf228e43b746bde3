"""Mistakes in what the sidecar is operated by: dashboard, alerts, runbooks, capacity, the API's guard."""

from __future__ import annotations

from typing import Any

from tests.defects.documents import in_yaml, swap
from tests.defects.patching import wrap
from tests.defects.sidecar.defect import HTTP, defect, edit

DASHBOARD, ALERTS = "platform/grafana/sidecar-overview.json", "platform/prometheus/sidecar-alerts.yaml"
CHANGES, FROZEN = "platform/change-management.md", "platform/openapi/hypergraph-api.json"
VALUES = "platform/helm/hypergraph/values.yaml"
GUARD, ANALYSER = "sidecar.platform.api_guard", "sidecar.platform.attach_rate"


@edit(DASHBOARD, "SIDE-DASH-01", "A panel asks for a metric that nobody exposes", HTTP, sample="Every panel")
def panel_without_metric(text: str) -> str:
    return swap(text, "explain_backlog_seconds", "explain_backlog_age_seconds")


@edit(DASHBOARD, "SIDE-DASH-01", "A panel groups by a label that the metric does not have", HTTP, sample="Every panel")
def panel_by_unknown_label(text: str) -> str:
    return swap(text, "sum by (outcome) (rate(explainer_jobs_total", "sum by (tenant) (rate(explainer_jobs_total")


@edit(DASHBOARD, "SIDE-DASH-01", "A query has a bracket too few", HTTP, sample="Every panel")
def query_without_bracket(text: str) -> str:
    return swap(text, "max(explain_queue_depth)", "max(explain_queue_depth")


@edit(ALERTS, "SIDE-DASH-01", "An alert asks for a metric that was renamed", HTTP, sample="Every alert can fire")
def alert_never_fires(text: str) -> str:
    return swap(text, "explain_shed_total", "explanations_shed_total")


@edit(ALERTS, "SIDE-DASH-01", "An alert links a runbook that was renamed", HTTP, sample="Every runbook")
def alert_without_runbook(text: str) -> str:
    return swap(text, "runbooks/scale_and_recovery.md", "runbooks/scaling.md")


@edit(ALERTS, "SIDE-DASH-01", "An alert does not say how bad it is", HTTP, sample="Every alert says")
def alert_without_severity(text: str) -> str:
    return in_yaml(text, lambda content: content["spec"]["groups"][0]["rules"][0].pop("labels"))


@edit("platform/runbooks/deploy.md", "SIDE-DASH-01", "A linked runbook is empty", HTTP, sample="Every runbook")
def runbook_empty(text: str) -> str:
    return "\n"


@edit(VALUES, "SIDE-CAP-01", "The chart lets fewer explainers run than the measured load needs", HTTP, sample="As many")
def bounds_too_low(text: str) -> str:
    changed = swap(text, "maxReplicaCount: 24", "maxReplicaCount: 1")
    return swap(changed, "explainer:\n  replicaCount: 2\n", "explainer:\n  replicaCount: 1\n").replace(
        "    minReplicaCount: 2\n    maxReplicaCount: 1\n", "    minReplicaCount: 1\n    maxReplicaCount: 1\n"
    )


@defect("SIDE-CAP-01", "The analyser takes every chat for an explained one", HTTP, sample="follows from what was")
def attach_rate_left_out() -> None:
    @wrap(f"{ANALYSER}:Load.attach_rate")
    def broken(original: Any, self: Any) -> float:
        return 1.0


@defect("SIDE-CAP-01", "The analyser forces its recommendation into the bounds", HTTP, sample="follows from what was")
def forced_into_bounds() -> None:
    @wrap(f"{ANALYSER}:recommend")
    def broken(original: Any, load: Any, peak: float, utilisation: float, chart: Any) -> Any:
        from dataclasses import replace

        made = original(load, peak, utilisation, chart)
        held = min(max(made.recommended, chart.fewest), chart.most)
        return replace(made, recommended=held, within_bounds=True)


@defect("SIDE-CAP-01", "The analyser recommends from a load of nothing", HTTP, sample="says nothing")
def recommends_from_nothing() -> None:
    @wrap(f"{ANALYSER}:read_load")
    def broken(original: Any, path: Any) -> Any:
        import json

        from sidecar.platform.attach_rate import Load

        return Load(**{name: float(value) or 1.0 for name, value in json.loads(path.read_text()).items()})


@edit(FROZEN, "SIDE-API-01", "A frozen path has no version", HTTP, sample="Every path has the version")
def path_without_version(text: str) -> str:
    return swap(text, '"/v1/webhooks"', '"/webhooks"')


@edit(
    FROZEN, "SIDE-API-01", "An operation is frozen that the service does not have", HTTP, sample="just the operations"
)
def frozen_operation_not_served(text: str) -> str:
    return swap(text, '"/v1/webhooks"', '"/v1/hooks"')


@defect("SIDE-API-01", "The service answers its paths without the version too", HTTP, sample="Nothing answers")
def answers_without_version() -> None:
    @wrap("sidecar.gateway.app:create_app")
    def broken(original: Any, *given: Any) -> Any:
        made = original(*given)
        made.add_middleware(_Versioning)
        return made


@edit(CHANGES, "SIDE-API-02", "The policy does not speak of the freeze", HTTP, sample="The policy names")
def policy_without_freeze(text: str) -> str:
    changed = text.replace("Freeze", "Stop").replace("freeze", "stop").replace("frozen", "kept")
    return swap(changed, "## Stop", "## Stops")


@edit(
    "platform/adr/0002-hypergraph-interchange-format.md", "SIDE-API-02", "A record has no status", HTTP, sample="names"
)
def record_without_status(text: str) -> str:
    return swap(text, "Status: accepted\n", "")


@edit(
    FROZEN, "SIDE-API-02", "The service no longer answers with a property that is frozen", HTTP, sample="breaks nothing"
)
def frozen_property_lost(text: str) -> str:
    return swap(text, '"attempts": {', '"tries": {')


@defect("SIDE-API-02", "The guard lets a property go from an answer", HTTP, sample="gone from an answer")
def answers_unguarded() -> None:
    @wrap(f"{GUARD}:breaking")
    def broken(original: Any, frozen: Any, current: Any) -> Any:
        return [each for each in original(frozen, current) if ".responses." not in each.where]


@defect("SIDE-API-02", "The guard looks at paths alone", HTTP, sample="no longer accepted")
def enums_unguarded() -> None:
    @wrap(f"{GUARD}:breaking")
    def broken(original: Any, frozen: Any, current: Any) -> Any:
        return [each for each in original(frozen, current) if "enum" not in each.where]


@defect("SIDE-API-02", "The guard stops whatever changes", HTTP, sample="a path is added")
def everything_stopped() -> None:
    @wrap(f"{GUARD}:breaking")
    def broken(original: Any, frozen: Any, current: Any) -> Any:
        from sidecar.platform.api_guard import Change

        same = frozen.read_text() == current.read_text()
        return [*original(frozen, current), *([] if same else [Change("the document", "it is another")])]


class _Versioning:
    """Takes a path without the version for one with it."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and not scope["path"].startswith(("/v1", "/health", "/metrics")):
            path = f"/v1{scope['path']}"
            scope = {**scope, "path": path, "raw_path": path.encode()}
        await self._app(scope, receive, send)
