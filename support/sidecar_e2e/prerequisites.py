"""What a run needs from outside, looked at before it: what cannot be shown here, each with the reason."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import requests

from support.acceptance.criteria import CriteriaFile
from support.base.systems import System
from support.sidecar_e2e.flags import FILES, Flags

PATIENCE = 10.0
"""Seconds in which a system that runs answers."""
CHATTING = ("trace workflow", "tenant isolation", "backpressure", "slo", "chaos", "audit and PII", "observability")
"""Areas whose criteria need chats that are answered."""
MEASURED = ("observability", "dashboards")
COMMANDS = ("helm", "kubectl", "argocd", "jq", "docker", "git")
"""Commands that the environment snapshot looks for."""
LIBRARIES = {"helm": "helm_python", "kubernetes schemas": "kubernetes_validate", "promql": "promql_parser"}
"""Tools that stand in as Python packages."""
NEEDS_HELM = ("SIDE-DEPLOY-01", "SIDE-DEPLOY-02", "SIDE-DEPLOY-03", "SIDE-SCALE-01", "SIDE-SCALE-02", "SIDE-CAP-01")
BY_FILE = {
    "helm_chart": NEEDS_HELM,
    "argocd": ("SIDE-DEPLOY-02",),
    "karpenter": ("SIDE-SCALE-02",),
    "capacity_plan": ("SIDE-CAP-01",),
    "dashboard": ("SIDE-DASH-01",),
    "alert_rules": ("SIDE-DASH-01",),
    "change_management": ("SIDE-API-02",),
    "frozen_api": ("SIDE-API-01", "SIDE-API-02"),
}
"""File of the definition → the criteria that are judged by it."""

Reasons = dict[str, str]
"""Criterion → why it is skipped."""


@dataclass(frozen=True, slots=True)
class Target:
    """A system that runs: whether it lets anybody in, and whether it has metrics and an upstream; None is unknown."""

    reachable: bool
    open: bool = False
    metrics: bool = False
    chats: bool = False
    chat_error: str = ""


def look(flags: Flags, about: System) -> Target | None:
    """What a system that already runs offers; None where the run starts its own."""
    if flags.base_url is None:
        return None
    url = flags.base_url.rstrip("/")
    health = _status("GET", url + about.endpoint("health"))
    if health is None:
        return Target(reachable=False)
    metrics = _status("GET", flags.metrics_gateway or url + about.endpoint("metrics"))
    is_open = _status("GET", url + about.endpoint("protected")) == 200
    chat = {"model": "small", "messages": [{"role": "user", "content": "Are you there?"}]}
    token = flags.auth_token_write or (about.token("user") if "user" in about.identities else "")
    answer = _status("POST", url + about.endpoint("chat"), token, chat)
    return Target(True, is_open, metrics == 200, answer is not None and answer < 500, f"status {answer}")


def reasons(flags: Flags, about: System, target: Target | None, listed: CriteriaFile) -> Reasons:
    """Every criterion that cannot be shown, with the reason, in the words of the source where it has some."""
    found: Reasons = {}
    _of_files(flags, about, found)
    if (missing := missing_library("helm")) is not None:
        _add(found, NEEDS_HELM, f"Helm absent: {missing}")
    if os.environ.get("AUTH_MODE") == "none" or (target is not None and target.open):
        _add(found, [each.id for each in listed.criteria if each.area == "rbac"], "RBAC disabled (AUTH_MODE=none)")
    if target is not None:
        _of_target(flags, target, listed, found)
    return found


def _of_files(flags: Flags, about: System, found: Reasons) -> None:
    named = about.paths(Path("unused"))
    given = {name: getattr(flags, flag) for flag, name in FILES.items()}
    for name, criteria in BY_FILE.items():
        path = given.get(name) or dict(named).get(name)
        if path is None or not Path(path).exists():
            _add(found, criteria, f"{name.replace('_', ' ')} absent: {path or 'not named'} is not there")
    if flags.keda_template is not None and not flags.keda_template.exists():
        _add(found, ("SIDE-SCALE-01",), f"KEDA template absent: {flags.keda_template} is not there")


def _of_target(flags: Flags, target: Target, listed: CriteriaFile, found: Reasons) -> None:
    areas = {each.id: each.area for each in listed.criteria}

    def skip(chosen: Callable[[str], bool], reason: str) -> None:
        _add(found, [each for each, area in areas.items() if chosen(area)], reason)

    if not target.reachable:
        offline = {"deploy artifacts", "autoscaling"}
        skip(lambda area: area not in offline, f"Gateway unreachable: nothing answers at {flags.base_url}")
        return
    if not target.metrics:
        skip(lambda area: area in MEASURED, "Metrics endpoints not enabled")
    if not target.chats:
        skip(lambda area: area in CHATTING, f"Chat upstream error (LLM proxy not configured): {target.chat_error}")
    for path, criteria, what in (
        (flags.audit_log, [each for each, area in areas.items() if area == "audit and PII"], "Audit log"),
        (flags.status_json, ["SIDE-TENANT-02"], "StatusStore path"),
        (flags.chaos_control, [each for each, area in areas.items() if area == "chaos"], "Chaos control path"),
    ):
        if path is None or not path.exists():
            _add(found, criteria, f"{what} unavailable: {path or 'none was given'}")


def _add(found: Reasons, criteria: list[str] | tuple[str, ...], reason: str) -> None:
    """The first reason that is found for a criterion counts."""
    for each in criteria:
        found.setdefault(each, reason)


def missing_library(name: str) -> str | None:
    """Why a tool that is a Python package cannot be used; None if it can."""
    try:
        __import__(LIBRARIES[name])
    except (ImportError, OSError) as error:
        return str(error) or type(error).__name__
    return None


def tools() -> Mapping[str, bool]:
    """Which tools were found: commands on the path, and Python packages."""
    found = {name: shutil.which(name) is not None for name in COMMANDS}
    packages = {name: importlib.util.find_spec(package) is not None for name, package in LIBRARIES.items()}
    packages["helm"] = packages["helm"] and missing_library("helm") is None
    return {**found, **{name: found.get(name, False) or there for name, there in packages.items()}}


def _status(method: str, url: str, token: str = "", body: object = None) -> int | None:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        return requests.request(
            method, url, json=body, headers=headers, timeout=PATIENCE, allow_redirects=False
        ).status_code
    except requests.RequestException:
        return None
