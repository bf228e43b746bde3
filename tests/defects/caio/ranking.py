"""Mistakes in who wins: repeatability, the ranking and recent history (CAIO-ROUTE-06, 08, 09)."""

from __future__ import annotations

import itertools
import random
from typing import Any

from tests.defects.caio.defect import defect
from tests.defects.patching import put, put_item, wrap


@defect("CAIO-ROUTE-06", "A tie goes to the service that was registered first")
def ties_by_registration() -> None:
    numbers = itertools.count()

    @wrap("caio.routing.candidate:Candidate.__init__")
    def broken(original: Any, self: Any, *rest: Any) -> None:
        original(self, *rest)
        self.tie = next(numbers)

    @wrap("caio.routing.stages:tie_of")
    def factor(original: Any, text: str) -> int:
        return 1


@defect("CAIO-ROUTE-06", "A tie is decided by Python's own hash, which differs from process to process")
def ties_by_hash() -> None:
    @wrap("caio.routing.candidate:tie_of")
    def broken(original: Any, text: str) -> int:
        return hash(text) | 1


@defect("CAIO-ROUTE-06", "A tie is decided at random")
def ties_at_random() -> None:
    @wrap("caio.routing.stages:tie_of")
    def broken(original: Any, text: str) -> int:
        return random.getrandbits(64) | 1


@defect("CAIO-ROUTE-06", "Ties go round robin, so that what was decided before matters")
def ties_round_robin() -> None:
    turns = itertools.count()

    @wrap("caio.routing.stages:rank")
    def broken(original: Any, candidates: Any, penalties: Any, seed: int) -> Any:
        return original(candidates, penalties, seed + next(turns))


@defect("CAIO-ROUTE-06", "The decision's id depends on the time")
def id_from_the_clock() -> None:
    import time

    @wrap("caio.template:Template.fill")
    def broken(original: Any, self: Any, *rest: Any) -> tuple[str, bytes]:
        decision_id, spelled = original(self, *rest)
        other = f"{decision_id[:16]}{time.monotonic_ns():020x}"
        return other, spelled.replace(decision_id.encode(), other.encode(), 1)


@defect("CAIO-ROUTE-08", "The dearer service wins")
def dearer_is_better() -> None:
    _component("cost", lambda value: 1 - value)


@defect("CAIO-ROUTE-08", "The slower service wins")
def slower_is_better() -> None:
    _component("latency", lambda value: 1 - value)


@defect("CAIO-ROUTE-08", "Alignment has no weight")
def alignment_without_weight() -> None:
    put_item("caio.routing.candidate:WEIGHTS", "alignment", 0.0)


@defect("CAIO-ROUTE-08", "A service that is silent about its cost is taken to be free")
def unpriced_is_free() -> None:
    @wrap("caio.routing.candidate:components_of")
    def broken(original: Any, facts: Any) -> Any:
        return original({**facts, "cost": facts["cost"] or 0.0})


@defect("CAIO-ROUTE-08", "Services are ranked in the order in which they were registered")
def ranked_as_registered() -> None:
    numbers = itertools.count()

    @wrap("caio.routing.candidate:Candidate.__init__")
    def broken(original: Any, self: Any, *rest: Any) -> None:
        original(self, *rest)
        self.order = (next(numbers), self.service_id)


@defect("CAIO-ROUTE-08", "The seed sways more than exact ties")
def seed_sways_near_ties() -> None:
    put("caio.routing.candidate:DIGITS", 3)


@defect("CAIO-ROUTE-08", "A tie always goes to the name that comes first")
def ties_by_name() -> None:
    @wrap("caio.routing.stages:rank")
    def broken(original: Any, candidates: Any, penalties: Any, seed: int) -> Any:
        stage = original(candidates, penalties, seed)
        stage.admitted = sorted(stage.admitted, key=lambda each: (-each.score, each.service_id))
        return stage


@defect("CAIO-ROUTE-08", "The trace does not say on what a service has lost")
def losers_without_reason() -> None:
    @wrap("caio.findings:Findings.ranked_rows")
    def broken(original: Any, self: Any) -> Any:
        rows = original(self)
        for row in rows[1:]:
            row["reason"] = "did not have the best score"
        return rows


@defect("CAIO-ROUTE-09", "Recent history is read and then forgotten")
def history_forgotten() -> None:
    @wrap("caio.history:read_history")
    def broken(original: Any, history: Any) -> Any:
        original(history)
        return {}


@defect("CAIO-ROUTE-09", "A service is ranked lower for every recent call, not for the failed ones")
def calls_taken_for_failures() -> None:
    @wrap("caio.history:read_history")
    def broken(original: Any, history: Any) -> Any:
        return {name: (0, successes + failures) for name, (successes, failures) in original(history).items()}


@defect("CAIO-ROUTE-09", "Failures only count where they are more than half of the calls")
def failures_below_half_forgiven() -> None:
    @wrap("caio.history:read_history")
    def broken(original: Any, history: Any) -> Any:
        return {name: counts for name, counts in original(history).items() if counts[1] > counts[0]}


@defect("CAIO-ROUTE-09", "A service that has only failed is not chosen at all")
def failing_is_excluded() -> None:
    @wrap("caio.orchestrator:Orchestrator.route_request")
    def broken(original: Any, self: Any, request: Any, policies: Any = (), history: Any = None, *rest: Any) -> Any:
        failing = [name for name, each in (history or {}).items() if each["failures"] and not each["successes"]]
        deny = [{"type": "deny", "services": failing}] if failing else []
        return original(self, request, [*policies, *deny], history, *rest)


@defect("CAIO-ROUTE-09", "How calls really ended is not remembered", interfaces=("http",))
def outcomes_not_remembered() -> None:
    @wrap("caio.orchestrator:Orchestrator.record_outcome")
    def broken(original: Any, self: Any, service_id: str, ok: bool) -> None:
        return None


def _component(name: str, change: Any) -> None:
    @wrap("caio.routing.candidate:components_of")
    def broken(original: Any, facts: Any) -> Any:
        components = original(facts)
        return {**components, name: change(components[name])}
