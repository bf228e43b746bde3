"""The guard of the API: the system's own command that compares a document with the frozen one."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from support.base.outcomes import Broken, NotMet
from support.base.text import ESCAPE
from support.checks.matchers import Described, shortened
from support.domains.sidecar.platform import api_changes, api_documents
from support.domains.sidecar.platform.files import Document
from support.world.core import World

COMMAND = "compare-api"
UNCHANGED, BREAKING = 0, 1
"""Exit statuses of the guard; any other says that it could not compare."""
LONGEST = 60.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the guard said: its exit status, and the breaking changes; ``output`` is all that it wrote."""

    status: int
    changes: tuple[str, ...]
    output: str

    def __str__(self) -> str:
        return f"it ended with status {self.status} and said: {shortened(self.output) or '(nothing)'}"


@dataclass(slots=True)
class Comparison:
    """The last verdict of the guard, and a word of the place that was changed before, if one was."""

    verdict: Verdict | None = None
    place: str = ""

    @property
    def found(self) -> Verdict:
        """The verdict. Raises Broken before there is one."""
        if self.verdict is None:
            raise Broken("the guard of the API has not been asked yet")
        return self.verdict


def compare_served(world: World) -> None:
    """Have the guard compare what the running service serves with the frozen document."""
    world.part(Comparison).verdict = ask(world, api_documents.frozen(world), api_documents.served(world))


def compare_changed(world: World, change: str) -> None:
    """Have the guard compare the frozen document with a copy of it that was changed."""
    before = api_documents.expanded(api_documents.frozen(world))
    after, place = api_changes.changed(before, change)
    world.part(Comparison).verdict = ask(world, before, after)
    world.part(Comparison).place = place


def ask(world: World, before: Document, after: Document) -> Verdict:
    """What the guard says of two documents. Raises NotMet if it cannot compare, Broken if it does not end."""
    with TemporaryDirectory() as folder:
        paths = {name: Path(folder) / f"{name}.json" for name in ("frozen", "current")}
        for path, document in zip(paths.values(), (before, after), strict=True):
            path.write_text(json.dumps(document), encoding="utf-8")
        command = world.system.command(COMMAND, {name: str(path) for name, path in paths.items()})
        done = run(command)
    output = f"{done.stdout}{done.stderr}".strip()
    world.show("the guard of the API", f"{' '.join(command)}\nexit status {done.returncode}\n{output}")
    if done.returncode not in (UNCHANGED, BREAKING):
        raise NotMet(f"expected the guard to compare two documents, but it ended with {done.returncode}: {output}")
    return Verdict(done.returncode, tuple(done.stdout.splitlines()), output)


def run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run one of the system's own commands to its end. Raises Broken if it does not end in time."""
    try:
        return subprocess.run(
            command, capture_output=True, encoding="utf-8", errors=ESCAPE, timeout=LONGEST, check=False
        )
    except (subprocess.TimeoutExpired, OSError) as error:
        raise Broken(f"{' '.join(command)} did not run to its end: {error}") from error


def stopped(place: str) -> Described[Verdict]:
    """A verdict that stops a change, and names the place."""
    return Described(
        f"a breaking change at {place} (exit status {BREAKING})",
        lambda verdict: verdict.status == BREAKING and any(place in each for each in verdict.changes),
        str,
    )


def let_through() -> Described[Verdict]:
    """A verdict that lets a change through."""
    return Described("no breaking change", lambda verdict: verdict.status == UNCHANGED and not verdict.changes, str)
