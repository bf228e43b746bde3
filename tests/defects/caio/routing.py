"""Mistakes in who may be chosen: capabilities, policies, constraints, guarantees and trust (CAIO-ROUTE-01 to 05)."""

from __future__ import annotations

import dataclasses
from typing import Any

from tests.defects.caio.defect import defect
from tests.defects.patching import wrap


@defect("CAIO-ROUTE-01", "A capability is found by the beginning of its name")
def capability_by_prefix() -> None:
    @wrap("caio.routing.stages:_offering")
    def broken(original: Any, capabilities: Any, snapshot: Any) -> Any:
        wanted = [name for name in snapshot.index if any(name.startswith(each) for each in capabilities)]
        return original(tuple(wanted) or capabilities, snapshot)


@defect("CAIO-ROUTE-01", "One of several capabilities is enough")
def one_capability_is_enough() -> None:
    @wrap("caio.request:compile_request")
    def broken(original: Any, request: Any) -> Any:
        compiled = original(request)
        if len(compiled.capabilities) == 1:
            return compiled
        kept = tuple(check for check in compiled.match if check.field != "capabilities")
        return dataclasses.replace(compiled, match=kept)


@defect("CAIO-ROUTE-01", "A removed service stays in the index")
def removed_stays_in_the_index() -> None:
    @wrap("caio.registry:ServiceRegistry._take_out")
    def broken(original: Any, self: Any, entry: Any) -> None:
        index = {name: list(offers) for name, offers in self._index.items()}
        original(self, entry)
        self._index.update(index)


@defect("CAIO-ROUTE-01", "The locality that a contract states is overlooked")
def hybrid_taken_for_external() -> None:
    @wrap("caio.contracts.model:ServiceContract.route")
    def broken(original: Any, self: Any) -> str:
        return "external" if self.constraints.requires_internet else "internal"


@defect("CAIO-ROUTE-02", "The last policy is ignored")
def last_policy_ignored() -> None:
    @wrap("caio.policies:compile_policies")
    def broken(original: Any, policies: Any, where: str = "policies") -> Any:
        return original(policies[:-1] if isinstance(policies, list) else policies, where)


@defect("CAIO-ROUTE-02", "A service exactly at the limit of a policy breaks it")
def policy_limits_exclusive() -> None:
    _exclusive("rules")


@defect("CAIO-ROUTE-02", "A limit of a policy is compared with a tolerance of one per cent")
def policy_limits_tolerant() -> None:
    @wrap("caio.routing.checks:Check.keep")
    def broken(original: Any, self: Any, candidates: Any) -> Any:
        slack = {"at_least": 0.99, "at_most": 1.01}.get(self.operator)
        if self.stage != "rules" or slack is None:
            return original(self, candidates)
        strict, self.expected = self.expected, self.expected * slack
        try:
            return original(self, candidates)
        finally:
            self.expected = strict


@defect("CAIO-ROUTE-02", "A service on the allow list is taken even if it is also denied")
def allow_beats_deny() -> None:
    @wrap("caio.policies:compile_policies")
    def broken(original: Any, policies: Any, where: str = "policies") -> Any:
        allowed = {name for each in policies if each.get("type") == "allow" for name in each["services"]}
        kept = [each for each in policies if each.get("type") != "deny" or not allowed & set(each["services"])]
        return original(kept, where)


@defect("CAIO-ROUTE-02", "A service is on the allow list when its name begins like one that is")
def allowed_by_prefix() -> None:
    @wrap("caio.routing.checks:Check.keep")
    def broken(original: Any, self: Any, candidates: Any) -> Any:
        if (self.field, self.operator) != ("service_id", "one_of"):
            return original(self, candidates)
        return [each for each in candidates if each.facts["service_id"].startswith(tuple(self.expected))]


@defect("CAIO-ROUTE-02", "Of many services, one that keeps a policy answers for those of another kind")
def one_kind_answers_for_all() -> None:
    @wrap("caio.routing.offers:Offers.kinds")
    def broken(original: Any, self: Any, field: str) -> Any:
        return original(self, field)[-1:]


@defect("CAIO-ROUTE-02", "Of many services, the best answers for those that promise less")
def best_answers_for_all() -> None:
    @wrap("caio.routing.offers:Offers.extremes")
    def broken(original: Any, self: Any, field: str) -> Any:
        return original(self, field)[-1:]


@defect("CAIO-ROUTE-02", "The decision carries no proofs of the policies")
def policies_not_proven() -> None:
    @wrap("caio.claims:checks_of")
    def broken(original: Any, request: Any, policies: Any) -> Any:
        return original(request, ())


@defect("CAIO-ROUTE-03", "A constraint that is false counts as not given")
def false_constraint_is_none() -> None:
    @wrap("caio.request:_constraints")
    def broken(original: Any, constraints: Any, checks: Any) -> Any:
        return original({name: value for name, value in constraints.items() if value is not False}, checks)


@defect("CAIO-ROUTE-03", "Only the first constraint of a request is looked at")
def only_the_first_constraint() -> None:
    @wrap("caio.request:_constraints")
    def broken(original: Any, constraints: Any, checks: Any) -> Any:
        return original(dict(list(constraints.items())[:1]), checks)


@defect("CAIO-ROUTE-03", "What a request does not say about the internet means that it forbids it")
def silence_forbids() -> None:
    @wrap("caio.request:_constraints")
    def broken(original: Any, constraints: Any, checks: Any) -> Any:
        return original({"requires_internet": False, **constraints}, checks)


@defect("CAIO-ROUTE-04", "A guarantee that a contract does not give counts as met")
def missing_guarantee_is_met() -> None:
    @wrap("caio.routing.checks:Check.keep")
    def broken(original: Any, self: Any, candidates: Any) -> Any:
        kept = original(self, candidates)
        return [each for each in candidates if each in kept or each.facts[self.field] is None]


@defect("CAIO-ROUTE-04", "A service exactly at a guarantee that was asked for does not meet it")
def guarantee_limits_exclusive() -> None:
    _exclusive("match")


@defect("CAIO-ROUTE-04", "Guarantees are rounded to two digits before they are compared")
def guarantees_rounded() -> None:
    @wrap("caio.routing.candidate:facts_of")
    def broken(original: Any, contract: Any, capability: str) -> Any:
        facts = original(contract, capability)
        return {name: round(value, 2) if isinstance(value, float) else value for name, value in facts.items()}


@defect("CAIO-ROUTE-04", "That a request must be repeatable is forgotten")
def determinism_forgotten() -> None:
    @wrap("caio.request:_guarantees")
    def broken(original: Any, guarantees: Any, checks: Any) -> None:
        original({name: value for name, value in guarantees.items() if name != "determinism"}, checks)


@defect("CAIO-ROUTE-04", "Of the demands on privacy only the data class is looked at")
def only_the_data_class() -> None:
    @wrap("caio.request:privacy_checks")
    def broken(original: Any, privacy: Any, *rest: Any) -> Any:
        return [check for check in original(privacy, *rest) if check.field == "data_class"]


@defect("CAIO-ROUTE-04", "A service that keeps data for exactly as long as it may is refused")
def retention_exclusive() -> None:
    @wrap("caio.routing.checks:Check.keep")
    def broken(original: Any, self: Any, candidates: Any) -> Any:
        kept = original(self, candidates)
        if self.field != "retention_days":
            return kept
        return [each for each in kept if each.facts["retention_days"] != self.expected]


@defect("CAIO-ROUTE-05", "The trust level is compared one too generously")
def trust_off_by_one() -> None:
    @wrap("caio.request:compile_request")
    def broken(original: Any, request: Any) -> Any:
        compiled = original(request)
        generous = tuple(dataclasses.replace(check, expected=check.expected + 1) for check in compiled.security)
        return dataclasses.replace(compiled, security=generous)


@defect("CAIO-ROUTE-05", "A caller of exactly the trust that is asked for is kept out")
def trust_exclusive() -> None:
    _exclusive("security")


@defect("CAIO-ROUTE-05", "A caller of unknown trust is trusted fully")
def unknown_is_trusted() -> None:
    @wrap("caio.request:compile_request")
    def broken(original: Any, request: Any) -> Any:
        request.user = {"trust_level": 5, **request.user}
        return original(request)


@defect("CAIO-ROUTE-05", "Security verification is skipped where only one candidate is left")
def no_security_for_the_last_one() -> None:
    @wrap("caio.routing.stages:verify_security")
    def broken(original: Any, candidates: Any, request: Any) -> Any:
        stage = original(candidates, request)
        if len(candidates) == 1:
            stage.admitted, stage.refused = candidates, []
        return stage


def _exclusive(stage: str) -> None:
    @wrap("caio.routing.checks:Check.keep")
    def broken(original: Any, self: Any, candidates: Any) -> Any:
        kept = original(self, candidates)
        if self.stage != stage or self.operator not in ("at_least", "at_most"):
            return kept
        return [each for each in kept if each.facts[self.field] != self.expected]
