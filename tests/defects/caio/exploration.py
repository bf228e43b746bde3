"""Small mistakes that examples miss, as each shows in a few cases only: the explorations by the model must find them.

They are of the kinds that strangers' mistakes turned out to be: several where examples have one, the other path to the
same thing, what was refused or failed, state across restarts, equality by the wrong thing.
"""

from __future__ import annotations

import dataclasses
import threading
from typing import Any

from tests.defects.caio.defect import defect
from tests.defects.patching import put_item, wrap

GENERATED, SEQUENCES = "Requests, policies", "Changes and requests of"
SERVED, CARRIED_OUT, RESTARTED = "A small registry", "What is decided is what is done", "and a restart"
OPERATOR = "Policies of the operator"
HTTP = ("http",)


@defect("CAIO-ROUTE-02", "Policies are skipped for a request for two abilities", sample=GENERATED, explored=True)
def policies_skipped_for_two_abilities() -> None:
    about = threading.local()

    @wrap("caio.routing.stages:match_contracts")
    def matched(original: Any, request: Any, snapshot: Any, excluded: Any) -> Any:
        about.count = len(request.capabilities)
        return original(request, snapshot, excluded)

    @wrap("caio.routing.stages:evaluate_rules")
    def ruled(original: Any, candidates: Any, *policies: Any) -> Any:
        return original(candidates, *(policies if about.count == 1 else ()))


@defect("CAIO-ROUTE-02", "Of a policy's minimum and maximum only one is looked at", sample=GENERATED, explored=True)
def one_of_two_limits() -> None:
    from caio.policies import _KINDS

    known = _KINDS["guarantee"]

    def broken(policy: Any, path: str, rule: str) -> Any:
        return known(policy, path, rule)[-1:]

    put_item("caio.policies:_KINDS", "guarantee", broken)


@defect("CAIO-ROUTE-02", "Of two policies of one type only the last counts", sample=GENERATED, explored=True)
def one_policy_of_each_type() -> None:
    @wrap("caio.policies:_compile_all")
    def broken(original: Any, policies: Any, where: str) -> Any:
        compiled = original(policies, where)
        last = {check.rule.rpartition(".")[2]: check.rule for check in compiled.checks}
        kept = tuple(each for each in compiled.checks if each.rule in last.values())
        return dataclasses.replace(compiled, checks=kept)


@defect("CAIO-ROUTE-02", "A caller's policies take the place of the operator's", HTTP, sample=OPERATOR, explored=True)
def callers_policies_instead() -> None:
    @wrap("caio.routing.stages:evaluate_rules")
    def broken(original: Any, candidates: Any, *policies: Any) -> Any:
        told = [each for each in policies[1:] if each.checks]
        return original(candidates, *(told or policies))


@defect("CAIO-ROUTE-03", "The limit of a call's cost is taken from the policies alone", sample=GENERATED, explored=True)
def cost_limit_of_request_dropped() -> None:
    @wrap("caio.request:_constraints")
    def broken(original: Any, constraints: Any, checks: Any) -> Any:
        return original({name: value for name, value in constraints.items() if name != "max_cost"}, checks)


@defect("CAIO-ROUTE-04", "Of several abilities the best accuracy is promised", sample=GENERATED, explored=True)
def best_accuracy_of_several() -> None:
    @wrap("caio.routing.stages:choose")
    def broken(original: Any, candidates: Any) -> Any:
        return max(candidates, key=lambda item: (item.facts["accuracy"] or 0.0, item.capability))


@defect("CAIO-ROUTE-05", "Equal demands of callers of another trust share what was worked out first", explored=True)
def trust_of_who_came_first() -> None:
    first: dict[str, Any] = {}

    @wrap("caio.request:_compile")
    def broken(original: Any, kind: Any, priority: Any, requirements: Any, constraints: Any, trust: Any) -> Any:
        key = repr((kind, priority, requirements, constraints))
        if key not in first:
            first[key] = original(kind, priority, requirements, constraints, trust)
        return first[key]


@defect("CAIO-ROUTE-01", "Upper and lower case of an ability are the same", sample=GENERATED, explored=True)
def abilities_in_any_case() -> None:
    @wrap("caio.routing.stages:_offering")
    def broken(original: Any, capabilities: Any, snapshot: Any) -> Any:
        asked = {name.lower() for name in capabilities}
        found = tuple(name for name in snapshot.index if name.lower() in asked)
        return original(found or capabilities, snapshot)


@defect("CAIO-ROUTE-08", "Alignment counts only where a latency is stated", sample=GENERATED, explored=True)
def last_term_left_out() -> None:
    @wrap("caio.routing.candidate:components_of")
    def broken(original: Any, facts: Any) -> Any:
        components = original(facts)
        return components if facts["latency_p95_ms"] is not None else {**components, "alignment": 0.0}


@defect("CAIO-ROUTE-08", "Failures count only where successes are told too", sample=GENERATED, explored=True)
def failures_alone_do_not_count() -> None:
    @wrap("caio.history:read_history")
    def broken(original: Any, history: Any) -> Any:
        return {name: each for name, each in original(history).items() if each[0]}


@defect("CAIO-ERR-06", "A replacement that is refused removes what was there", sample=SEQUENCES, explored=True)
def refused_replacement_removes() -> None:
    @wrap("caio.registry:ServiceRegistry.add")
    def broken(original: Any, self: Any, contract: Any, **options: Any) -> Any:
        from caio.errors import CaioError

        try:
            return original(self, contract, **options)
        except CaioError:
            if options.get("replace") and contract.service_id in self:
                self.remove(contract.service_id)
            raise


@defect(
    "CAIO-ROUTE-06", "A contract in JSON loses for how long data is kept", HTTP, sample="another form", explored=True
)
def retention_lost_in_json() -> None:
    @wrap("caio.contracts.parse:parse_contract")
    def broken(original: Any, source: Any, form: str = "yaml") -> Any:
        contract = original(source, form)
        if form != "json":
            return contract
        return contract.model_copy(update={"privacy": contract.privacy.model_copy(update={"retention_days": None})})


@defect("CAIO-ROUTE-06", "Carrying a request out passes over its history", HTTP, sample=CARRIED_OUT, explored=True)
def dispatch_without_history() -> None:
    @wrap("caio.dispatch.dispatcher:Dispatcher.route")
    def broken(original: Any, self: Any, ask: Any, excluded: Any) -> Any:
        return original(self, dataclasses.replace(ask, history={}), excluded)


@defect("CAIO-ENV-04", "A full registry refuses a replacement too", HTTP, sample=SERVED, explored=True)
def full_registry_takes_no_replacement() -> None:
    @wrap("caio.registry:ServiceRegistry._admit")
    def broken(original: Any, self: Any, contract: Any, old: Any, *how: Any) -> None:
        original(self, contract, old, *how)
        if self.limit is not None and len(self) >= self.limit:
            original(self, contract, None, *how)


@defect("CAIO-FAIL-03", "What was learned of services is forgotten by a restart", HTTP, sample=RESTARTED, explored=True)
def outcomes_forgotten_by_restart() -> None:
    @wrap("caio.api.replica:Replica.load_outcomes")
    def broken(original: Any, self: Any) -> None:
        """Nothing is taken over."""


@defect("CAIO-FAIL-03", "A restart brings contracts back without their trust", HTTP, sample=RESTARTED, explored=True)
def trust_lost_by_restart() -> None:
    @wrap("caio.registry:ServiceRegistry.adopt")
    def broken(original: Any, self: Any, contract: Any) -> None:
        from caio.contracts.model import Trust

        original(self, contract.model_copy(update={"trust": Trust(level=contract.trust.level)}))
