"""What a scenario is called in the Allure results: epic, feature, story, severity, key, history and links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import md5
from pathlib import Path
from typing import Any

from support.base import systems
from support.base.outcomes import UsageError
from support.base.scenarios import all_tags, criteria_of, full_name, key_of, rule_of, system_of, title_of
from support.base.text import encoded

SEVERITIES = ("blocker", "critical", "normal", "minor", "trivial")
CRITERION_PAGE = "../acceptance.html#{criterion}"
"""Where a criterion stands on the acceptance page, as seen from ``reports/allure-report/index.html``."""


@dataclass(frozen=True, slots=True)
class Target:
    """With what a scenario runs: the system it belongs to, its interface and its deployment."""

    system: str
    title: str
    interface: str
    deployment: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Everything by which the report files a scenario. ``links`` maps a criterion to its place."""

    key: str
    title: str
    full_name: str
    title_path: list[str]
    labels: list[tuple[str, str]]
    links: dict[str, str]
    parameters: list[tuple[str, str]]

    @property
    def test_case_id(self) -> str:
        """The same for every run of the scenario, over whatever interface."""
        return _digest(self.full_name)

    @property
    def history_id(self) -> str:
        """The same for every run of the scenario over this interface, in this deployment."""
        return _digest(self.full_name, *(f"{name}={value}" for name, value in self.parameters))


def identify(scenario: Any, target: Target) -> Identity:
    """Read what the report needs from the scenario and what stands around it."""
    tags, rule = all_tags(scenario), rule_of(scenario)
    severity = next((tag for tag in reversed(tags) if tag in SEVERITIES), "normal")
    key = key_of(scenario, target.interface)
    labels = [
        ("epic", target.title),
        ("feature", scenario.feature.name),
        *([("story", rule.name)] if rule else []),
        ("severity", severity),
        *(("tag", tag) for tag in tags),
        ("interface", target.interface),
        ("signoff.key", key),
    ]
    row = (
        [(str(name), str(cell)) for name, cell in zip(scenario._row.headings, scenario._row.cells, strict=True)]
        if scenario._row
        else []
    )
    return Identity(
        key=key,
        title=title_of(scenario).strip() or scenario.keyword,
        full_name=full_name(scenario),
        title_path=[target.title, scenario.feature.name, *([rule.name] if rule else [])],
        labels=labels,
        links={criterion: CRITERION_PAGE.format(criterion=criterion) for criterion in criteria_of(tags)},
        parameters=[("interface", target.interface), ("deployment", target.deployment), *row],
    )


def target_of(scenario: Any, userdata: Mapping[str, str]) -> Target:
    """With what the scenario runs, by the ``-D`` settings: one given for its system beats one given for all."""
    system = systems.judged_by(system_of(str(scenario.location.filename)), userdata.get("system"))

    def setting(name: str, default: str = "") -> str:
        return str(userdata.get(f"{system}.{name}") or userdata.get(name) or default)

    deployment = setting("deployment", "remote" if setting("url") else "process")
    return Target(system, _title(system, setting("definition")), setting("interface", "http"), deployment)


@cache
def _title(system: str, definition: str) -> str:
    """The system's full name; where its definition cannot be read (environment.py says so), that of its folder."""
    try:
        return systems.load(Path(definition)).title if definition else systems.find(system).title
    except UsageError:
        return system


def _digest(*parts: str) -> str:
    return md5(encoded("\0".join(parts)), usedforsecurity=False).hexdigest()
