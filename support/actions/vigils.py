"""Watching over instances with Prometheus and Alertmanager while conditions are brought about and removed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import yaml

from support.actions.alerting import INSIDE
from support.actions.conditions import CONDITIONS, Watched
from support.checks import alarms
from support.checks.alarms import Alarm, Vigil
from support.deployments import ContainerDeployment, ContainerTool, Mount
from support.evidence.timeline import Lane, Mark
from support.faults import Fault
from support.http import HttpClient
from support.interfaces import HttpInterface
from support.outcomes import Broken, DeploymentFailed, NotMet, WaitedInVain
from support.waiting import until
from support.world import ADMIN, World

TARGETS = "targets.yml"
"""The file of the configuration that says which instances are watched."""
PATIENCE, LONG_PATIENCE = 65.0, 100.0
"""Seconds that alarms, and their end, are waited for; what judges them stands in the Gherkin, and is less."""
SIDE_BY_SIDE = 2
"""Containers that are started at the same time; more would only wait for each other."""
_LOOK = 0.5
"""Seconds between two looks at Prometheus and Alertmanager."""
_UNUSABLE = "Error loading config"
"""What Prometheus says of a configuration that it does not start on."""


@dataclass(slots=True)
class Post:
    """Where the watch is kept: the instances that are watched, and the two that watch them."""

    instances: dict[str, Watched]
    prometheus: HttpClient
    alertmanager: HttpClient
    since: float

    def watching(self) -> bool:
        """Whether every instance is being watched and answers."""
        told = self._ask("/api/v1/targets?state=active")["data"]["activeTargets"]
        up = {each["labels"]["instance"].partition(":")[0] for each in told if each["health"] == "up"}
        return up >= self.instances.keys()

    def firing(self) -> set[Alarm]:
        """The alarms that Prometheus raises now."""
        return alarms.firing(self._ask("/api/v1/alerts")["data"]["alerts"])

    def received(self) -> set[Alarm]:
        """The alarms that Alertmanager has now."""
        return {alarms.of_labels(each["labels"]) for each in self.alertmanager.get("/api/v2/alerts").json()}

    def remembered(self) -> dict[Alarm, list[float]]:
        """When each alarm was firing, since the watch began."""
        query = f'query=ALERTS{{alertstate="firing"}}&start={self.since}&end={time.time()}&step=1'
        return alarms.moments(self._ask(f"/api/v1/query_range?{query}")["data"]["result"])

    def _ask(self, path: str) -> Mapping[str, Any]:
        told: Mapping[str, Any] = self.prometheus.get(path).json()
        return told


@dataclass(slots=True)
class Case:
    """A condition that befalls an instance: the alarms that it must raise, and the faults that bring it about."""

    about: Watched
    condition: str
    due: set[Alarm]
    faults: list[Fault] = field(default_factory=list)

    def bring_about(self, world: World, vigil: Vigil) -> None:
        """Cause it, and see that it is healed however the scenario ends."""
        if self.condition not in CONDITIONS:
            raise Broken(f"nothing is known of {self.condition!r}; there are: {', '.join(CONDITIONS)}")
        began = time.time()
        for fault in CONDITIONS[self.condition](world, self.about):
            world.faults.append(fault)
            world.on_close(fault.heal)
            self.faults.append(fault.inject())
        vigil.caused |= dict.fromkeys(self.due, began)

    def remove(self, vigil: Vigil) -> None:
        """Remove its cause."""
        for fault in reversed(self.faults):
            fault.heal()
        vigil.removed |= dict.fromkeys(self.due, time.time())


def begin(world: World, rows: Iterable[Mapping[str, str]]) -> Post:
    """Have instances running in containers, as in a table ``CAIO | profile``, and Prometheus and Alertmanager on them.

    Raises NotMet if Prometheus does not start on the configuration that comes with the system.
    """
    containers = {row["CAIO"]: world.contain(row["profile"]) for row in rows}
    for name, container in containers.items():
        container.changes["aliases"] = [name]
        container.host.image(container.build())  # built once, before they are started side by side
    with ThreadPoolExecutor(SIDE_BY_SIDE) as together:
        list(together.map(ContainerDeployment.start, containers.values()))
    alertmanager = world.beside("alertmanager", 9093, "/-/ready")
    prometheus = world.beside("prometheus", 9090, "/-/ready")
    _aim(prometheus, [f"{name}:{container.entry.port}" for name, container in containers.items()])
    since = time.time()
    for tool in (alertmanager, prometheus):
        _start(tool)
    instances = {name: _watched(world, name, container) for name, container in containers.items()}
    return Post(instances, _quiet(world, prometheus.url), _quiet(world, alertmanager.url), since)


def keep(world: World, rows: Iterable[Mapping[str, str]]) -> Vigil:
    """Bring about each condition of a table ``CAIO | what befalls it | alerts``; remove it when its alarms have shown.

    What was seen all the while is recorded, to be judged afterwards.
    """
    post, vigil = world.post, Vigil()
    if post is None:
        raise Broken("nothing is watched yet")
    cases = [Case(post.instances[row["CAIO"]], row["what befalls it"], alarms.due(row)) for row in rows]
    until(post.watching, PATIENCE, "Prometheus to watch all instances", poll=_LOOK)
    for case in cases:
        case.bring_about(world, vigil)
    waiting = list(cases)
    _wait(post, vigil, lambda: _removed(post, vigil, waiting), PATIENCE)
    for case in waiting:
        case.remove(vigil)
    _wait(post, vigil, lambda: not post.firing() | post.received(), LONG_PATIENCE)
    vigil.fired, vigil.left = post.remembered(), post.received()
    world.evidence.timeline("the alarms", [_lane(vigil, alarm) for alarm in sorted(vigil.fired.keys() | vigil.caused)])
    return vigil


def note_slowest(world: World, limit: float) -> None:
    """State how long the slowest alarm took to be raised."""
    seen = [delay for alarm in world.watched.caused if (delay := world.watched.delay(alarm)) is not None]
    world.evidence.observation("slowest alert", round(max(seen, default=0.0), 1), limit, "s", len(seen))


def _removed(post: Post, vigil: Vigil, waiting: list[Case]) -> bool:
    """Remove the cause of each case that has shown all its alarms. Whether none is waited for any more."""
    shown = post.firing() & vigil.received
    for case in [case for case in waiting if case.due <= shown]:
        case.remove(vigil)
        waiting.remove(case)
    return not waiting


def _wait(post: Post, vigil: Vigil, condition: Callable[[], bool], seconds: float) -> None:
    """Wait, but not for ever: what did not come is judged afterwards. What Alertmanager has meanwhile is kept."""

    def seen() -> bool:
        vigil.received |= post.received()
        return condition()

    try:
        until(seen, seconds, "the alarms", poll=_LOOK)
    except WaitedInVain:
        return


def _lane(vigil: Vigil, alarm: Alarm) -> Lane:
    """What became of one alarm, to be drawn."""
    marks = [Mark(vigil.caused[alarm], "injected", "its condition was brought about")] if alarm in vigil.caused else []
    if fired := vigil.fired.get(alarm):
        marks.append(Mark(fired[0], "observed", "it was raised"))
        marks.append(Mark(fired[-1], "steady", "it was raised for the last time"))
    if alarm in vigil.removed:
        marks.append(Mark(vigil.removed[alarm], "healed", "its cause was removed"))
    return Lane(str(alarm), tuple(sorted(marks, key=lambda mark: mark.at)))


def _aim(prometheus: ContainerTool, targets: list[str]) -> None:
    """Have Prometheus watch these addresses; in all else its configuration is the one that comes with the system."""
    path = prometheus.folder / TARGETS
    path.write_text(yaml.safe_dump([{"targets": targets}]), encoding="utf-8")
    prometheus.mounts.append(Mount(path, f"{INSIDE}/{TARGETS}", read_only=True))


def _start(tool: ContainerTool) -> None:
    try:
        tool.start()
    except DeploymentFailed as error:
        if _UNUSABLE in tool.logs():
            raise NotMet(f"{tool.service} does not start on the configuration that comes with it:\n{error}") from error
        raise


def _watched(world: World, name: str, container: ContainerDeployment) -> Watched:
    client = _quiet(world, container.url)
    return Watched(name, container, HttpInterface(client, world.system, world.system.token(ADMIN)), client)


def _quiet(world: World, url: str) -> HttpClient:
    """A client whose exchanges are no evidence: there are thousands, and what they show is told in the timeline."""
    client = HttpClient(url, lambda _: None, world.settings.timeouts.http)
    world.on_close(client.close)
    return client
