"""Argo CD's Applications: that each leads to the chart, with values that render, and keeps the cluster as stated."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from support.base.outcomes import NotMet
from support.base.places import PROJECT
from support.checks.basis import enough
from support.domains.sidecar.platform import files
from support.domains.sidecar.platform.chart import Chart, merged
from support.domains.sidecar.platform.files import Document, title
from support.world.core import World

APPLICATION = "Application"
SURE_PARTS = 3
"""The last parts of a chart's path that are the same wherever its repository is checked out."""


def applications(world: World) -> list[Document]:
    """The Applications. Raises NothingToJudge if the file holds none."""
    return enough([each for each in files.objects(world, "argocd") if each.get("kind") == APPLICATION], "Applications")


def elsewhere(found: list[Document], chart: Chart) -> list[str]:
    """What of the Applications' sources leads elsewhere than to the chart, or names values that it does not have."""
    return [f"{title(each)}: {why}" for each in found for why in _wrong_source(each, chart)]


def _wrong_source(each: Document, chart: Chart) -> Iterator[str]:
    sources = each["spec"].get("sources") or [each["spec"].get("source", {})]
    paths = [str(source.get("path", "")) for source in sources]
    if not any(_leads_to(path, chart.folder) for path in paths):
        yield f"its path {' and '.join(paths)} is not where the chart is, {chart.folder}"
    for name in _value_files(each):
        if not (chart.folder / name).is_file():
            yield f"the chart has no {name}"
    if any(source.get("targetRevision", "HEAD") in ("", "HEAD") for source in sources):
        yield "it states no revision to follow (targetRevision)"


def _leads_to(path: str, folder: Path) -> bool:
    """Whether a path of a repository is that of a folder, as far as the folder's place in its repository is known."""
    parts = PurePosixPath(path).parts
    known = folder.relative_to(PROJECT).parts if folder.is_relative_to(PROJECT) else folder.parts[-SURE_PARTS:]
    return bool(parts) and (parts == known or (not folder.is_relative_to(PROJECT) and parts[-len(known) :] == known))


def unsynced(found: list[Document]) -> list[str]:
    """What the Applications leave unsaid: that synchronisation is automatic, removes what is gone, and repairs."""
    wrong = []
    for each in found:
        automated = (each["spec"].get("syncPolicy") or {}).get("automated")
        if automated is None:
            wrong.append(f"{title(each)}: is not synchronised automatically (syncPolicy.automated)")
            continue
        stated = {"prune": automated.get("prune"), "selfHeal": automated.get("selfHeal")}
        wrong += [
            f"{title(each)}: automated.{name} is {value!r}" for name, value in stated.items() if value is not True
        ]
    return wrong


def unrendered(found: list[Document], chart: Chart) -> list[str]:
    """The Applications whose own values the chart refuses."""
    wrong = []
    for each in found:
        try:
            overrides = merged({}, *(chart.override(name) for name in _value_files(each)))
        except NotMet as error:
            wrong.append(f"{title(each)}: {error}")
            continue
        named = (each["spec"].get("source") or {}).get("helm", {}).get("releaseName", each["metadata"]["name"])
        made = chart.render(overrides, named, each["spec"]["destination"].get("namespace", "default"))
        wrong += [f"{title(each)}: {made.refusal}"] if made.refusal else []
    return wrong


def sharing(found: list[Document]) -> list[str]:
    """Applications that would write to the same namespace of the same cluster, each over the other's objects."""
    places: dict[tuple[str, str], str] = {}
    wrong = []
    for each in found:
        to = each["spec"]["destination"]
        place = (to.get("server") or to.get("name", ""), to.get("namespace", ""))
        if (other := places.setdefault(place, title(each))) != title(each):
            wrong.append(f"{title(each)} and {other} both write to {' '.join(place)}")
    return wrong


def _value_files(each: Document) -> list[str]:
    sources = each["spec"].get("sources") or [each["spec"].get("source", {})]
    return [name for source in sources for name in (source.get("helm") or {}).get("valueFiles") or ()]
