"""Watching over instances with Prometheus and Alertmanager while conditions are brought about and removed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import yaml

from support.base.outcomes import Broken, DeploymentFailed, NotMet, WaitedInVain
from support.base.waiting import until
from support.checks import raised_alerts
from support.checks.raised_alerts import AlertRun, RaisedAlert
from support.deployments import ContainerDeployment, ContainerTool, Mount
from support.evidence.timeline import Lane, Mark
from support.faults import Fault
from support.http import HttpClient
from support.subjects.alerts import INSIDE
from support.world.core import World

TARGETS = "targets.yml"
"""The file of the configuration that says which instances are watched."""
PATIENCE, LONG_PATIENCE = 65.0, 100.0
"""Seconds that alerts, and their end, are waited for; what judges them stands in the Gherkin, and is less."""
SIDE_BY_SIDE = 2
"""Containers that are started at the same time; more would only wait for each other."""
_LOOK = 0.5
"""Seconds between two looks at Prometheus and Alertmanager."""
_UNUSABLE = "Error loading config"
"""What Prometheus says of a configuration that it does not start on."""


@dataclass(frozen=True, slots=True)
class MonitoredInstance:
    """An instance that is monitored: its name on the network, its container, and how callers talk to it."""

    name: str
    deployment: ContainerDeployment
    client: HttpClient


Conditions = Mapping[str, Callable[[World, MonitoredInstance], list[Fault]]]
"""Condition, in the words of Gherkin → the faults that bring it about, in the order of their injection."""


@dataclass(slots=True)
class Monitoring:
    """The monitored instances, and the Prometheus and Alertmanager that monitor them."""

    instances: dict[str, MonitoredInstance]
    prometheus: HttpClient
    alertmanager: HttpClient
    since: float

    def watching(self) -> bool:
        """Whether every instance is being watched and answers."""
        told = self._ask("/api/v1/targets?state=active")["data"]["activeTargets"]
        up = {each["labels"]["instance"].partition(":")[0] for each in told if each["health"] == "up"}
        return up >= self.instances.keys()

    def firing(self) -> set[RaisedAlert]:
        """The alerts that Prometheus raises now."""
        return raised_alerts.firing(self._ask("/api/v1/alerts")["data"]["alerts"])

    def received(self) -> set[RaisedAlert]:
        """The alerts that Alertmanager has now."""
        return {raised_alerts.of_labels(each["labels"]) for each in self.alertmanager.get("/api/v2/alerts").json()}

    def remembered(self) -> dict[RaisedAlert, list[float]]:
        """When each alert was firing, since the watch began."""
        query = f'query=ALERTS{{alertstate="firing"}}&start={self.since}&end={time.time()}&step=1'
        return raised_alerts.moments(self._ask(f"/api/v1/query_range?{query}")["data"]["result"])

    def _ask(self, path: str) -> Mapping[str, Any]:
        told: Mapping[str, Any] = self.prometheus.get(path).json()
        return told


@dataclass(slots=True)
class Case:
    """A condition of an instance: the alerts that it must raise, and the faults that bring it about."""

    about: MonitoredInstance
    condition: str
    due: set[RaisedAlert]
    faults: list[Fault] = field(default_factory=list)

    def bring_about(self, world: World, run: AlertRun, conditions: Conditions) -> None:
        """Cause it, and see that it is healed however the scenario ends."""
        if self.condition not in conditions:
            raise Broken(f"nothing is known of {self.condition!r}; there are: {', '.join(conditions)}")
        began = time.time()
        for fault in conditions[self.condition](world, self.about):
            world.faults.append(fault)
            world.on_close(fault.heal)
            self.faults.append(fault.inject())
        run.caused |= dict.fromkeys(self.due, began)

    def remove(self, run: AlertRun) -> None:
        """Remove its cause."""
        for fault in reversed(self.faults):
            fault.heal()
        run.removed |= dict.fromkeys(self.due, time.time())


@dataclass(slots=True)
class AlertRuns:
    """The monitoring of a scenario, and what it showed while conditions were brought about."""

    monitoring: Monitoring | None = None
    run: AlertRun | None = None

    @property
    def observed(self) -> AlertRun:
        """What was seen while conditions were brought about. Raises Broken before any was."""
        if self.run is None:
            raise Broken("no condition has been brought about yet that anybody watches")
        return self.run


def begin(world: World, rows: Iterable[Mapping[str, str]]) -> Monitoring:
    """Have instances in containers, as in a table ``<system> | profile``, and Prometheus and Alertmanager on them.

    Raises NotMet if Prometheus does not start on the configuration that comes with the system.
    """
    containers = {row[world.system.says]: world.contain(row["profile"]) for row in rows}
    for name, container in containers.items():
        container.changes["aliases"] = [name]
        container.host.image(container.build())  # built once, before they are started side by side
    with ThreadPoolExecutor(SIDE_BY_SIDE) as together:
        list(together.map(ContainerDeployment.start, containers.values()))
    alertmanager = world.tool("alertmanager", 9093, "/-/ready")
    prometheus = world.tool("prometheus", 9090, "/-/ready")
    _aim(prometheus, [f"{name}:{container.entry.port}" for name, container in containers.items()])
    since = time.time()
    for tool in (alertmanager, prometheus):
        _start(tool)
    instances = {name: _watched(world, name, container) for name, container in containers.items()}
    return Monitoring(instances, _quiet(world, prometheus.url), _quiet(world, alertmanager.url), since)


def bring_about(world: World, rows: Iterable[Mapping[str, str]], conditions: Conditions) -> AlertRun:
    """Bring about the conditions of a table ``<system> | condition | alerts``; remove each when it was alerted.

    What was seen all the while is recorded, to be judged afterwards.
    """
    monitoring, run = world.part(AlertRuns).monitoring, AlertRun()
    if monitoring is None:
        raise Broken("nothing is watched yet")
    cases = [
        Case(
            monitoring.instances[row[world.system.says]],
            row["condition"],
            raised_alerts.due(row[world.system.says], row),
        )
        for row in rows
    ]
    until(monitoring.watching, PATIENCE, "Prometheus to watch all instances", poll=_LOOK)
    for case in cases:
        case.bring_about(world, run, conditions)
    waiting = list(cases)
    _wait(monitoring, run, lambda: _removed(monitoring, run, waiting), PATIENCE)
    for case in waiting:
        case.remove(run)
    _wait(monitoring, run, lambda: not monitoring.firing() | monitoring.received(), LONG_PATIENCE)
    run.fired, run.left = monitoring.remembered(), monitoring.received()
    world.evidence.timeline("the alerts", [_lane(run, alert) for alert in sorted(run.fired.keys() | run.caused)])
    return run


def note_slowest(world: World, limit: float) -> None:
    """State how long the slowest alert took to be raised."""
    seen = [
        delay
        for alert in world.part(AlertRuns).observed.caused
        if (delay := world.part(AlertRuns).observed.delay(alert)) is not None
    ]
    world.evidence.observation("slowest alert", round(max(seen, default=0.0), 1), limit, "s", len(seen))


def _removed(monitoring: Monitoring, run: AlertRun, waiting: list[Case]) -> bool:
    """Remove the cause of each case that has shown all its alerts. Whether none is waited for any more."""
    shown = monitoring.firing() & run.received
    for case in [case for case in waiting if case.due <= shown]:
        case.remove(run)
        waiting.remove(case)
    return not waiting


def _wait(monitoring: Monitoring, run: AlertRun, condition: Callable[[], bool], seconds: float) -> None:
    """Wait, but not for ever: what did not come is judged afterwards. What Alertmanager has meanwhile is kept."""

    def seen() -> bool:
        run.received |= monitoring.received()
        return condition()

    try:
        until(seen, seconds, "the alerts", poll=_LOOK)
    except WaitedInVain:
        return


def _lane(run: AlertRun, alert: RaisedAlert) -> Lane:
    """What became of one alert, to be drawn."""
    marks = [Mark(run.caused[alert], "injected", "its condition was brought about")] if alert in run.caused else []
    if fired := run.fired.get(alert):
        marks.append(Mark(fired[0], "observed", "it was raised"))
        marks.append(Mark(fired[-1], "steady", "it was raised for the last time"))
    if alert in run.removed:
        marks.append(Mark(run.removed[alert], "healed", "its cause was removed"))
    return Lane(str(alert), tuple(sorted(marks, key=lambda mark: mark.at)))


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


def _watched(world: World, name: str, container: ContainerDeployment) -> MonitoredInstance:
    return MonitoredInstance(name, container, _quiet(world, container.url))


def _quiet(world: World, url: str) -> HttpClient:
    """A client whose exchanges are no evidence: there are thousands, and what they show is told in the timeline."""
    client = HttpClient(url, lambda _: None, world.settings.timeouts.http)
    world.on_close(client.close)
    return client
