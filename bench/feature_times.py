"""How long the scenarios of each feature took in a run, read from the run's results."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

from bench.figures import Figure, unmeasured

SCENARIOS, TIME, LONGEST = "scenarios", "wall time", "its longest scenario"


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
