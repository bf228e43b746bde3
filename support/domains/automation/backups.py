"""Backups of the audit log: made by administrators, listed, read from the disk, damaged, and restored."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from support.base.outcomes import Broken, NotMet
from support.base.waiting import until
from support.checks import shapes
from support.checks.basis import enough
from support.domains.automation import api, sessions
from support.domains.automation.sessions import Sessions
from support.http import Exchange
from support.subjects import deployment, errors
from support.world.core import World, last

KINDS = {"compressed": True, "not compressed": False}
WRITTEN_BEFORE = 10
"""API keys that are made before a backup is begun in the midst of them."""
MOST_WRITES = 80


@dataclass(slots=True)
class Backups:
    """The backups of a scenario, what the API said of each, and how many API keys had been made before the last."""

    made: list[shapes.Object] = field(default_factory=list)
    before: int = 0

    @property
    def last(self) -> shapes.Object:
        """The last backup. Raises Broken before there is one."""
        return last(self.made, "no backup has been made yet")

    @property
    def name(self) -> str:
        """The name of its file."""
        return shapes.read(self.last, str, "name")


def make(world: World, kind: str) -> None:
    """Have an administrator back the audit log up."""
    if world.part(Sessions).keys:
        await_audit(world)
    compress = str(KINDS[kind]).lower()
    answer = api.act(world, api.ADMIN, "POST", "backup", f"?compress={compress}")
    world.part(Backups).made.append(shapes.read(api.done(answer), shapes.Object))


def make_while_writing(world: World) -> None:
    """Have an administrator back the audit log up while a user makes API keys without a pause."""
    begun, over = threading.Event(), threading.Event()

    def write() -> None:
        for number in range(MOST_WRITES):
            if over.is_set():
                break
            sessions.make_key(world, api.USER)
            if number >= WRITTEN_BEFORE:
                begun.set()

    writing = threading.Thread(target=write)
    writing.start()
    try:
        if not begun.wait(world.settings.timeouts.settle):
            raise Broken("too few API keys were made to back up in the midst of them")
        world.part(Backups).before = len(world.part(Sessions).keys)
        make(world, "compressed")
    finally:
        over.set()
        writing.join()
    if len(world.part(Sessions).keys) == world.part(Backups).before:
        raise Broken("no API key was made while the backup was made")


def wrong_in_list(world: World, kind: str) -> list[str]:
    """What the list of backups says otherwise of the last one."""
    answer = api.call(world, api.ADMIN, "GET", "backups")
    entries = shapes.read(api.done(answer), list[shapes.Object], "backups")
    named = [entry for entry in entries if entry.get("name") == world.part(Backups).name]
    if not named:
        return [f"it is not listed; there are: {[entry.get('name') for entry in entries]}"]
    size = _file(world).stat().st_size
    expected = {"size": size, "compressed": KINDS[kind]}
    wrong = [
        f"{name}: {named[0].get(name)!r}, not {value!r}"
        for name, value in expected.items()
        if named[0].get(name) != value
    ]
    return wrong if named[0].get("created_at") else [*wrong, "created_at: not told"]


def records_in_file(world: World, kind: str = "compressed") -> list[str]:
    """The records in the file of the last backup, each one JSON object. Raises NotMet for anything else."""
    content = _file(world).read_bytes()
    if KINDS[kind]:
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError) as error:
            raise NotMet(
                f"expected a compressed backup, but {_file(world).name} cannot be expanded: {error}"
            ) from error
    return _whole(content.decode(errors="replace").splitlines())


def audit(world: World) -> list[str]:
    """The records of the audit log as it is now."""
    path = deployment.files(world)["audit"]
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def lose_audit(world: World) -> None:
    """Empty the audit log, as an operator's mistake would."""
    world.lease.dirty = True
    deployment.files(world)["audit"].write_text("", encoding="utf-8")


def damage(world: World) -> None:
    """Flip bytes in the middle of the last backup's file."""
    world.lease.dirty = True
    path = _file(world)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 8] = bytes(byte ^ 0xFF for byte in content[middle : middle + 8])
    path.write_bytes(content)


def restore(world: World, name: str | None = None) -> Exchange:
    """Have an administrator restore a backup, the last one unless another is named."""
    asked = world.part(Backups).name if name is None else name
    return api.act(world, api.ADMIN, "POST", "backups", f"/{quote(asked, safe='')}/restore")


def not_refused(world: World) -> list[str]:
    """How the restore was answered, if it was done, failed, or was refused without a word."""
    answer = world.exchange
    is_refusal = answer.status is not None and 400 <= answer.status < 500
    return [] if is_refusal and errors.unexplained(world) == [] else [answer.describe()]


def missing(world: World, records: Iterable[str], count: int | None = None) -> list[str]:
    """The API keys of this scenario, or the first of them, that no record speaks of."""
    whole = "\n".join(records)
    return [key.id for key in enough(world.part(Sessions).keys[:count], "API keys") if key.id not in whole]


def await_audit(world: World) -> list[str]:
    """The API keys that the audit log still does not speak of after a while."""
    left: list[str] = ["unknown"]

    def complete() -> bool:
        left[:] = missing(world, audit(world))
        assert not left, f"not recorded: {left}"
        return True

    until(complete, world.settings.timeouts.settle, "every API key to be in the audit log", poll=0.1, failing=NotMet)
    return left


def _whole(lines: list[str]) -> list[str]:
    for line in enough(lines, "records in the backup"):
        try:
            json.loads(line)
        except ValueError as error:
            raise NotMet(f"expected whole records in the backup, but one is {line[:200]!r}: {error}") from error
    return lines


def _file(world: World) -> Path:
    folder, name = deployment.files(world)["backups"], world.part(Backups).name
    found = folder / name
    if not found.is_file():
        raise NotMet(f"expected the backup {name} in {folder}, but there is no such file")
    return found
