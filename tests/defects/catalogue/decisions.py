"""Mistakes in what a decision says, in keeping it and in proving it (CAIO-ROUTE-07 and 10)."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

from tests.defects.catalogue.defect import defect
from tests.defects.patching import wrap

HTTP = ("http",)
PYTHON = ("python",)


@defect("CAIO-ROUTE-07", "The control signal has no budget")
def no_budget() -> None:
    @wrap("caio.claims:control_signal_of")
    def broken(original: Any, *rest: Any) -> Any:
        signal = original(*rest)
        return {name: value for name, value in signal.items() if name != "budget"}


@defect("CAIO-ROUTE-07", "The decision names the service where it should name the model")
def service_named_as_model() -> None:
    @wrap("caio.claims:model_of")
    def broken(original: Any, contract: Any) -> str:
        return str(contract.service_id)


@defect("CAIO-ROUTE-07", "The guarantees of the contract are not in the decision")
def guarantees_not_stated() -> None:
    @wrap("caio.claims:guarantees_of")
    def broken(original: Any, chosen: Any) -> Any:
        return {}


@defect("CAIO-ROUTE-07", "The stages of the trace have no durations")
def stages_without_duration() -> None:
    @wrap("caio.decision:RoutingDecision.trace")
    def broken(original: Any, self: Any) -> Any:
        trace = original(self)
        return {**trace, "stages": [{**stage, "duration_us": None} for stage in trace["stages"]]}


@defect("CAIO-ROUTE-07", "The stage of security verification is not in the trace")
def stage_not_traced() -> None:
    @wrap("caio.decision:RoutingDecision.trace")
    def broken(original: Any, self: Any) -> Any:
        trace = original(self)
        return {**trace, "stages": [stage for stage in trace["stages"] if stage["name"] != "security"]}


@defect("CAIO-ROUTE-07", "A decision is answered and never stored", interfaces=HTTP)
def decision_not_stored() -> None:
    @wrap("caio.store.records:Records.save_decisions")
    def broken(original: Any, self: Any, decisions: Any) -> Any:
        done: Future[list[bytes]] = Future()
        done.set_result([document for _, document in decisions])
        return done


@defect("CAIO-ROUTE-07", "Only the last decision is remembered", interfaces=PYTHON)
def only_the_last_remembered() -> None:
    @wrap("caio.history:DecisionHistory.__init__")
    def broken(original: Any, self: Any, *_rest: Any) -> None:
        original(self, 1)


@defect("CAIO-ROUTE-07", "Whatever decision is asked for, the latest is given", interfaces=PYTHON)
def the_latest_is_given() -> None:
    @wrap("caio.history:DecisionHistory.get")
    def broken(original: Any, self: Any, decision_id: str) -> Any:
        latest = self.latest(1)
        return latest[0] if latest else original(self, decision_id)


@defect("CAIO-ROUTE-10", "The signature does not cover the trace")
def trace_not_signed() -> None:
    @wrap("caio.canonical:canonical")
    def broken(original: Any, value: Any) -> bytes:
        signed = isinstance(value, dict) and "decision_id" in value
        return original({name: part for name, part in value.items() if name != "trace"} if signed else value)


@defect("CAIO-ROUTE-10", "The digest of a contract covers its id and version only")
def digest_of_the_name() -> None:
    from caio.canonical import digest

    @wrap("caio.contracts.model:ServiceContract.digest")
    def broken(original: Any, self: Any) -> str:
        return digest([self.service_id, self.version])


@defect("CAIO-ROUTE-10", "Verification repeats the decision and never looks at the signature")
def signature_not_looked_at() -> None:
    @wrap("caio.proofs:_signature_problems")
    def broken(original: Any, *_rest: Any) -> list[str]:
        return []


@defect("CAIO-ROUTE-10", "A decision is verified with the key that signed it last, not with the one that was given")
def key_not_compared() -> None:
    @wrap("caio.proofs:_signature_problems")
    def broken(original: Any, decision: Any, key: Any) -> list[str]:
        problems = original(decision, key)
        return [each for each in problems if "names key" not in each and "another key" not in each]


@defect("CAIO-ROUTE-10", "Each decision is signed with a key of its own, which nobody is told")
def key_made_anew() -> None:
    @wrap("caio.orchestrator:Orchestrator._sign")
    def broken(original: Any, self: Any, body: Any) -> Any:
        from caio.proofs import Signer

        return {**Signer().sign(body), "key_id": self.signer.key_id}
