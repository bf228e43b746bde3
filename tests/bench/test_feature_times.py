"""The times of features are the sums of their scenarios', the longest feature first."""

from __future__ import annotations

import json
from pathlib import Path

from bench.feature_times import by_feature, of_tagged
from bench.figures import Target


def result(folder: Path, name: str, feature: str, milliseconds: int, tag: str = "slow") -> None:
    labels = [{"name": "tag", "value": tag}, {"name": "feature", "value": feature}]
    content = {"labels": labels, "start": 5000, "stop": 5000 + milliseconds}
    (folder / f"{name}-result.json").write_text(json.dumps(content), encoding="utf-8")


def test_the_seconds_of_a_features_scenarios_are_added(tmp_path: Path) -> None:
    result(tmp_path, "a", "Routing", 100)
    result(tmp_path, "b", "Failover", 2500)
    result(tmp_path, "c", "Failover", 500)
    found = [(figure.what, figure.aspect, figure.median) for figure in by_feature(tmp_path)]
    assert found == [
        ("Failover", "scenarios", 2),
        ("Failover", "wall time", 3.0),
        ("Failover", "its longest scenario", 2.5),
        ("Routing", "scenarios", 1),
        ("Routing", "wall time", 0.1),
        ("Routing", "its longest scenario", 0.1),
    ]


def test_a_run_without_results_has_no_times(tmp_path: Path) -> None:
    assert [figure.note for figure in by_feature(tmp_path)] == ["the run left no results"]


def test_the_seconds_of_all_scenarios_with_a_tag_are_added(tmp_path: Path) -> None:
    result(tmp_path, "a", "Load", 100_000, "exclusive")
    result(tmp_path, "b", "Capacity", 2500, "exclusive")
    result(tmp_path, "c", "Failover", 500)
    found = of_tagged(tmp_path, "exclusive", Target(360))
    assert (found.samples, found.judged) == ((102.5,), "yes")
    assert of_tagged(tmp_path, "nobody-has-it", Target(360)).judged == "unknown"
