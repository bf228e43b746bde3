"""Several systems may be judged by one folder of features: each has its own reports, and names the folder."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.world.several import EAST, SERVER, Several

DEFINITION = """
    name: north
    says: NORTH
    title: NORTH
    version: 1.0.0
    features: east
    capabilities: [http]
    not_offered: {compass: has none}
    processes:
      north: {command: ["{python}", "{here}/serve.py", "{port}"], ready: {path: /health, contains: healthy}}
    endpoints: {health: /health, live: /health, ready: /health}
    """


def test_a_second_system_is_judged_by_the_same_features(tmp_path: Path) -> None:
    several = Several(tmp_path)
    several.write("systems/north/system.yaml", DEFINITION)
    several.write("systems/north/serve.py", SERVER)
    several.change("features/east/up.feature", "EAST is up", "It is up")
    several.write(
        "features/east/up.feature", (tmp_path / "features/east/up.feature").read_text().replace(" EAST", " NORTH")
    )
    done = several.run("support", "accept", "--system", "north")
    assert "NORTH: ACCEPTED" in done.stdout, done.stdout + done.stderr
    verdict = json.loads((several.reports / "north" / "acceptance.json").read_bytes())
    assert (verdict["run"]["features"], verdict["run"]["absent"]) == ("east", {"compass": "has none"})
    assert "Declared as not offered" in (several.reports / "north" / "acceptance.html").read_text()
    assert not (several.reports / EAST["name"]).exists()
