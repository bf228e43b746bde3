"""Mistakes in telling how CAIO is (CAIO-HEALTH-01 to 03)."""

from __future__ import annotations

from typing import Any

from tests.defects.caio.defect import defect
from tests.defects.patching import wrap


@defect("CAIO-HEALTH-01", "The health check answers without a status")
def health_without_status() -> None:
    @wrap("caio.api.operations:state")
    def broken(original: Any, report: Any) -> Any:
        from caio.api import answers
        from caio.api.operations import status_of

        return answers.json({"version": report.version}, status_of(report))


@defect("CAIO-HEALTH-01", "The health check needs a token where everything else does")
def health_needs_a_token() -> None:
    @wrap("chassis.gate:Gate.guards")
    def broken(original: Any, self: Any, path: str) -> bool:
        return path == "/health" or original(self, path)


@defect("CAIO-HEALTH-02", "Traceability is left out of the health check")
def component_left_out() -> None:
    @wrap("caio.api.components:Components.checks")
    def broken(original: Any, self: Any) -> Any:
        return {name: check for name, check in original(self).items() if name != "traceability"}


@defect("CAIO-HEALTH-02", "A component is reported with its detail and no status")
def component_without_status() -> None:
    @wrap("chassis.health:state_of")
    def broken(original: Any, check: Any) -> Any:
        from chassis.health import ComponentState

        return ComponentState("", original(check).detail)

    @wrap("chassis.health:summarise")
    def overall(original: Any, version: str, components: Any) -> Any:
        from chassis.health import HEALTHY, HealthReport

        return HealthReport(HEALTHY, version, components)


@defect("CAIO-HEALTH-03", "The health of traceability is hard-coded", sample="traceability fails")
def traceability_hard_coded() -> None:
    _hard_coded("traceability")


@defect("CAIO-HEALTH-03", "The health of the security verifier is hard-coded", sample="security_verifier fails")
def security_verifier_hard_coded() -> None:
    _hard_coded("security_verifier")


@defect("CAIO-HEALTH-03", "The health of the rule engine is hard-coded", sample="rule_engine fails")
def rule_engine_hard_coded() -> None:
    _hard_coded("rule_engine")


@defect("CAIO-HEALTH-03", "The health of the registry is hard-coded", sample="registry fails")
def registry_hard_coded() -> None:
    _hard_coded("registry")


@defect("CAIO-HEALTH-03", "CAIO reports itself ready as long as it answers", sample="(traceability|registry) fails")
def always_ready() -> None:
    @wrap("caio.api.operations:status_of")
    def broken(original: Any, report: Any) -> int:
        return 200


@defect(
    "CAIO-HEALTH-03", "CAIO reports itself dead when a component has failed", sample="(traceability|registry) fails"
)
def dead_when_not_ready() -> None:
    @wrap("caio.api.operations:router")
    def broken(original: Any, instance: Any) -> Any:
        routes = original(instance)
        ready = next(route.endpoint for route in routes.routes if route.path == "/health/ready")
        routes.routes[:] = [route for route in routes.routes if route.path != "/health/live"]
        routes.add_api_route("/health/live", ready)
        return routes


@defect(
    "CAIO-HEALTH-03",
    "A component that has failed once is never healthy again",
    sample="once the (security_verifier|registry) works",
)
def failed_for_good() -> None:
    failed: dict[Any, Any] = {}

    @wrap("chassis.health:state_of")
    def broken(original: Any, check: Any) -> Any:
        from chassis.health import HEALTHY

        state = failed.get(check) or original(check)
        if state.status != HEALTHY:
            failed[check] = state
        return state


@defect(
    "CAIO-HEALTH-03", "When one component fails, all are reported as failed", sample="(traceability|rule_engine) fails"
)
def one_fails_all_fail() -> None:
    @wrap("chassis.health:summarise")
    def broken(original: Any, version: str, components: Any) -> Any:
        report = original(version, components)
        if report.healthy:
            return report
        failed = next(each for each in components.values() if each.status == report.status)
        return original(version, dict.fromkeys(components, failed))


def _hard_coded(component: str) -> None:
    @wrap(f"caio.api.components:Components.{component}")
    def broken(original: Any, self: Any) -> str:
        return "works"
