"""What alerts were raised while conditions were caused and removed, and what is wrong with that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from support.checks.basis import enough

FIRING = "firing"


@dataclass(frozen=True, slots=True, order=True)
class RaisedAlert:
    """One alert about one instance."""

    about: str
    alert: str

    def __str__(self) -> str:
        return f"{self.alert} about {self.about}"


@dataclass(slots=True)
class AlertRun:
    """All that was seen; times in seconds since the epoch.

    ``caused`` are the alerts that are due, with the time at which their conditions were brought about; ``removed``
    tells when these were removed. ``fired`` are the moments at which an alert was firing, as Prometheus remembers them;
    ``received`` are those that Alertmanager has had, ``left`` those that it still had at the end.
    """

    caused: dict[RaisedAlert, float] = field(default_factory=dict)
    removed: dict[RaisedAlert, float] = field(default_factory=dict)
    fired: dict[RaisedAlert, list[float]] = field(default_factory=dict)
    received: set[RaisedAlert] = field(default_factory=set)
    left: set[RaisedAlert] = field(default_factory=set)

    def delay(self, alert: RaisedAlert) -> float | None:
        """Seconds from the cause to the alert; None if it was never raised from then on."""
        after = [moment for moment in self.fired.get(alert, ()) if moment >= self.caused[alert]]
        return min(after) - self.caused[alert] if after else None

    def lasted(self, alert: RaisedAlert) -> float:
        """Seconds from the removal of the cause to the last moment of the alert; 0 if it had ended before."""
        return max(0.0, max(self.fired.get(alert, ()), default=0.0) - self.removed[alert])

    def unfounded(self, alert: RaisedAlert) -> bool:
        """Whether the alert was raised without a cause, or before it."""
        return bool(self.fired[alert]) and min(self.fired[alert]) < self.caused.get(alert, float("inf"))


def due(instance: str, row: Mapping[str, str]) -> set[RaisedAlert]:
    """The alerts of an instance that the column ``alerts`` of a row names, separated by commas."""
    return {RaisedAlert(instance, name.strip()) for name in row["alerts"].split(",") if name.strip()}


def of_labels(labels: Mapping[str, str]) -> RaisedAlert:
    """The alert behind the labels that an alert carries; an instance is told by its name, without its port."""
    return RaisedAlert(labels.get("instance", "").partition(":")[0], labels.get("alertname", ""))


def firing(alerts: Iterable[Mapping[str, Any]]) -> set[RaisedAlert]:
    """The alerts among Prometheus' active alerts that are firing, not merely pending."""
    return {of_labels(alert["labels"]) for alert in alerts if alert["state"] == FIRING}


def moments(series: Iterable[Mapping[str, Any]]) -> dict[RaisedAlert, list[float]]:
    """When each alert was firing, by the result of a range query for ``ALERTS``; several series of one are joined."""
    found: dict[RaisedAlert, list[float]] = {}
    for each in series:
        found.setdefault(of_labels(each["metric"]), []).extend(float(moment) for moment, _ in each["values"])
    return {alert: sorted(times) for alert, times in found.items()}


def late(run: AlertRun, limit: float) -> list[str]:
    """The alerts that were due and not raised within so many seconds, in words."""
    delays = {alert: run.delay(alert) for alert in sorted(_due(run))}
    return [
        f"{alert} was never raised" if delay is None else f"{alert} was raised after {delay:.1f} s"
        for alert, delay in delays.items()
        if delay is None or delay > limit
    ]


def needless(run: AlertRun) -> list[str]:
    """The alerts that nothing had caused, in words."""
    return [
        f"{alert} was raised" for alert in sorted(enough(run.fired, "alerts that were raised")) if run.unfounded(alert)
    ]


def unreceived(run: AlertRun) -> list[str]:
    """The alerts that were due and that Alertmanager never had, in words."""
    return [f"{alert} was not received" for alert in sorted(_due(run).keys() - run.received)]


def lasting(run: AlertRun, limit: float) -> list[str]:
    """The alerts that went on for longer than so many seconds after their cause was removed, in words."""
    enough([alert for alert in _due(run) if run.fired.get(alert)], "alerts that were raised and could end")
    lasted = {alert: run.lasted(alert) for alert in sorted(run.caused)}
    still = [f"{alert} was still in Alertmanager at the end" for alert in sorted(run.left)]
    return still + [f"{alert} went on for {seconds:.1f} s" for alert, seconds in lasted.items() if seconds > limit]


def _due(run: AlertRun) -> dict[RaisedAlert, float]:
    """The alerts that conditions were to raise, with when these were brought about."""
    return enough(run.caused, "alerts that any condition was to raise")
