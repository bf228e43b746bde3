"""CAIO as replicas: the services that they know, and the requests that flow while their version is replaced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from support.domains.caio import contracts, dispatching
from support.domains.caio.http_interface import as_json
from support.domains.caio.interface import RouteRequest
from support.domains.caio.requests import request
from support.domains.caio.session import caio
from support.http import Exchange, HttpClient
from support.subjects import rollout
from support.subjects.rollout_traffic import TrafficKind
from support.world.core import World

ASKED_FOR, OFFERED = "chat", "embed"
"""What decisions are asked for, and what the services offer that are registered meanwhile."""


def start(world: World, rows: Sequence[Mapping[str, str]], *, real: bool = False) -> None:
    """Have replicas running behind a load balancer that know the services of a table, real ones if so."""
    rollout.start(world)
    if real:
        world.companions.serve_containers()
    for row in rows:
        caio(world).register(caio(world).real_service(row) if real else contracts.contract(row)).result()


def start_apart(world: World, rows: Sequence[Mapping[str, str]]) -> None:
    """Have replicas running and talk with each by itself; the services are registered with one after the other."""
    serving = rollout.start_apart(world)
    for number, row in enumerate(rows):
        asked = caio(world).orchestrators[number % serving]
        asked.register(contracts.text(contracts.contract(row))).result()


def keep_busy(world: World) -> None:
    """Have users ask for decisions and admins register services, until that is counted or the scenario ends.

    The pauses make traffic that a machine of two processors can well bear.
    """
    services, route = world.endpoint("services"), world.endpoint("route")

    def register(client: HttpClient, token: str, name: str, _turn: int) -> Exchange:
        contract = contracts.text(contracts.contract({"service": name, "offers": OFFERED}))
        return client.post(services, content=contract, headers={"Content-Type": "application/yaml"}, token=token)

    def ask(client: HttpClient, token: str, _name: str, turn: int) -> Exchange:
        return client.post(route, json=as_json(RouteRequest(request(ASKED_FOR), [], {}, turn)), token=token)

    asking = TrafficKind("ask", callers=3, pause=0.02, send=ask)
    registering = TrafficKind("register", callers=2, pause=0.05, send=register, creating=True)
    rollout.keep_busy(world, [asking, registering])


def send_to_hanging(world: World, service: str, message: str, capability: str) -> None:
    """Have a user wait for an answer that a replica cannot give, because the service hangs that it calls."""
    rollout.hang_under_way(world, service, lambda: dispatching.send(world, capability, message, rollout.LONG))


def registries_met(world: World) -> list[list[str]]:
    """The services that each caller is told of who comes now, whichever replica is next in turn."""
    asked = range(rollout.ASKED)
    return [[str(entry["service_id"]) for entry in caio(world).orchestrator.services().result()] for _ in asked]
