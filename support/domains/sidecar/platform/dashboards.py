"""The Grafana dashboard and the alerts: their queries, and the runbooks that they send whoever is on call to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from support.base.outcomes import NotMet
from support.checks.basis import enough
from support.domains.sidecar.platform import files
from support.domains.sidecar.platform.chart import Rendered
from support.domains.sidecar.platform.files import Document, title
from support.domains.sidecar.platform.queries import Query
from support.world.core import World

WITHOUT_QUERIES = ("row", "text", "dashlist", "news", "alertlist")
"""Panels that show no metric."""
RUNBOOKS = "runbooks/"
_HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)
SAID = ("summary", "description", "runbook_url")
"""What an alert tells whoever is called."""


def dashboard(world: World) -> Document:
    """The dashboard. Raises NotMet if it is no JSON object."""
    try:
        content = json.loads(files.text(world, "dashboard"))
    except ValueError as error:
        raise NotMet(f"expected a dashboard, but it is no JSON: {error}") from error
    if not isinstance(content, dict):
        raise NotMet("expected a dashboard, but it is no JSON object")
    return content


def panels(content: Document) -> list[Document]:
    """Every panel that shows metrics, those in rows too. Raises NothingToJudge if there is none."""
    return enough([each for each in _panels(content) if each.get("type") not in WITHOUT_QUERIES], "panels")


def _panels(content: Document) -> Iterator[Document]:
    for each in content.get("panels") or ():
        yield each
        yield from _panels(each)


def dashboard_queries(content: Document) -> list[Query]:
    """Every query of the dashboard. Raises NotMet for a panel without one."""
    found = []
    for panel in panels(content):
        texts = [str(each.get("expr", "")) for each in panel.get("targets") or ()]
        if not texts:
            raise NotMet(f"expected the panel {panel.get('title')!r} to ask for something, but it has no query")
        found += [Query(f"the panel {panel.get('title')!r}", text) for text in texts]
    return found


def alerts(world: World) -> list[Document]:
    """Every alert of the rules. Raises NothingToJudge if there is none."""
    rules = [
        rule
        for each in files.objects(world, "alert_rules")
        for group in each.get("spec", each).get("groups") or ()
        for rule in group.get("rules") or ()
    ]
    return enough([rule for rule in rules if "alert" in rule], "alerts")


def alert_queries(found: list[Document]) -> list[Query]:
    """The expression of each alert."""
    return [Query(f"the alert {each['alert']}", str(each["expr"])) for each in found]


def scaler_queries(made: Rendered) -> list[Query]:
    """The queries of the chart's scalers that ask Prometheus."""
    return [
        Query(title(each), trigger["metadata"].get("query", ""))
        for each in made.of("ScaledObject")
        for trigger in each["spec"]["triggers"]
        if trigger["type"] == "prometheus"
    ]


def unsaid(found: list[Document]) -> list[str]:
    """What alerts leave out of what whoever is called must know."""
    lacking = [f"{each['alert']} has no {name}" for each in found for name in SAID if not _said(each, name)]
    return [
        *lacking,
        *(f"{each['alert']} has no severity" for each in found if not each.get("labels", {}).get("severity")),
    ]


def _said(alert: Document, name: str) -> str:
    return str((alert.get("annotations") or {}).get(name, "")).strip()


def links(content: Document, found: list[Document]) -> list[tuple[str, str]]:
    """Every link to a runbook, with what has it: of the dashboard, its panels, and the alerts."""
    linked = [("the dashboard", each.get("url", "")) for each in content.get("links") or ()]
    linked += [(f"the panel {p.get('title')!r}", each.get("url", "")) for p in panels(content) for each in p.get("links") or ()]  # fmt: skip # noqa: E501
    linked += [(f"the alert {each['alert']}", _said(each, "runbook_url")) for each in found]
    return enough([(who, url) for who, url in linked if RUNBOOKS in url], "links to runbooks")


def dead_links(world: World, linked: list[tuple[str, str]]) -> list[str]:
    """The links that lead to no runbook, to an empty one, or to a heading that it does not have."""
    folder = files.path(world, "runbooks")
    return [f"{who} links {url}, {why}" for who, url in linked if (why := _dead(folder, url.partition(RUNBOOKS)[2]))]


def _dead(folder: Path, target: str) -> str:
    name, _, anchor = target.partition("#")
    path = folder / name
    if not path.is_file():
        return f"which is not in {folder}"
    text = path.read_text(encoding="utf-8")
    if not text.strip():
        return "which is empty"
    headings = {_anchor(each) for each in _HEADING.findall(text)}
    return f"which has no heading {anchor}" if anchor and anchor not in headings else ""


def _anchor(heading: Any) -> str:
    """A heading as links write it."""
    return re.sub(r"[^\w\- ]", "", str(heading).lower()).strip().replace(" ", "-")
