"""Reads alert rules: what each alert says, and which metrics it looks at."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from support.base.outcomes import NotMet
from support.checks.basis import enough

BY_PROMETHEUS = frozenset({"up"})
"""Metrics that Prometheus makes itself for whatever it watches."""

_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"')
_LABELS = re.compile(r"\{[^}]*\}|\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)|\[[^\]]*\]")
_NAME = re.compile(r"\b(?<!\.)[a-zA-Z_:][a-zA-Z0-9_:]*\b(?!\s*\()")
_WORDS = frozenset({"and", "or", "unless", "bool", "offset", "group_left", "group_right", "inf", "nan"})
_SAMPLES = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "summary": ("", "_count", "_sum")}
_FAMILY = re.compile(r"^# TYPE (?P<name>\S+) (?P<kind>\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert as its rule has it; what the rule does not say is empty. ``runbook`` is a path."""

    name: str
    expression: str
    severity: str
    summary: str
    description: str
    runbook: str

    @property
    def unsaid(self) -> list[str]:
        """What whoever is alerted would look for in vain."""
        return [each for each in ("severity", "summary", "description", "runbook") if not getattr(self, each).strip()]

    @property
    def metrics(self) -> set[str]:
        """The names of the metrics that its expression looks at."""
        plain = _LABELS.sub(" ", _STRINGS.sub('""', self.expression))
        return set(_NAME.findall(plain)) - _WORDS


class _Rule(BaseModel):
    model_config = ConfigDict(extra="ignore")

    expr: str
    alert: str | None = None
    labels: dict[str, str] = Field(default_factory=dict)
    annotations: dict[str, str] = Field(default_factory=dict)


class _Group(BaseModel):
    model_config = ConfigDict(extra="ignore")

    rules: list[_Rule] = Field(default_factory=list)


class _Rules(BaseModel):
    model_config = ConfigDict(extra="ignore")

    groups: list[_Group]


def read(text: str) -> list[Alert]:
    """The alerts of a rules file, in its order. Raises NotMet if it is none, or holds no alert."""
    try:
        found = _Rules.model_validate(yaml.safe_load(text))
    except (yaml.YAMLError, ValidationError) as error:
        raise NotMet(f"expected a file of alert rules, but it cannot be read: {error}") from error
    alerts = [_alert(rule) for group in found.groups for rule in group.rules if rule.alert]
    if not alerts:
        raise NotMet("expected alert rules, but the file holds none")
    return alerts


def _alert(rule: _Rule) -> Alert:
    said = rule.annotations
    return Alert(
        name=rule.alert or "",
        expression=rule.expr,
        severity=rule.labels.get("severity", ""),
        summary=said.get("summary", ""),
        description=said.get("description", ""),
        runbook=said.get("runbook_url", ""),
    )


def exposed(exposition: str) -> set[str]:
    """The names of the samples that an exposition has or, where there are none just now, may have."""
    return {
        found["name"].removesuffix("_total") + suffix if found["kind"] == "counter" else found["name"] + suffix
        for found in _FAMILY.finditer(exposition)
        for suffix in _SAMPLES.get(found["kind"], ("",))
    }


def unexposed(alerts: Iterable[Alert], names: Collection[str]) -> list[str]:
    """The metrics that alerts look at and nobody exposes, each with its alert, in words."""
    metric_uses = [(alert, metric) for alert in alerts for metric in sorted(alert.metrics - BY_PROMETHEUS)]
    looks = enough(metric_uses, "metrics that alerts look at")
    return [f"{alert.name} looks at {metric}" for alert, metric in looks if metric not in names]


def untried(alerts: Iterable[Alert], tests: str) -> list[str]:
    """The alerts that no test of the rules mentions."""
    alerts = enough(list(alerts), "alerts")
    return [alert.name for alert in alerts if not re.search(rf"\b{re.escape(alert.name)}\b", tests)]
