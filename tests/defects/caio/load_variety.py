"""Mistakes that show under load only if no request is the same as another."""

from __future__ import annotations

import json
import time
from typing import Any

from tests.defects.caio.defect import defect
from tests.defects.patching import wrap

HTTP = ("http",)


@defect("CAIO-RES-01", "Decisions are kept in memory by their ids, for good")
def decisions_kept_by_id() -> None:
    kept: dict[str, bytes] = {}

    @wrap("caio.decision:RoutingDecision.spell")
    def broken(original: Any, self: Any) -> tuple[str, bytes]:
        decision_id, spelled = original(self)
        return decision_id, kept.setdefault(decision_id, spelled)


@defect("CAIO-SLO-01", "Before one is kept, the ids of all that are kept are checked", HTTP, sample="target rate")
def all_kept_checked_again() -> None:
    @wrap("caio.store.records:write_decisions")
    def broken(original: Any, connection: Any, decisions: Any, *rest: Any) -> Any:
        from caio.replay import decision_id

        for _ in decisions:
            for known, document in connection.execute("SELECT decision_id, document FROM decisions").fetchall():
                assert decision_id(json.loads(document)) == known
        return original(connection, decisions, *rest)


@defect("CAIO-LOAD-01", "Who asks right after another is given the other's decision", HTTP, sample="A hundred users")
def decisions_of_others() -> None:
    latest: dict[str, tuple[float, Any]] = {}

    @wrap("caio.orchestrator:Orchestrator.route_request")
    def broken(original: Any, self: Any, request: Any, *rest: Any, **named: Any) -> Any:
        wanted, now = str(request.requirements), time.monotonic()
        made, decision = latest.get(wanted, (0.0, None))
        if decision is None or now - made > 0.02:
            decision = original(self, request, *rest, **named)
            latest[wanted] = (now, decision)
        return decision
