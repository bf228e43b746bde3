"""Callers of CAIO in explorations: each notes what it does as a step of the story, and leaves no other evidence."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from support.base.outcomes import NotVerified
from support.domains.caio import contracts, wording
from support.domains.caio.answer import Answer
from support.domains.caio.http_interface import HttpInterface, as_json
from support.domains.caio.interface import Interface, RouteRequest
from support.domains.caio.model import Contract
from support.domains.caio.python_interface import PythonInterface
from support.domains.caio.session import caio
from support.http import HttpClient
from support.model import Difference, Recording, Step, curl
from support.world.core import World

YAML, JSON = "application/yaml", "application/json"
DEADLINE_MS = 10_000
INPUT = {"message": "Good morning"}
"""What services are sent that are called."""


@dataclass(slots=True)
class Caller:
    """One caller over a connection of its own. ``name`` tells it from others in a story."""

    interface: Interface
    world: World
    recording: Recording
    name: str = "an operator"

    def register(self, contract: Contract, form: str = YAML) -> Answer:
        """Register a contract, as YAML or as JSON."""
        written = contracts.text(contract) if form == YAML else json.dumps(contract)
        self._note(lambda: f"registers {wording.of_contract(contract)}", "POST", "services", written, form)
        if form == YAML:
            return self.interface.register(written)
        return self.interface.register_all([contract])

    def replace(self, contract: Contract) -> Answer:
        """Ask to replace a service by a version of its contract."""
        name, written = contract["service_id"], contracts.text(contract)

        def said() -> str:
            return f"asks for a replacement by {wording.of_contract(contract)}"

        self._note(said, "PUT", "services", written, YAML, name)
        return self.interface.replace(name, written)

    def remove(self, service_id: str) -> Answer:
        """Remove a service."""
        self._note(lambda: f"removes {wording.listed([service_id])}", "DELETE", "services", below=service_id)
        return self.interface.remove(service_id)

    def ask(self, request: RouteRequest) -> Answer:
        """Ask for a decision."""
        self._note(lambda: f"asks for {wording.of_request(request)}", "POST", "route", as_json(request))
        return self.interface.route(request)

    def dispatch(self, request: RouteRequest) -> Answer:
        """Have a request carried out. Raises NotVerified where the interface cannot."""
        body = {**as_json(request), "input": INPUT, "deadline_ms": DEADLINE_MS}
        self._note(lambda: f"is served on {wording.of_request(request)}", "POST", "dispatch", body)
        if not isinstance(self.interface, HttpInterface):
            raise NotVerified("requests are carried out over HTTP, and the run uses the Python API")
        return self.interface.dispatch(request, INPUT, DEADLINE_MS)

    def spoil(self, service_id: str, written: str, replace: bool) -> Answer:
        """Send a contract that nothing sound can be made of, to register it or to replace one."""
        method, below = ("PUT", service_id) if replace else ("POST", "")
        self._note(
            lambda: f"sends a broken contract of {wording.listed([service_id])}",
            method,
            "services",
            written,
            YAML,
            below,
        )
        return self.interface.replace(service_id, written) if replace else self.interface.register(written)

    def fetch(self, decision_id: str) -> Answer:
        """Fetch a decision that was made."""
        self._note(lambda: f"fetches the decision {decision_id}", "GET", "decisions", below=decision_id)
        return self.interface.decision(decision_id)

    def held(self) -> Answer:
        """What the registry holds; looking is no step."""
        return self.interface.services()

    def clear(self) -> None:
        """Remove all services without a note. Raises Difference if one is refused that is registered."""
        for entry in self.held().result():
            name = entry["service_id"]
            answer = self.interface.remove(name)
            if not answer.accepted:
                raise Difference(f"{wording.listed([name])}, which is registered, to be removed", f"{answer.refusal}")

    def _note(
        self, says: Callable[[], str], method: str, endpoint: str, body: Any = "", form: str = JSON, below: str = ""
    ) -> None:
        def told() -> Step:
            path = self.world.endpoint(endpoint) + (f"/{below}" if below else "")
            sent = body if isinstance(body, str) else json.dumps(body)
            return Step(f"{self.name} {says()}", curl.command(method, path, sent, form, has_token(self.world)))

        self.recording.note(told)


def has_token(world: World) -> bool:
    """Whether requests of callers carry a token."""
    return "admin" in world.system.identities and world.lease.key[1] != "default"


def connect(world: World) -> Interface:
    """Another connection to the CAIO that was started last, whose exchanges are not kept as evidence."""
    known = caio(world).orchestrator
    if isinstance(known, PythonInterface):
        return PythonInterface(known.driver, lambda _name, _text: None)
    assert isinstance(known, HttpInterface)
    client = HttpClient(known.client.base_url, caio(world).saw, world.settings.timeouts.http, known.client.authority)
    world.on_close(client.close)
    return known.over(client)


def disconnect(interface: Interface) -> None:
    """Have the next request go over a new connection."""
    if isinstance(interface, HttpInterface):
        interface.client.close()
