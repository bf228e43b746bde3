"""A program of the system, and one that it starts, import the mutant; nothing else does, and the checkout stays."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from support.base import systems
from tests.defects import definition
from tests.mutants import generate, overlay, recording
from tests.mutants.generate import Mutant

CAIO = generate.packages("caio")
VERSION = CAIO[0] / "__init__.py"
MERKLE = CAIO[0] / "merkle.py"
MUTANT = Mutant("caio/__init__.py", 1, 0, "string", "", "", VERSION.read_text().replace('"1.0.0"', '"9.9.9"'))


def launched(*arguments: str, environment: dict[str, str] | None = None) -> str:
    command = [sys.executable, str(definition.LAUNCHER), "caio", *arguments]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd="/",
        env={**os.environ, **(environment or {})},
    )
    return done.stdout


def test_a_program_imports_the_mutant(tmp_path: Path) -> None:
    before = VERSION.read_bytes()
    folder = overlay.write(tmp_path / "m", CAIO, MUTANT)
    assert launched(f"mutant={folder}", "-m", "caio", "--version") == "caio 9.9.9\n"
    assert VERSION.read_bytes() == before
    assert launched("none", "-m", "caio", "--version") == "caio 1.0.0\n"


def test_a_process_that_it_starts_imports_the_mutant(tmp_path: Path) -> None:
    folder = overlay.write(tmp_path / "m", CAIO, MUTANT)
    script = tmp_path / "program.py"
    show = "import caio, chassis; print(caio.__version__, chassis.__file__)"
    script.write_text(
        f"import subprocess, sys\n{show}\nsys.stdout.flush()\nsubprocess.run([sys.executable, '-c', {show!r}])"
    )
    line = f"9.9.9 {folder}/chassis/__init__.py\n"
    assert launched(f"mutant={folder}", str(script)) == line * 2


def test_the_definition_starts_every_program_with_the_mutant(tmp_path: Path) -> None:
    system = systems.load(definition.write(tmp_path, "caio", "mutant=/some/folder"))
    verify = system.command("verify", {"decision": "d", "contracts": "c", "key": "k"})
    for command in (system.deployments.process.command, system.deployments.python.command, verify):
        assert command[1:4] == [str(definition.LAUNCHER), "caio", "mutant=/some/folder"]


def test_what_a_program_and_its_forks_run_is_recorded(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(
        "import os\nfrom caio import canonical\npid = os.fork()\n"
        "if not pid:\n    from caio import merkle\n    os._exit(0)\nos.waitpid(pid, 0)\n"
    )
    folder = tmp_path / "recorded"
    folder.mkdir()
    launched(f"recorded={folder}", str(script))
    lines = recording.read(folder, CAIO)
    assert {"caio/canonical.py", "caio/merkle.py"} <= set(lines)
    assert not [module for module in lines if not module.startswith(("caio/", "chassis/"))]


def test_lines_are_known_of_a_program_that_ends_at_once(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(
        "import caio, time\ntime.sleep(0.5)\nfrom caio.merkle import root_from\nroot_from(b'', 3, 1, b'')\n"
    )
    folder = tmp_path / "recorded"
    folder.mkdir()
    launched(f"recorded={folder}", str(script))
    start = next(number for number, line in enumerate(MERKLE.read_text().splitlines(), 1) if "def root_from" in line)
    assert not recording.read(folder, CAIO)["caio/merkle.py"].isdisjoint(range(start + 1, start + 5))


def test_lines_are_known_of_a_program_that_was_killed(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    wait = recording.SAVE_SECONDS * 3
    script.write_text(
        f"import os, signal, time\nimport caio.merkle\ntime.sleep({wait})\nos.kill(os.getpid(), signal.SIGKILL)\n"
    )
    folder = tmp_path / "recorded"
    folder.mkdir()
    subprocess.run(
        [sys.executable, str(definition.LAUNCHER), "caio", f"recorded={folder}", str(script)], timeout=60, check=False
    )
    assert "caio/merkle.py" in recording.read(folder, CAIO)


def test_an_old_compiled_file_does_not_hide_the_mutant(tmp_path: Path) -> None:
    launched("none", "-m", "caio", "--version")
    mutant = replace(MUTANT, source=MUTANT.source.replace("9.9.9", "2.0.0"))
    folder = overlay.write(tmp_path / "m", CAIO, mutant)
    assert launched(f"mutant={folder}", "-m", "caio", "--version") == "caio 2.0.0\n"


def test_lines_are_known_of_a_program_that_was_killed_after_its_answer(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(
        "import os, signal\nimport caio.merkle\nprint('{}', flush=True)\nos.kill(os.getpid(), signal.SIGKILL)\n"
    )
    folder = tmp_path / "recorded"
    folder.mkdir()
    subprocess.run(
        [sys.executable, str(definition.LAUNCHER), "caio", f"recorded={folder}", str(script)], timeout=60, check=False
    )
    assert "caio/merkle.py" in recording.read(folder, CAIO)
