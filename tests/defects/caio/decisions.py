"""Mistakes in what a decision says, in keeping it and in proving it (CAIO-ROUTE-07 and 10)."""

from __future__ import annotations

import json
from concurrent.futures import Future
from typing import Any

from tests.defects.caio.defect import defect
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
    _stages_told_as(lambda stages: [{**stage, "duration_us": None} for stage in stages])


@defect("CAIO-ROUTE-07", "The stage of security verification is not in the trace")
def stage_not_traced() -> None:
    _stages_told_as(lambda stages: [stage for stage in stages if stage["name"] != "security"])


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
    def without_trace(decision: Any) -> Any:
        return {name: part for name, part in decision.items() if name != "trace"}

    @wrap("caio.proofs:Signer.sign")
    def signing(original: Any, self: Any, spelled: bytes) -> Any:
        from caio.canonical import canonical

        return original(self, canonical(without_trace(json.loads(spelled))))

    @wrap("caio.proofs:_signature_problems")
    def verifying(original: Any, decision: Any, key: Any) -> Any:
        return original(without_trace(decision), key)

    @wrap("caio.proofs:Signer.sign_all")
    def signing_all(original: Any, self: Any, spelled: Any) -> Any:
        return [self.sign(each) for each in spelled]


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
    @wrap("caio.proofs:Signer.sign")
    def broken(original: Any, self: Any, spelled: bytes) -> Any:
        return {**original(type(self)(), spelled), "key_id": self.key_id}

    @wrap("caio.proofs:Signer.sign_all")
    def signing_all(original: Any, self: Any, spelled: Any) -> Any:
        return [self.sign(each) for each in spelled]


@defect(
    "CAIO-ROUTE-10",
    "Of decisions that are signed together each is told the place of another",
    HTTP,
    sample="at the same time",
)
def places_mixed_up() -> None:
    @wrap("caio.merkle:root_and_paths")
    def broken(original: Any, leaves: Any) -> Any:
        root, paths = original(leaves)
        return root, paths[1:] + paths[:1]


def _stages_told_as(change: Any) -> None:
    """Decisions say something else of their stages, and are signed so."""

    @wrap("caio.decision:RoutingDecision.spell")
    def broken(original: Any, self: Any) -> tuple[str, bytes]:
        from caio.canonical import canonical

        decision_id, spelled = original(self)
        content = json.loads(spelled)
        content["trace"]["stages"] = change(content["trace"]["stages"])
        return decision_id, canonical(content)
