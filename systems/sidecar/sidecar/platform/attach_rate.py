"""Recommends how many explainers a planned peak needs, from the attach rate of a measured load.

``python -m sidecar.platform attach-rate --measured load.json --plan capacity.yaml --values values.yaml [--values …]``

The measured load is ``{"chats": 200, "explained": 60, "explanations": 60, "explanation_seconds": 12.5}``: chats that
were answered, those of them that were explained, and how many explanations took how many seconds in all. The plan is
``{peak_chats_per_second, target_utilisation}``. Later values lie over earlier ones. Prints the recommendation as JSON.
Exit status 0: it lies within the chart's bounds, 1: it does not, 2: it cannot be made.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

PART = "explainer"


class CannotRecommend(Exception):
    """The load, the plan or the values cannot be used."""


@dataclass(frozen=True, slots=True)
class Load:
    """What was measured: counts, and the seconds that the explanations took together."""

    chats: float
    explained: float
    explanations: float
    explanation_seconds: float

    @property
    def attach_rate(self) -> float:
        """The share of chats that were explained."""
        return self.explained / self.chats

    @property
    def seconds_each(self) -> float:
        """The mean time of an explanation."""
        return self.explanation_seconds / self.explanations


@dataclass(frozen=True, slots=True)
class Chart:
    """What the chart says of explainers: threads in each, the fewest and most, and the fewest that are asked for."""

    threads: int
    least: int
    fewest: int
    most: int


@dataclass(frozen=True, slots=True)
class Recommendation:
    """How many explainers there should be, and what that follows from; times in seconds."""

    attach_rate: float
    seconds_each: float
    busy_threads: float
    needed: int
    recommended: int
    min_replicas: int
    max_replicas: int
    within_bounds: bool


def recommend(load: Load, peak: float, utilisation: float, chart: Chart) -> Recommendation:
    """As many as keep each thread busy for the target share of its time at the peak (Little's law)."""
    busy = peak * load.attach_rate * load.seconds_each
    needed = math.ceil(round(busy / (chart.threads * utilisation), 9))
    count = max(needed, chart.least)
    within = chart.fewest <= count <= chart.most
    return Recommendation(
        load.attach_rate, load.seconds_each, busy, needed, count, chart.fewest, chart.most, within
    )  # fmt: skip


def read_load(path: Path) -> Load:
    """The measured load. Raises CannotRecommend for one in which nothing was explained."""
    content = _mapping(path)
    try:
        load = Load(**{name: float(content[name]) for name in Load.__dataclass_fields__})
    except (KeyError, TypeError, ValueError) as error:
        raise CannotRecommend(f"{path}: {error} is missing or is no number") from error
    if min(asdict(load).values()) <= 0 or load.explained > load.chats:
        raise CannotRecommend(f"{path}: nothing was explained, or more than was asked: {asdict(load)}")
    return load


def read_chart(paths: list[Path]) -> Chart:
    """What the values say of explainers, the last file on top."""
    values: dict[str, Any] = {}
    for path in paths:
        values = _merged(values, _mapping(path))
    try:
        own = values[PART]
        bounds = own["autoscaling"]
        return Chart(int(own["threads"]), int(own["replicaCount"]), int(bounds["minReplicaCount"]), int(bounds["maxReplicaCount"]))  # fmt: skip  # noqa: E501
    except (KeyError, TypeError, ValueError) as error:
        raise CannotRecommend(f"{paths[-1]}: {error} is missing or is no number") from error


def _merged(values: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    made = dict(values)
    for key, value in over.items():
        made[key] = _merged(made[key], value) if isinstance(value, dict) and isinstance(made.get(key), dict) else value
    return made


def _mapping(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise CannotRecommend(f"{path} cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise CannotRecommend(f"{path} holds no mapping")
    return content


def main(arguments: list[str]) -> int:
    """Read what is given and print the recommendation."""
    parser = argparse.ArgumentParser(prog="python -m sidecar.platform attach-rate")
    parser.add_argument("--measured", type=Path, required=True)
    parser.add_argument("--plan", type=Path, required=True)
    parser.add_argument("--values", type=Path, action="append", required=True)
    given = parser.parse_args(arguments)
    try:
        plan = _mapping(given.plan)
        peak, utilisation = float(plan["peak_chats_per_second"]), float(plan["target_utilisation"])
        if peak <= 0 or not 0 < utilisation <= 1:
            raise CannotRecommend(f"{given.plan}: the peak must be above 0, the utilisation above 0 and at most 1")
        made = recommend(read_load(given.measured), peak, utilisation, read_chart(given.values))
    except (KeyError, TypeError, ValueError) as error:
        sys.stderr.write(f"{given.plan}: {error} is missing or is no number\n")
        return 2
    except CannotRecommend as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(json.dumps(asdict(made), indent=2) + "\n")
    return 0 if made.within_bounds else 1
