"""What alarms were raised while conditions were caused and removed, and what is wrong with that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from support.checks.basis import enough

FIRING = "firing"


@dataclass(frozen=True, slots=True, order=True)
class Alarm:
    """One alert about one instance."""

    about: str
    alert: str

    def __str__(self) -> str:
        return f"{self.alert} about {self.about}"


@dataclass(slots=True)
class AlertRun:
    """All that was seen; times in seconds since the epoch.

    ``caused`` are the alarms that are due, with the time at which their conditions were brought about; ``removed``
    tells when these were removed. ``fired`` are the moments at which an alarm was firing, as Prometheus remembers them;
    ``received`` are those that Alertmanager has had, ``left`` those that it still had at the end.
    """

    caused: dict[Alarm, float] = field(default_factory=dict)
    removed: dict[Alarm, float] = field(default_factory=dict)
    fired: dict[Alarm, list[float]] = field(default_factory=dict)
    received: set[Alarm] = field(default_factory=set)
    left: set[Alarm] = field(default_factory=set)

    def delay(self, alarm: Alarm) -> float | None:
        """Seconds from the cause to the alarm; None if it was never raised from then on."""
        after = [moment for moment in self.fired.get(alarm, ()) if moment >= self.caused[alarm]]
        return min(after) - self.caused[alarm] if after else None

    def lasted(self, alarm: Alarm) -> float:
        """Seconds from the removal of the cause to the last moment of the alarm; 0 if it had ended before."""
        return max(0.0, max(self.fired.get(alarm, ()), default=0.0) - self.removed[alarm])

    def unfounded(self, alarm: Alarm) -> bool:
        """Whether the alarm was raised without a cause, or before it."""
        return bool(self.fired[alarm]) and min(self.fired[alarm]) < self.caused.get(alarm, float("inf"))


def due(row: Mapping[str, str]) -> set[Alarm]:
    """The alarms that a row of a table ``CAIO | … | alerts`` names."""
    return {Alarm(row["CAIO"], name.strip()) for name in row["alerts"].split(",") if name.strip()}


def of_labels(labels: Mapping[str, str]) -> Alarm:
    """The alarm behind the labels that an alert carries; an instance is told by its name, without its port."""
    return Alarm(labels.get("instance", "").partition(":")[0], labels.get("alertname", ""))


def firing(alerts: Iterable[Mapping[str, Any]]) -> set[Alarm]:
    """The alarms among Prometheus' active alerts that are firing, not merely pending."""
    return {of_labels(alert["labels"]) for alert in alerts if alert["state"] == FIRING}


def moments(series: Iterable[Mapping[str, Any]]) -> dict[Alarm, list[float]]:
    """When each alarm was firing, by the result of a range query for ``ALERTS``; several series of one are joined."""
    found: dict[Alarm, list[float]] = {}
    for each in series:
        found.setdefault(of_labels(each["metric"]), []).extend(float(moment) for moment, _ in each["values"])
    return {alarm: sorted(times) for alarm, times in found.items()}


def late(run: AlertRun, limit: float) -> list[str]:
    """The alarms that were due and not raised within so many seconds, in words."""
    delays = {alarm: run.delay(alarm) for alarm in sorted(_due(run))}
    return [
        f"{alarm} was never raised" if delay is None else f"{alarm} was raised after {delay:.1f} s"
        for alarm, delay in delays.items()
        if delay is None or delay > limit
    ]


def needless(run: AlertRun) -> list[str]:
    """The alarms that nothing had caused, in words."""
    return [
        f"{alarm} was raised" for alarm in sorted(enough(run.fired, "alerts that were raised")) if run.unfounded(alarm)
    ]


def unreceived(run: AlertRun) -> list[str]:
    """The alarms that were due and that Alertmanager never had, in words."""
    return [f"{alarm} was not received" for alarm in sorted(_due(run).keys() - run.received)]


def lasting(run: AlertRun, limit: float) -> list[str]:
    """The alarms that went on for longer than so many seconds after their cause was removed, in words."""
    enough([alarm for alarm in _due(run) if run.fired.get(alarm)], "alerts that were raised and could end")
    lasted = {alarm: run.lasted(alarm) for alarm in sorted(run.caused)}
    still = [f"{alarm} was still in Alertmanager at the end" for alarm in sorted(run.left)]
    return still + [f"{alarm} went on for {seconds:.1f} s" for alarm, seconds in lasted.items() if seconds > limit]


def _due(run: AlertRun) -> dict[Alarm, float]:
    """The alarms that conditions were to raise, with when these were brought about."""
    return enough(run.caused, "alerts that any condition was to raise")
