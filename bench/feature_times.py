"""How long the scenarios of each feature took in a run, read from the run's results."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

from bench.figures import Figure, Target, unmeasured

SCENARIOS, TIME, LONGEST = "scenarios", "wall time", "its longest scenario"


def of_tagged(results: Path, tag: str, target: Target) -> Figure:
    """The seconds of all scenarios with a tag, each from its start to its end."""
    what, seconds = "… the scenarios under load in it, together", []
    for file in results.glob("*-result.json"):
        result = json.loads(file.read_text(encoding="utf-8"))
        if any(label["name"] == "tag" and label["value"] == tag for label in result["labels"]):
            seconds.append((result["stop"] - result["start"]) / 1000)
    if not seconds:
        return unmeasured(what, "s", target, f"the run left no result with the tag {tag}")
    note = f"{len(seconds)} scenarios, one after the other, over both interfaces"
    return Figure(what, "s", (sum(seconds),), target, note)


def by_feature(results: Path) -> list[Figure]:
    """A row for each feature, the longest first; the seconds of its scenarios, each from its start to its end."""
    seconds: dict[str, list[float]] = defaultdict(list)
    for file in results.glob("*-result.json"):
        result = json.loads(file.read_text(encoding="utf-8"))
        feature = next(label["value"] for label in result["labels"] if label["name"] == "feature")
        seconds[feature].append((result["stop"] - result["start"]) / 1000)
    if not seconds:
        return [unmeasured("wall time by feature", "s", None, "the run left no results")]
    rows = sorted(seconds.items(), key=lambda row: -sum(row[1]))
    return [
        figure
        for name, each in rows
        for figure in (
            Figure(name, "", (len(each),), aspect=SCENARIOS),
            Figure(name, "s", (sum(each),), aspect=TIME),
            Figure(name, "s", (max(each),), aspect=LONGEST),
        )
    ]
