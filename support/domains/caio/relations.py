"""Changes after which the same requests are made again, and what must then be as before; that needs no oracle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from support.checks.shapes import Object, read
from support.domains.caio import callers, contracts, decisions, strategies, wording
from support.domains.caio.answer import Answer
from support.domains.caio.callers import JSON, YAML, Caller
from support.domains.caio.interface import RouteRequest
from support.domains.caio.model import Contract
from support.domains.caio.strategies import Case
from support.model import Difference, Step
from support.subjects import deployment

OTHER = strategies.contract("zz-other", ["what-nobody-asks-for"])
"""A service that offers nothing that generated requests ask for."""

Act = Callable[[Caller, Case], None]


@dataclass(frozen=True, slots=True)
class Change:
    """What changes between two times that the same is asked, and what happens before the first time."""

    alter: Act
    prepare: Act | None = None


def nothing(caller: Caller, case: Case) -> None:
    """Leave all as it is."""


def another_order(caller: Caller, case: Case) -> None:
    """Register all services again, the last one first."""
    enrol(caller, case.contracts[::-1])


def other_forms(caller: Caller, case: Case) -> None:
    """Register all services again, as JSON what came as YAML, and the other way round."""
    enrol(caller, case.contracts, first=JSON, second=YAML)


def irrelevant(caller: Caller, case: Case) -> None:
    """Add a service that offers nothing of what is asked for."""
    accepted(caller.register(OTHER))


def refused(caller: Caller, case: Case) -> None:
    """Try to replace each service by a broken contract, and by a worse one of the same version."""
    for each in case.contracts:
        worse = strategies.contract(each["service_id"], ["nothing"], each["version"])
        broken = contracts.text({name: value for name, value in worse.items() if name != "api"})
        for answer in (caller.replace(worse), caller.register(worse), caller.spoil(each["service_id"], broken, True)):
            if answer.accepted:
                raise Difference("the contract to be refused", "it was accepted")


def call_in_vain(caller: Caller, case: Case) -> None:
    """Have all requests carried out, by services that cannot be reached."""
    for request in case.requests:
        caller.dispatch(request)


def restart(caller: Caller, case: Case) -> None:
    """Kill the system without warning and start it again."""
    caller.recording.note(lambda: Step("CAIO is killed without warning and started again"))
    deployment.kill(caller.world)
    deployment.restart(caller.world)
    callers.disconnect(caller.interface)


CHANGES: dict[str, Change] = {
    "nothing has changed": Change(nothing),
    "the services have come in another order": Change(another_order),
    "the contracts have come in another form": Change(other_forms),
    "a service has come that offers nothing of it": Change(irrelevant),
    "worse contracts have been refused": Change(refused),
    "failed calls and a restart": Change(restart, call_in_vain),
}
"""What changes, as Gherkin says it."""


def enrol(caller: Caller, documents: Sequence[Contract], first: str = YAML, second: str = JSON) -> None:
    """Have exactly these services registered, in this order, alternately in two forms."""
    names = [each["service_id"] for each in caller.held().result()]
    for name in names:
        accepted(caller.remove(name))
    for number, document in enumerate(documents):
        accepted(caller.register(document, second if number % 2 else first))


def accepted(answer: Answer) -> None:
    """Raise Difference if something sound was refused."""
    if not answer.accepted:
        raise Difference("this to be accepted", f"it was refused as {answer.refusal}")


def compare(before: Answer, after: Answer) -> None:
    """Raise Difference if two answers to the same request say something different about it."""
    one, other = _said(before), _said(after)
    for name in one:
        if one[name] != other.get(name):
            raise Difference(f"as before, {name}: {_plain(one[name])}", f"now it is {_plain(other.get(name))}")


def compare_loosened(before: Answer, after: Answer) -> None:
    """Raise Difference if a service is refused that was admitted under more demands."""
    lost = _admitted(before) - _admitted(after)
    if lost:
        raise Difference(f"{wording.listed(sorted(lost))} to be admitted as before", f"it is not: {after}")


def loosened(request: RouteRequest) -> RouteRequest:
    """The request without its last policy; where there is none, without its constraints, guarantees and privacy."""
    if request.policies:
        return RouteRequest(request.body, request.policies[:-1], request.history, request.seed)
    wanted = request.body.get("requirements", {}).get("capabilities")
    kept = {name: value for name, value in request.body.items() if name not in ("constraints", "requirements")}
    body = kept if wanted is None else {**kept, "requirements": {"capabilities": wanted}}
    return RouteRequest(body, [], request.history, request.seed)


def as_decided(dispatched: Answer) -> Answer:
    """What was decided before a request was carried out, as the answer to a request for a decision."""
    if not dispatched.accepted:
        return dispatched
    return Answer(read(dispatched.body, Object, "decision"), status=dispatched.status)


def _said(answer: Answer) -> dict[str, Any]:
    told = [each for each in answer.candidates() if (each.service_id, each.outcome) != (OTHER["service_id"], "refused")]
    rows = {each.service_id: (each.outcome, each.stage, each.reason, each.score) for each in told}
    if answer.refusal is not None:
        return {"refusal": answer.refusal.kind, "candidates": rows}
    kept = decisions.timeless(answer.result())
    said = ("service_id", "route", "model", "guarantees", "control_signal", "proofs")
    return {"candidates": rows, **{name: kept.get(name) for name in said}}


def _admitted(answer: Answer) -> set[str]:
    return {each.service_id for each in answer.candidates() if each.outcome != "refused"}


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{wording.listed([str(name)])}: {each}" for name, each in value.items()) or "nothing"
    return str(value)
