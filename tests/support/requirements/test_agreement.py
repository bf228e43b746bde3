"""What is found in the code of sentences is what real scenarios read: no field less, and none that they do not need."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from support.base import systems
from support.base.settings import ROOT
from support.requirements.needs import ALL

FEATURES = ("metrics", "cors", "rate_limit")


def test_scenarios_read_what_was_found_in_the_code_of_their_sentences(tmp_path: Path) -> None:
    told = tmp_path / "read.json"
    recorder = [sys.executable, "-m", "tests.support.requirements.recorded", str(told)]
    features = [f"features/caio/{name}.feature" for name in FEATURES]
    command = [*recorder, "-D", f"reports={tmp_path / 'reports'}", *features]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    scenarios = {
        place: ({tuple(each) for each in read}, {tuple(each) for each in found if each[1] != ALL})
        for place, (read, found) in json.loads(told.read_text()).items()
    }
    assert len(scenarios) > 20
    # Every token that is declared is read at a start, so that the system can be told of it; that needs none of them.
    # A request that is declared names its endpoint, so that it is declared too; labels are told when the step runs.
    implied = {("endpoints", request.endpoint) for request in systems.find("caio").requests.values()}
    by_sentences = {
        place: {each for each in read if each[0] != "identities" and not each[0].endswith(".labels")} - found - implied
        for place, (read, found) in scenarios.items()
    }
    assert {place: unfound for place, unfound in by_sentences.items() if unfound} == {}
    assert {place: found - read for place, (read, found) in scenarios.items() if found - read} == {}
