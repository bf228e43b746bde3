"""Alert rules of an orchestrator: what they say, what Prometheus' own tool makes of them, and their runbooks."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from support.base.outcomes import NotMet
from support.checks import alert_rules
from support.checks.basis import enough
from support.world.core import World


@dataclass(slots=True)
class AlertRules:
    """The alert rules as they stand, and what the rules' own tool found wrong with them; None before it was asked."""

    rules: list[alert_rules.Alert] = field(default_factory=list)
    found_wrong: str | None = None


MONITORING, INSIDE = "monitoring", "/etc/monitoring"
"""The folder of the configuration beside the definition, and where the tools in containers see it."""
RULES, TESTS = "alerts.yml", "alerts.test.yml"


def folder(world: World) -> Path:
    """Where the configuration of the monitoring is."""
    return world.system.here / MONITORING


def rules(world: World) -> list[alert_rules.Alert]:
    """The alerts of the system. Raises NotMet if there are none."""
    return alert_rules.read(_text(folder(world) / RULES))


def found_wrong(world: World) -> str:
    """What Prometheus' own tool finds wrong with the rules or with their tests; empty if nothing.

    Raises NothingToJudge if there is no test, of which the tool would say that all are well.
    """
    enough(rules(world), "alerts")
    enough(_tests(world), "examples of the alert rules")
    tool = world.tool("prometheus", 9090, "/-/ready")
    found = ""
    for command in (["check", "rules", f"{INSIDE}/{RULES}"], ["test", "rules", f"{INSIDE}/{TESTS}"]):
        ran = tool.run_once(["promtool", *command])
        world.evidence.text(f"promtool {' '.join(command)}", f"exit status {ran.exit_code}\n{ran.output}")
        found += ran.output if ran.exit_code else ""
    return found


def untried(world: World) -> list[str]:
    """The alerts that no test of the rules mentions."""
    return alert_rules.untried(rules(world), _text(folder(world) / TESTS))


def missing_runbooks(world: World) -> list[str]:
    """The alerts whose runbook does not exist beside the definition, or is empty."""
    lost = []
    for alert in rules(world):
        path = world.system.here / alert.runbook
        if not alert.runbook or not path.is_file() or not path.read_text(encoding="utf-8").strip():
            lost.append(f"{alert.name}: {alert.runbook or '(none)'}")
    return lost


def unexposed(world: World) -> list[str]:
    """The metrics that alerts look at and that are not among those that were read last."""
    return alert_rules.unexposed(rules(world), alert_rules.exposed(world.exchange.text))


def _tests(world: World) -> list[Any]:
    """The tests of the rules; those in a file that cannot be read are left to Prometheus' own tool."""
    text = _text(folder(world) / TESTS)
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError:
        return [text]
    tests = content.get("tests") if isinstance(content, dict) else None
    return tests if isinstance(tests, list) else []


def _text(path: Path) -> str:
    if not path.is_file():
        raise NotMet(f"expected {path}, but there is no such file; a system without alerts has no such capability")
    return path.read_text(encoding="utf-8")
