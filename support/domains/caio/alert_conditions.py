"""The conditions that alerts are raised for, each as the faults that bring it about."""

from __future__ import annotations

import math
from collections.abc import Callable

from support.domains.caio import contracts, session
from support.domains.caio.http_interface import HttpInterface
from support.domains.caio.interface import RouteRequest
from support.domains.caio.requests import request
from support.faults import BusyDatabase, Crowd, Fault, Killed, LockedDatabase
from support.subjects import auth
from support.subjects.alert_runs import Conditions, MonitoredInstance
from support.world.core import ADMIN, World

ABILITY = "chat"
"""What users ask for."""
USERS, PAUSE = 4, 0.1
"""How many users there are, and how many seconds each takes from one answer to the next request."""
HASTE = 0.02
"""Seconds from one answer to the next request of a caller who asks far too often."""
NEARLY_FULL = 0.9
"""The part of the registry that is taken when it is nearly full."""
SIZE = "CAIO_REGISTRY_SIZE"
"""The setting that says how many services an instance may have."""


class Operation(Fault):
    """Something that is done once, and undone."""

    def __init__(self, what: str, do: Callable[[], None], undo: Callable[[], None]) -> None:
        super().__init__(what)
        self._do, self._undo = do, undo

    def _inject(self) -> None:
        self._do()

    def _heal(self) -> None:
        self._undo()


def killed(world: World, caio: MonitoredInstance) -> list[Fault]:
    """Its container is killed; later it is started again."""
    return [Killed(caio.deployment, f"{caio.name} killed")]


def locked(world: World, caio: MonitoredInstance) -> list[Fault]:
    """Another program holds its database while users ask for decisions."""
    lock = LockedDatabase(caio.deployment.files["database"], lambda: ready(world, caio))
    return [registered(world, caio, "local-chat"), deciding(world, caio), lock]


def busy(world: World, caio: MonitoredInstance) -> list[Fault]:
    """Another program takes its database again and again while users ask for decisions."""
    taken = BusyDatabase(caio.deployment.files["database"], steady=lambda: ready(world, caio))
    return [registered(world, caio, "local-chat"), deciding(world, caio), taken]


def strangers(world: World, caio: MonitoredInstance) -> list[Fault]:
    """Somebody tries one unknown token after the other."""
    unknown = auth.caller("a caller with an unknown token", world.system)
    return [calling(world, caio, "strangers guess tokens", unknown)]


def wild(world: World, caio: MonitoredInstance) -> list[Fault]:
    """A caller that is known asks more often than it may, and does not heed that it is told to wait."""
    return [calling(world, caio, "a user gone wild", auth.caller("a user", world.system))]


def filled(world: World, caio: MonitoredInstance) -> list[Fault]:
    """Services are registered until the registry is nearly full; later they are removed."""
    wanted = math.ceil(int(caio.deployment.environment[SIZE] or 0) * NEARLY_FULL)
    held = len(admin(world, caio).services().result())
    names = [f"service-{number}" for number in range(wanted - held)]
    return [registered(world, caio, *names)]


def probed_dies(world: World, caio: MonitoredInstance) -> list[Fault]:
    """A service that says where it can be probed is killed; later it is started again."""
    name = f"{caio.name}-probed"
    document = session.caio(world).contained_service({"service": name, "offers": "notes"}, probed=True)
    admin(world, caio).register(contracts.text(document)).result()
    return [Killed(world.companions.container(name), f"service {name} killed")]


def needed_dies(world: World, caio: MonitoredInstance) -> list[Fault]:
    """The only service that can serve the users is killed while they ask; later it is started again."""
    name = f"{caio.name}-needed"
    document = session.caio(world).contained_service({"service": name, "offers": ABILITY})
    admin(world, caio).register(contracts.text(document)).result()
    well = lambda: admin(world, caio).service(name).read(str, "circuit") == "closed"  # noqa: E731
    return [dispatching(world, caio), Killed(world.companions.container(name), f"service {name} killed", well)]


CONDITIONS: Conditions = {
    "it is killed": killed,
    "its database is locked while users ask": locked,
    "its database is kept busy while users ask": busy,
    "strangers guess tokens": strangers,
    "a user asks far too often": wild,
    "its registry fills up": filled,
    "a service that it probes dies": probed_dies,
    "the only service that users need dies": needed_dies,
}
"""Condition, in the words of Gherkin → the faults that bring it about, in the order of their injection."""


def admin(world: World, caio: MonitoredInstance) -> HttpInterface:
    """How an admin talks to an instance."""
    return HttpInterface(caio.client, world.system, world.system.token(ADMIN))


def ready(world: World, caio: MonitoredInstance) -> bool:
    """Whether it says that it is ready."""
    return caio.client.get(world.endpoint("ready")).ok


def registered(world: World, caio: MonitoredInstance, *names: str) -> Fault:
    """Services that are registered, and removed again."""

    def register() -> None:
        for name in names:
            admin(world, caio).register(
                contracts.text(contracts.contract({"service": name, "offers": ABILITY}))
            ).result()

    def remove() -> None:
        for name in names:
            admin(world, caio).remove(name).result()

    return Operation(f"{len(names)} services registered with {caio.name}", register, remove)


def deciding(world: World, caio: MonitoredInstance) -> Fault:
    """Users who ask for decisions."""
    asked = RouteRequest(request(ABILITY), [], {}, 0)
    asker = HttpInterface(caio.client, world.system, world.system.token("user"))
    return Crowd(f"users ask {caio.name}", lambda: asker.route(asked).status, USERS, PAUSE)


def dispatching(world: World, caio: MonitoredInstance) -> Fault:
    """A user who has requests carried out; of several, too few would meet the calls that try the service again."""
    asked = RouteRequest(request(ABILITY), [], {}, 0)
    asker = HttpInterface(caio.client, world.system, world.system.token("user"))
    return Crowd(
        f"a user sends requests to {caio.name}",
        lambda: asker.dispatch(asked, {"message": "Good morning"}, 1000).status,
        pause=PAUSE,
    )


def calling(world: World, caio: MonitoredInstance, what: str, who: auth.Caller) -> Fault:
    """Somebody who lists the services all the time."""
    path = world.endpoint("services")
    return Crowd(f"{what} at {caio.name}", lambda: caio.client.get(path, headers=who.headers).status, pause=HASTE)
