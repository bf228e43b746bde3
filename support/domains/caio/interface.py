"""The interface that steps talk to, whatever carries it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from support.base.documents import Document
from support.domains.caio.answer import Answer


@dataclass(slots=True)
class RouteRequest:
    """What is asked of the router: the request itself, and the policies, history and seed it is decided by."""

    body: dict[str, Any]
    policies: list[dict[str, Any]] = field(default_factory=list)
    history: dict[str, Any] = field(default_factory=dict)
    seed: int = 0


class Interface(Protocol):
    """Services, requests and decisions, over whichever interface the run uses. No method raises for a refusal."""

    name: str

    def register(self, contract: str) -> Answer:
        """Register a service by its contract (YAML text). The result is the registry's entry."""

    def register_all(self, documents: Sequence[Document]) -> Answer:
        """Register many services by their contracts; the result is a number, the evidence leaves out their texts."""

    def replace(self, service_id: str, contract: str) -> Answer:
        """Replace a registered service by a new version of its contract."""

    def remove(self, service_id: str) -> Answer:
        """Remove a service."""

    def service(self, service_id: str) -> Answer:
        """One entry of the registry."""

    def services(self) -> Answer:
        """Every entry of the registry, as a list, whatever the size of a page."""

    def probe(self, service_id: str) -> Answer:
        """Have the orchestrator probe a service now; the result is its entry."""

    def route(self, request: RouteRequest) -> Answer:
        """Ask for a decision."""

    def route_together(self, requests: Sequence[RouteRequest]) -> list[Answer]:
        """Ask for many decisions at the same time; the answers come in the order of the requests."""

    def decision(self, decision_id: str) -> Answer:
        """Fetch a decision that was made."""

    def public_keys(self) -> Answer:
        """The public keys that decisions are signed with."""
