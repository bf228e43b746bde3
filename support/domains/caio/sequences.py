"""What callers of CAIO do in any order, beside a registry that forgets nothing; each answer is compared with it."""

from __future__ import annotations

from collections.abc import Sequence as Several
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from support.checks.shapes import Object, named, read
from support.domains.caio import callers, contracts, judging, model, strategies, wording
from support.domains.caio.answer import Answer
from support.domains.caio.callers import JSON, YAML, Caller
from support.domains.caio.interface import Interface, RouteRequest
from support.domains.caio.model import Asked, Contract
from support.domains.caio.registry_model import Outcomes, Refused, Registry
from support.model import Difference, Sequence, Step
from support.subjects import deployment
from support.world.core import World

NAMES = ["anna", "ben", "carla"]
"""Callers, each over a connection of its own."""
SERVICES = strategies.SERVICES[:4]
BROKEN = ["version", "capabilities", "api"]
"""Fields without which a contract is none."""

WHO, WHICH = st.sampled_from(range(len(NAMES))), st.sampled_from(SERVICES)
FORMS, REQUESTS, VERSIONS = st.sampled_from([YAML, JSON]), strategies.requests(), st.sampled_from(strategies.VERSIONS)


class Callers(Sequence):
    """Callers who register, replace, remove and ask. Subclasses bind ``world``, ``connections`` and ``limit``."""

    world: ClassVar[World]
    connections: ClassVar[Several[Interface]]
    limit: ClassVar[int | None] = None

    def __init__(self) -> None:
        super().__init__()
        self.registry, self.outcomes = Registry(self.limit), Outcomes()
        self.decided: list[tuple[str, Any]] = []
        self.callers = [
            Caller(connection, self.world, self.recording, name)
            for name, connection in zip(NAMES, self.connections, strict=True)
        ]

    @rule(who=WHO, contract=strategies.contracts(SERVICES), form=FORMS)
    def register(self, who: int, contract: Contract, form: str) -> None:
        """Register a service that may be there already."""
        self._settle(self.callers[who].register(contract, form), self.registry.register(contract))

    @rule(who=WHO, name=WHICH, version=VERSIONS)
    def register_again(self, who: int, name: str, version: str) -> None:
        """Register what is there already, in the same version or in another."""
        if name in self.registry.contracts:
            contract = {**self.registry.contracts[name], "version": version}
            self._settle(self.callers[who].register(contract), self.registry.register(contract))

    @rule(who=WHO, contract=strategies.contracts(SERVICES))
    def replace(self, who: int, contract: Contract) -> None:
        """Replace a service that may not be there, or not in another version."""
        refused = self.registry.replace(contract)
        self._settle(self.callers[who].replace(contract), refused)
        if refused is None:
            self.outcomes.changed(contract["service_id"])

    @rule(who=WHO, name=WHICH)
    def remove(self, who: int, name: str) -> None:
        """Remove a service that may not be there."""
        self._settle(self.callers[who].remove(name), self.registry.remove(name))
        self.outcomes.changed(name)

    @rule(who=WHO, name=WHICH, field=st.sampled_from(BROKEN), replaces=st.booleans())
    def spoil(self, who: int, name: str, field: str, replaces: bool) -> None:
        """Send a contract that lacks what every contract says; nothing may come of it."""
        document = strategies.contract(name, ["chat"], "9.0.0")
        del document[field]
        answer = self.callers[who].spoil(name, contracts.text(document), replaces)
        if answer.accepted:
            raise Difference(f"a contract without {field} to be refused", "it was accepted")

    @rule(who=WHO, request=REQUESTS)
    def ask(self, who: int, request: RouteRequest) -> None:
        """Ask for a decision."""
        answer = self.callers[who].ask(request)
        self._judge(answer, request)
        if answer.accepted:
            self.decided.append((answer.read(str, "decision_id"), answer.body))

    @precondition(lambda self: self.decided)
    @rule(who=WHO)
    def fetch(self, who: int) -> None:
        """Fetch the decision that was made first."""
        decision_id, given = self.decided[0]
        answer = self.callers[who].fetch(decision_id)
        if not answer.accepted or answer.body != given:
            raise Difference("the decision as it was given", f"it was {answer}")

    @invariant()
    def everybody_sees_the_same(self) -> None:
        """Whoever lists the services, each in turn, sees those that are registered, as their contracts say."""
        caller = self.callers[len(self.recording) % len(self.callers)]
        entries = {each["service_id"]: each for each in named({"items": caller.held().result()}, "items")}
        if entries.keys() != self.registry.contracts.keys():
            told = f"{caller.name} sees {wording.listed(sorted(entries))}"
            raise Difference(f"the services {wording.listed(sorted(self.registry.contracts))}", told)
        for name, contract in self.registry.contracts.items():
            _compare(contract, read(entries[name], Object, "contract"), wording.listed([name]))

    def tidy_up(self) -> None:
        """Remove what is registered, whatever the model says."""
        for entry in self.callers[0].held().result():
            self.callers[0].interface.remove(entry["service_id"])

    def _judge(self, answer: Answer, request: RouteRequest, tried: Several[str] = ()) -> None:
        known, unclear = self.outcomes.with_told(request.history), frozenset(self.outcomes.unclear)
        asked = Asked(request.body, request.policies, known, unclear)
        patterns, registered = self.world.system.reasons, list(self.registry.contracts.values())
        judging.judge(answer, registered, request, patterns, asked, tried)

    def _settle(self, answer: Answer, refused: Refused | None) -> None:
        if refused is None:
            if not answer.accepted:
                raise Difference("this to be accepted", f"it was refused as {answer.refusal}")
            return
        expected = f"this to be refused as {refused}"
        if answer.refusal is None:
            raise Difference(expected, "it was accepted")
        status = self.world.system.refusal(refused).status
        if answer.refusal.kind != refused or answer.status not in (None, status):
            raise Difference(f"{expected}, with the status {status}", f"it was {answer.refusal}, {answer.status}")


class ServedCallers(Callers):
    """Callers who also have requests carried out, of a CAIO that is killed and started again now and then."""

    reached: ClassVar[str] = strategies.UNREACHED
    """Where the one real service is that answers for all that can be reached."""

    @rule(who=WHO, contract=strategies.contracts(SERVICES), reached=st.booleans())
    def register_real(self, who: int, contract: Contract, reached: bool) -> None:
        """Register a service that can be called, or cannot."""
        if reached:
            contract = {**contract, "api": {**contract["api"], "base_url": self.reached}}
        self._settle(self.callers[who].register(contract), self.registry.register(contract))

    @rule(who=WHO, request=REQUESTS)
    def dispatch(self, who: int, request: RouteRequest) -> None:
        """Have a request carried out by the best service that answers."""
        answer = self.callers[who].dispatch(request)
        attempts = _attempts(answer)
        served = [name for name, outcome in attempts if outcome == "answered"]
        failed = [name for name, outcome in attempts if outcome != "answered"]
        for name in failed:
            self.outcomes.note(name, False)
        self._judge_served(answer, request, served, failed)
        for name in served:
            self.outcomes.note(name, True)

    @rule(now=st.sampled_from([False, False, False, True]))
    def restart(self, now: bool) -> None:
        """Kill CAIO without warning and start it again, one time in four that this rule is drawn."""
        if now:
            self.recording.note(lambda: Step("CAIO is killed without warning and started again"))
            deployment.kill(self.world)
            deployment.restart(self.world)
            for each in self.connections:
                callers.disconnect(each)

    def _judge_served(self, answer: Answer, request: RouteRequest, served: list[str], failed: list[str]) -> None:
        if not served and failed:
            if answer.refusal is None or answer.refusal.kind != "dispatch-failed":
                raise Difference("a refusal because no service answered", f"it was {answer}")
            self._nobody_could(request, failed)
            return
        if answer.accepted and answer.read(str, "service_id") != read(answer.body, str, "decision", "service_id"):
            raise Difference("the service that was decided on to serve", f"it was {answer.read(str, 'service_id')}")
        body = read(answer.body, Object, "decision") if answer.accepted else answer.body
        self._judge(Answer(body, answer.refusal, status=answer.status), request, failed)

    def _nobody_could(self, request: RouteRequest, failed: list[str]) -> None:
        """All admissible services were tried, and none of them can be reached."""
        asked = Asked(request.body, request.policies, request.history)
        able = {each["service_id"]: each for each in model.admissible(list(self.registry.contracts.values()), asked)}
        if able.keys() != set(failed):
            raise Difference(
                f"{wording.listed(sorted(able))} to be tried", f"{wording.listed(sorted(set(failed)))} was"
            )
        if reached := [name for name, each in able.items() if each["api"]["base_url"] == self.reached]:
            raise Difference(f"an answer of {wording.listed(reached)}", "no service answered")


def _attempts(answer: Answer) -> list[tuple[str, str]]:
    """The calls that were made, by service and outcome."""
    told = answer.body.get("attempts", []) if isinstance(answer.body, dict) else []
    return [(read(each, str, "service_id"), read(each, str, "outcome")) for each in told]


def _compare(stated: Any, seen: Any, where: str) -> None:
    """Raise Difference where the registry does not say what the contract states."""
    if isinstance(stated, dict) and isinstance(seen, dict):
        for name, value in stated.items():
            _compare(value, seen.get(name), f"{where}: {name}")
    elif isinstance(stated, list) and isinstance(seen, list) and len(stated) == len(seen):
        for number, (value, other) in enumerate(zip(stated, seen, strict=True)):
            _compare(value, other, f"{where}[{number}]")
    elif stated != seen:
        raise Difference(f"{where} to be {stated}", f"it is {seen}")


def bound(kind: type[Callers], world: World, limit: int | None, reached: str = "") -> type[Callers]:
    """The callers, bound to the CAIO that was started last."""
    connections = [callers.connect(world) for _ in NAMES]
    about = {"world": world, "connections": connections, "limit": limit, **({"reached": reached} if reached else {})}
    return type(kind.__name__, (kind,), about)
