"""The end-to-end runner, run with flags as its users give them, and with what it needs taken away."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

import yaml

from support.base.outcomes import Broken
from support.base.places import PROJECT
from support.base.text import ESCAPE
from support.domains.sidecar.platform import files
from support.world.core import World

COMMAND = "e2e"
LONGEST = 420.0
"""Seconds in which a run of a few scenarios ends, also on a crowded machine."""
GRACE = 20.0
"""Seconds that an interrupted run has to end what it has started."""
ABSENT_PACKAGE = "helm_python"


@dataclass(slots=True)
class Run:
    """A run of the runner: its folder, flags that were prepared, exit status, output, and both reports as texts."""

    folder: Path
    prepared: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    status: int | None = None
    output: str = ""
    in_json: str = ""
    in_markdown: str = ""

    @classmethod
    def of(cls, world: World) -> Run:
        """A run with a folder of its own, which is removed with the scenario's scratch files."""
        world.settings.scratch.mkdir(parents=True, exist_ok=True)
        return cls(Path(mkdtemp(prefix="e2e-", dir=world.settings.scratch)))


def run(world: World, flags: Mapping[str, str]) -> None:
    """Run the runner with flags, beside those that the scenario has prepared. Raises Broken if it does not end."""
    mine = world.part(Run)
    output = mine.folder / "e2e_report.json"
    given = {"definition": str(world.system.path), "reports": str(mine.folder / "reports"), "output": str(output)}
    options = [word for name, value in {**mine.prepared, **flags}.items() if value for word in (name, value)]
    command = [*world.system.command(COMMAND, given), *options]
    done = _done(command, {**os.environ, **mine.environment})
    mine.status, mine.output = done.returncode, done.stdout + done.stderr
    mine.in_json, mine.in_markdown = (_text(path) for path in (output, output.with_suffix(".md")))
    shown = f"{' '.join(command)}\nexit status {mine.status}\n{mine.output}"
    world.evidence.text("the runner", shown)
    world.evidence.text("its report", mine.in_markdown or "(none)")


def _done(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; one that takes too long is interrupted, so that it ends what it has started."""
    try:
        started = subprocess.Popen(
            command,
            cwd=PROJECT,
            env=dict(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors=ESCAPE,
        )
    except OSError as error:
        raise Broken(f"{' '.join(command)} does not start: {error}") from error
    with started:
        try:
            output, errors = started.communicate(timeout=LONGEST)
        except subprocess.TimeoutExpired as error:
            _interrupt(started)
            raise Broken(f"{' '.join(command)} did not end within {LONGEST:.0f} s") from error
    return subprocess.CompletedProcess(list(command), started.returncode, output, errors)


def _interrupt(started: subprocess.Popen[str]) -> None:
    started.send_signal(signal.SIGINT)
    try:
        started.communicate(timeout=GRACE)
    except subprocess.TimeoutExpired:
        started.kill()


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


# -- what is missing, or broken, by the time of the run


def without_helm(world: World) -> None:
    """Have Helm's package fail as where it is not installed, in the runner and whatever it starts."""
    mine = world.part(Run)
    package = mine.folder / "shadow" / ABSENT_PACKAGE
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('raise ImportError("no Helm here")\n', encoding="utf-8")
    former = os.environ.get("PYTHONPATH")
    mine.environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(package.parent), former]))


def without_file(world: World, flag: str) -> None:
    """Name a file that is not there."""
    mine = world.part(Run)
    mine.prepared[flag] = str(mine.folder / "not-there")


def unpruned(world: World) -> None:
    """Name Applications that do not say that they prune."""
    mine, applications = world.part(Run), files.objects(world, "argocd")
    for each in applications:
        each["spec"]["syncPolicy"]["automated"].pop("prune", None)
    path = mine.folder / "argocd-apps.yaml"
    path.write_text(yaml.safe_dump_all(applications), encoding="utf-8")
    mine.prepared["--argocd-manifest"] = str(path)


def aimed_at_running(world: World) -> None:
    """Aim the runner at the system that this scenario runs."""
    world.part(Run).prepared["--base-url"] = world.deployment.url


def aimed_at_nothing(world: World) -> None:
    """Aim the runner at an address at which nothing answers."""
    world.part(Run).prepared["--base-url"] = "http://127.0.0.1:9"
