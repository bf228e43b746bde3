"""Backups: made of a running system with its own tool, damaged, and restored; and what must not be lost on the way."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.base.outcomes import Broken, DeploymentFailed, NotMet, NotVerified
from support.base.text import ESCAPE
from support.checks.matchers import Described
from support.deployments import HasData, require_capability
from support.subjects import backup_archives
from support.subjects import deployment as lifecycle
from support.world.core import World
from support.world.parts import TellsState

PATIENCE = 60
"""Seconds within which the system's tool must have ended."""

WRITES_BEFORE = 25
"""Writes that are acknowledged before a backup is begun in the midst of them."""

_MOST_WRITES = 2000

CRASHED = "Traceback (most recent call last)"

ARCHIVE_FAULTS: Mapping[str, Callable[[Path, str], None]] = {
    "some of its bytes are flipped": lambda archive, _: backup_archives.flip(archive),
    "its end is cut off": lambda archive, _: backup_archives.cut(archive),
    "the audit log is missing from it": backup_archives.without,
    "a record in its audit log was changed": backup_archives.with_other_content,
    "it would also write outside the folder": lambda archive, _: backup_archives.with_stranger(
        archive, "../escaped.txt"
    ),
    "it is an archive of something else": lambda archive, _: backup_archives.of_something_else(archive),
}
"""Damage, in the words of Gherkin → how it is done to an archive, given the name of the audit log in it."""


@dataclass(frozen=True, slots=True)
class Done:
    """What the system's tool did: its exit status, and what it told."""

    status: int
    told: str

    @property
    def refused_plainly(self) -> bool:
        """Whether it refused and said why; a tool that crashed has refused nothing."""
        return self.status > 0 and bool(self.told) and CRASHED not in self.told


def refused_plainly() -> Described[Done]:
    """A tool that refused and said why."""
    return Described(
        "a tool that refused (an exit status above 0), said why, and did not crash",
        lambda done: done.refused_plainly,
        lambda done: f"it ended with status {done.status} and said: {done.told or '(nothing)'}",
    )


@dataclass(slots=True)
class Backup:
    """An archive, and what the system had acknowledged before it was begun."""

    archive: Path
    state: dict[str, Any] = field(default_factory=dict)
    audit: list[str] = field(default_factory=list)
    restore: Done | None = None
    target: Path | None = None

    @property
    def restored(self) -> Done:
        """What came of the last restore. Raises Broken before there was one."""
        if self.restore is None:
            raise Broken("nothing has been restored yet")
        return self.restore


@dataclass(slots=True)
class Backups:
    """The scenario's backup; None before there is one."""

    last: Backup | None = None


def back_up(world: World) -> None:
    """Have the running system backed up by its own tool. Raises NotMet if that fails."""
    folder = Path(tempfile.mkdtemp(prefix="backup-", dir=world.settings.scratch))
    world.on_close(lambda: shutil.rmtree(folder, ignore_errors=True))
    world.part(Backups).last = backup = Backup(folder / f"{world.system.name}.backup", state(world), audit(world))
    done = _run(world, "backup", require_capability(world.deployment, HasData).data, backup.archive)  # type: ignore[type-abstract]
    if done.status != 0:
        raise NotMet(f"expected a backup, but the tool ended with status {done.status}: {done.told}")


def back_up_while(world: World, write: Callable[[int], bool]) -> int:
    """Have it backed up while something is written again and again: ``write`` is given 0, 1 … and tells of success.

    Returns how many writes were acknowledged before the backup was begun, which it must not lose.

    Raises Broken if nothing was written while the backup was made.
    """
    enough, over = threading.Event(), threading.Event()
    written: list[int] = []

    def go_on() -> None:
        for number in range(_MOST_WRITES):
            if over.is_set() or not write(number):
                break
            written.append(number)
            if number >= WRITES_BEFORE:
                enough.set()
        enough.set()

    writing = threading.Thread(target=go_on)
    writing.start()
    try:
        enough.wait(world.settings.timeouts.settle)
        before = len(written)
        back_up(world)
    finally:
        over.set()
        writing.join()
    if len(written) == before:
        raise Broken("nothing was written while the backup was made, so it was not made in the midst of anything")
    return before


def damage(world: World, what: str) -> None:
    """Do something to the archive. Raises Broken for a damage that nothing is known of."""
    if what not in ARCHIVE_FAULTS:
        raise Broken(f"nothing is known of a backup of which {what!r}; there are: {', '.join(ARCHIVE_FAULTS)}")
    ARCHIVE_FAULTS[what](_backup(world).archive, lifecycle.files(world)["audit"].name)


def restore_into_empty(world: World) -> None:
    """Restore into a system that has no data, start that, and talk to it from now on. Raises NotMet if that fails."""
    backup, deployment = _backup(world), world.begin()
    done = _run(world, "restore", deployment.data, backup.archive)
    if done.status != 0:
        raise NotMet(f"expected the backup to be restored, but the tool ended with status {done.status}: {done.told}")
    try:
        deployment.start()
    except DeploymentFailed as error:
        raise NotMet(f"expected {world.system.says} to start on what was restored: {error}") from error
    world.meet()


def try_restore(world: World, over: bool = False) -> None:
    """Try to restore into an empty folder, or over the data of the system that runs; it may be refused."""
    backup = _backup(world)
    backup.target = backup.archive.parent / "restored" / "data"
    if over:
        backup.target = require_capability(world.deployment, HasData).data  # type: ignore[type-abstract]
    else:
        backup.target.mkdir(parents=True)
    backup.restore = _run(world, "restore", backup.target, backup.archive)


def written(world: World) -> list[str]:
    """Whatever lies in the folder that was restored into, or beside it."""
    target = _backup(world).target
    if target is None:
        raise Broken("nothing has been restored yet")
    return [str(path.relative_to(target.parent)) for path in target.parent.rglob("*") if path != target]


def state(world: World) -> dict[str, Any]:
    """What the system holds that a backup must not lose, by name. Raises NotVerified where nobody can tell."""
    tellers = world.having(TellsState)
    if not tellers:
        raise NotVerified(f"nobody knows what {world.system.says} holds that a backup must not lose")
    return {name: what for teller in tellers for name, what in teller.state().items()}


def audit(world: World) -> list[str]:
    """The records of the audit log, as they were written."""
    path = lifecycle.files(world)["audit"]
    return path.read_text(encoding="utf-8", errors=ESCAPE).splitlines() if path.exists() else []


def _backup(world: World) -> Backup:
    backup = world.part(Backups).last
    if backup is None:
        raise Broken("nothing has been backed up yet")
    return backup


def _run(world: World, name: str, data: Path, archive: Path) -> Done:
    command = world.system.command(name, {"data": str(data), "archive": str(archive)})
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            encoding="utf-8",
            errors=ESCAPE,
            timeout=PATIENCE,
            check=False,
            cwd=archive.parent,
        )
    except subprocess.TimeoutExpired as error:
        raise Broken(f"{' '.join(command)} did not end within {PATIENCE} s") from error
    told = f"{done.stdout}{done.stderr}".strip()
    world.show(f"{name}: what the tool told", f"{' '.join(command)}\nexit status {done.returncode}\n{told}")
    return Done(done.returncode, told)
