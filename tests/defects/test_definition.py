"""A definition with a defect has every program of the system started by the launcher, also those of named processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.base import systems
from tests.defects import definition
from tests.defects.launch import NONE


@pytest.mark.parametrize("defect", [NONE, "any-password"])
def test_each_named_process_is_started_by_the_launcher(tmp_path: Path, defect: str) -> None:
    written = systems.load(definition.write(tmp_path, "automation", defect))
    launcher = ["{python}", str(definition.LAUNCHER), "automation", defect]
    commands = [process.command for process in written.processes.values()]
    assert len(commands) == len(systems.find("automation").processes)
    assert all(command[:4] == launcher for command in commands)
