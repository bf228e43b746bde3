"""Explores CAIO by its model: many generated cases, of which each answer is judged; a difference becomes a story."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from support.base.outcomes import NotMet
from support.domains.caio import callers, contracts, judging, relations, strategies
from support.domains.caio.callers import JSON, YAML, Caller
from support.domains.caio.interface import RouteRequest
from support.domains.caio.model import Asked, Contract, Policy
from support.domains.caio.sequences import Callers, ServedCallers, bound
from support.domains.caio.strategies import UNREACHED, Case
from support.model import Difference, Explored, Recording, curl, explore, explore_sequences
from support.subjects import exploration
from support.subjects.exploration import budget
from support.world.core import World

SEQUENCES, SERVED_SEQUENCES = 40, 20
"""Sequences that are explored where nothing else is asked for; restarts take a second or so."""


@dataclass(slots=True)
class OperatorPolicies:
    """The operator's own policies, which apply to every request; none unless the scenario lays some."""

    policies: list[Policy] = field(default_factory=list)


def decisions(world: World, count: int) -> None:
    """Ask so many generated requests of generated registries, and judge every decision."""
    caller_of = _caller(world)

    def judge(case: Case, recording: Recording) -> int:
        caller = caller_of(recording)
        with_services(caller, case.contracts, lambda: _ask_all(caller, case))
        return len(case.requests)

    keep(world, "decisions", explore(strategies.cases(), judge, budget(world, count)))


def start_under_policies(world: World, policies: list[Policy]) -> None:
    """Start a CAIO of the scenario's own whose operator lays these policies over every request."""
    deployment = world.begin("file-configured")
    deployment.files["policies"].write_text(contracts.text(policies), encoding="utf-8")
    deployment.start()
    world.meet()
    world.part(OperatorPolicies).policies = policies


def sequences(world: World) -> None:
    """Have callers register, replace, remove and ask in generated orders, and compare each answer."""
    machine = bound(Callers, world, registry_size(world))
    keep(world, "sequences", explore_sequences(machine, budget(world, SEQUENCES)))


def served_sequences(world: World) -> None:
    """The same with real services that are called, and with a CAIO that is killed and started again."""
    machine = bound(ServedCallers, world, registry_size(world), world.companions.start("any-chat"))
    keep(world, "sequences", explore_sequences(machine, budget(world, SERVED_SEQUENCES)))


def again(world: World, count: int, change: str) -> None:
    """Ask for decisions, have something changed, and ask again: every decision must be the same."""
    caller_of, between = _caller(world), relations.CHANGES[change]

    def judge(case: Case, recording: Recording) -> int:
        caller = caller_of(recording)

        def compared() -> None:
            if between.prepare is not None:
                between.prepare(caller, case)
            before = [caller.ask(each) for each in case.requests]
            between.alter(caller, case)
            for request, answer in zip(case.requests, before, strict=True):
                relations.compare(answer, caller.ask(request))

        with_services(caller, case.contracts, compared)
        return len(case.requests)

    keep(world, "decisions asked for again", explore(strategies.cases(), judge, budget(world, count)))


def loosened(world: World, count: int) -> None:
    """Ask for decisions, and again with a demand less: no service that was admitted may be refused."""

    def compared(caller: Caller, request: RouteRequest) -> None:
        relations.compare_loosened(caller.ask(request), caller.ask(relations.loosened(request)))

    _each(world, "decisions asked for with less demands", count, compared)


def dispatched(world: World, count: int) -> None:
    """Ask for decisions, and have the same requests carried out: the same must be decided."""

    def compared(caller: Caller, request: RouteRequest) -> None:
        decided = caller.ask(request)
        carried_out = caller.dispatch(request)
        relations.compare(decided, relations.as_decided(carried_out))
        if carried_out.accepted and carried_out.read(str, "service_id") != decided.read(str, "service_id"):
            raise Difference("the chosen service to serve", f"{carried_out.read(str, 'service_id')} served")

    _each(world, "decisions carried out", count, compared, world.companions.start("any-chat"))


def _each(
    world: World, what: str, count: int, compared: Callable[[Caller, RouteRequest], None], url: str = UNREACHED
) -> None:
    caller_of = _caller(world)

    def judge(case: Case, recording: Recording) -> int:
        caller = caller_of(recording)

        def all_compared() -> None:
            for request in case.requests:
                compared(caller, request)

        with_services(caller, case.contracts, all_compared)
        return len(case.requests)

    keep(world, what, explore(strategies.cases(url), judge, budget(world, count)))


def _caller(world: World) -> Callable[[Recording], Caller]:
    interface = callers.connect(world)
    return lambda recording: Caller(interface, world, recording)


def registry_size(world: World) -> int | None:
    """How many services the scenario's settings let CAIO hold; None where they do not say."""
    size = dict(world.lease.key[2]).get("CAIO_REGISTRY_SIZE")
    return None if size is None else int(size)


def with_services(caller: Caller, documents: Sequence[Contract], do: Callable[[], None]) -> None:
    """Do something while these services are registered, some as YAML and some as JSON; they are removed afterwards."""
    try:
        for number, contract in enumerate(documents):
            relations.accepted(caller.register(contract, JSON if number % 2 else YAML))
        do()
    except BaseException:
        with suppress(NotMet):  # what went wrong first is what is told
            caller.clear()
        raise
    caller.clear()


def _ask_all(caller: Caller, case: Case) -> None:
    patterns, operator = caller.world.system.reasons, caller.world.part(OperatorPolicies).policies
    for request in case.requests:
        asked = Asked(request.body, [*operator, *request.policies], request.history)
        judging.judge(caller.ask(request), case.contracts, request, patterns, asked)


def keep(world: World, what: str, found: Explored) -> None:
    """Remember what came of an exploration, and attach its story."""
    exploration.keep(world, what, found, curl.AUTHORIZED if callers.has_token(world) else curl.PREAMBLE)
