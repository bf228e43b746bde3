"""The Orchestrator: registers contracts and routes requests, stage by stage, to the service that fits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caio.contracts import ServiceContract, check_consistency, parse_contract
from caio.decision import RoutingDecision
from caio.errors import NoMatchingServices, Refusal
from caio.history import DecisionHistory, Outcomes, read_history
from caio.policies import compile_policies
from caio.probe import probe_health
from caio.registry import ServiceEntry, ServiceRegistry
from caio.request import CompiledRequest, Request, check_seed, compile_request, spell
from caio.routing import stages
from caio.routing.candidate import Candidate
from caio.routing.snapshot import Snapshot
from caio.routing.stages import Stage

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

    from caio.proofs import Signer

# Services named, at most, when nobody offers what was asked for.
_SHOWN = 100


class Orchestrator:
    """Thread-safe. Each routing works on one snapshot of the registry.

    `policies` apply to every request, before its own. `on_decision` sees every decision before the caller does.
    Without a `signing_key` one is made when the first decision is signed.
    """

    def __init__(
        self,
        registry: ServiceRegistry | None = None,
        signing_key: Ed25519PrivateKey | None = None,
        policies: Sequence[Mapping[str, Any]] = (),
        on_decision: Callable[[RoutingDecision], None] | None = None,
        history: DecisionHistory | None = None,
    ) -> None:
        self.registry = registry if registry is not None else ServiceRegistry()
        self.outcomes = Outcomes()
        self.on_decision = on_decision
        self._history = history if history is not None else DecisionHistory()
        self._signing_key = signing_key
        self._signer: Signer | None = None
        self._signer_lock = threading.Lock()
        # One for all decisions, as each time that a method is asked for there is a new one.
        self._sign_decision = self._sign
        self._policies = compile_policies(policies, "server_policies")

    # --- services

    def register_service(
        self,
        source: Path | str | bytes | Mapping[str, Any] | ServiceContract,
        replace: bool = False,
        *,
        reload: bool = False,
        known: bool = False,
        tags: Iterable[str] = (),
    ) -> ServiceEntry:
        """Registers a contract from its file, text or data; see ServiceRegistry.add for the options."""
        if isinstance(source, ServiceContract):
            check_consistency(source)
            contract = source
        else:
            contract = parse_contract(source)
        # Under one lock: what becomes of calls of the new service must not be forgotten with the old.
        with self.registry.lock:
            entry = self.registry.add(contract, replace=replace, reload=reload, known=known, tags=tags)
            self.outcomes.forget(contract.service_id)
        return entry

    def remove_service(self, service_id: str) -> None:
        with self.registry.lock:
            self.registry.remove(service_id)
            self.outcomes.forget(service_id)

    def service(self, service_id: str) -> ServiceEntry:
        return self.registry.get(service_id)

    def services(self) -> list[ServiceEntry]:
        return self.registry.entries()

    def probe(self, service_id: str) -> ServiceEntry:
        """Asks the service's health path now. A service found healthy again starts with a clean history."""
        entry = self.registry.get(service_id)
        recovered = entry.health == "unhealthy"
        entry.health = probe_health(entry.contract)
        if recovered and entry.health == "healthy":
            self.outcomes.forget(service_id)
        return entry

    def record_outcome(self, service_id: str, ok: bool) -> bool:
        """Tells how a call ended, for the ranking of later requests; unknown services are ignored.

        Gives whether later rankings can differ by it.
        """
        return service_id in self.registry and self.outcomes.record(service_id, ok)

    def forgive(self, service_id: str) -> None:
        """Forgets how a service's calls ended, once it has shown that it works again."""
        self.outcomes.forget(service_id)

    # --- policies and keys

    def set_policies(self, policies: Sequence[Mapping[str, Any]]) -> None:
        """Replaces the policies that apply to every request; raises InvalidPolicy and keeps the old ones."""
        self._policies = compile_policies(policies, "server_policies")

    @property
    def signer(self) -> Signer:
        """Made when first needed."""
        # Imported here: who only routes need not load a cryptography library.
        from caio.proofs import Signer

        with self._signer_lock:
            if self._signer is None:
                self._signer = Signer(self._signing_key)
            return self._signer

    @property
    def public_key(self) -> Ed25519PublicKey:
        return self.signer.public_key

    def _sign(self, spelled: bytes) -> dict[str, Any]:
        return self.signer.sign(spelled)

    # --- routing

    def route_request(
        self,
        request: Request | Mapping[str, Any],
        policies: Sequence[Mapping[str, Any]] = (),
        history: Mapping[str, Any] | None = None,
        seed: int = 0,
        *,
        excluded: Mapping[str, str] | None = None,
    ) -> RoutingDecision:
        """Decides who serves the request.

        `history` counts outcomes by service on top of those recorded here; `seed` only orders equal scores;
        `excluded` names services, with the reason, that a dispatch has already tried. Raises InvalidRequest,
        InvalidPolicy, or NoMatchingServices with the reason for every candidate.
        """
        asked = request if isinstance(request, Request) else Request.from_dict(request)
        compiled, spelled = compile_request(asked), spell(asked)
        both = (self._policies, compile_policies(policies))
        told = read_history({} if history is None else history)
        check_seed(seed)
        snapshot = self.registry.snapshot()
        matched = stages.match_contracts(compiled, snapshot, excluded or {})
        ruled = stages.evaluate_rules(matched.admitted, *both)
        secured = stages.verify_security(ruled.admitted, compiled)
        if not secured.admitted:
            raise _nobody(compiled, snapshot, (matched, ruled, secured))
        penalties = stages.penalties_of(secured.admitted, self.outcomes.counts(), told)
        ranked = stages.rank(secured.admitted, penalties, seed)
        decided = stages.decide(ranked.admitted)
        passed = (matched, ruled, secured, ranked, decided)
        decision = RoutingDecision(
            compiled, spelled, both, passed, penalties, seed, snapshot.digest, self._sign_decision
        )
        self._history.add(decision)
        if self.on_decision is not None:
            self.on_decision(decision)
        return decision

    def decision(self, decision_id: str) -> RoutingDecision:
        """One of the decisions still remembered; raises DecisionNotFound."""
        return self._history.get(decision_id)

    def decisions(self, limit: int = 100) -> list[RoutingDecision]:
        """The latest, newest first."""
        return self._history.latest(limit)

    # --- the stages, each alone

    def match_contracts(self, request: Request) -> Stage:
        return stages.match_contracts(compile_request(request), self.registry.snapshot(), {})

    def evaluate_rules(self, candidates: Sequence[Candidate], policies: Sequence[Mapping[str, Any]] = ()) -> Stage:
        return stages.evaluate_rules(candidates, self._policies, compile_policies(policies))

    def verify_security(self, candidates: Sequence[Candidate], request: Request) -> Stage:
        return stages.verify_security(candidates, compile_request(request))

    def rank(self, candidates: Sequence[Candidate], history: Mapping[str, Any] | None = None, seed: int = 0) -> Stage:
        told = read_history({} if history is None else history)
        penalties = stages.penalties_of(candidates, self.outcomes.counts(), told)
        return stages.rank(candidates, penalties, check_seed(seed))

    def decide(self, ranked: Sequence[Candidate]) -> Stage:
        return stages.decide(ranked)


def _nobody(request: CompiledRequest, snapshot: Snapshot[ServiceEntry], passed: Sequence[Stage]) -> NoMatchingServices:
    refusals = [refused.to_refusal() for stage in passed for refused in stage.refused]
    wanted = ", ".join(repr(name) for name in request.capabilities)
    if refusals:
        told = "; ".join(f"{refusal.service_id}: {refusal.reason}" for refusal in refusals[:10])
        return NoMatchingServices(f"no matching services for {wanted}: {told}", candidates=refusals)
    names = sorted(snapshot.entries)[:_SHOWN]
    strangers = [
        Refusal(
            name,
            "match",
            f"capabilities must include {wanted} (request.capabilities), its contract offers none of them",
        )
        for name in names
    ]
    count = len(snapshot.entries)
    detail = f"no matching services: none of the {count} registered services offers {wanted}"
    return NoMatchingServices(
        detail if count else "no matching services: no services are registered", candidates=strangers
    )
