"""Runs a program of a system with a defect in it: ``launch.py SYSTEM DEFECT -m module …`` or ``… script.py …``.

The defect ``none`` changes nothing: with it everything must be as without this launcher. ``mutant=FOLDER`` imports the
system's packages from a folder that holds mutated copies, ``recorded=FOLDER`` records which lines are run.
"""

from __future__ import annotations

import importlib
import os
import runpy
import sys
from pathlib import Path

NONE = "none"
MUTANT, RECORDED = "mutant", "recorded"
UNUSABLE = 97
"""Exit status when the defect does not exist or does not apply."""


def apply(system: str, name: str) -> None:
    """Break what the program will import. Raises KeyError for an unknown defect, DoesNotApply for an outdated one."""
    importlib.import_module(f"tests.defects.{system}").DEFECTS[name].apply()


def main(system: str, name: str, program: list[str]) -> None:
    """Apply the defect and become the program."""
    root = str(Path(__file__).resolve().parents[2])
    sys.path[0] = root
    kind, _, folder = name.partition("=")
    first = [folder] if kind == MUTANT else []
    if kind == MUTANT:
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [folder, os.environ.get("PYTHONPATH")]))
    elif kind == RECORDED:
        from tests.mutants import recording

        recording.start(folder, answers_on_stdout=program[0] != "-m")
    elif name != NONE:
        from tests.defects.patching import DoesNotApply

        try:
            apply(system, name)
        except (KeyError, DoesNotApply) as error:
            print(f"the defect {name} cannot be applied: {error}", file=sys.stderr)
            raise SystemExit(UNUSABLE) from error
    if program[0] == "-m":
        sys.path[:1] = [*first, ""]
        sys.argv = program[1:]
        runpy.run_module(program[1], run_name="__main__", alter_sys=True)
    else:
        sys.path[:1] = [*first, str(Path(program[0]).parent)]
        sys.argv = program
        runpy.run_path(program[0], run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
