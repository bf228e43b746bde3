"""The folder that everything measured works in: one bench at a time, and nothing left of one that was killed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.caio.peers.environments import MADE
from bench.servers import RUN, NotAvailable
from support.deployments import processes
from support.deployments.processes import ProcessIdentity

OWNER = "owner"

Say = Callable[[str], None]


@contextmanager
def scratch(say: Say, folder: Path = MADE / "run") -> Iterator[Path]:
    """An empty folder on the disk of the checkout, as stores are to be as durable as shipped; logs are kept in it.

    Raises NotAvailable while another bench works there, and ends what one that was killed has left running.
    """
    _sweep(folder / OWNER, say)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    me = processes.myself()
    (folder / OWNER).write_text(f"{me.pid} {me.created} {RUN}", encoding="utf-8")
    try:
        yield folder
    finally:
        for data in folder.glob("*/data"):
            shutil.rmtree(data, ignore_errors=True)


def _sweep(file: Path, say: Say) -> None:
    if not file.is_file():
        return
    pid, created, run = file.read_text(encoding="utf-8").split()
    owner = ProcessIdentity(int(pid), float(created))
    if owner.pid == processes.myself().pid and owner.alive:
        return
    if owner.alive:
        raise NotAvailable(f"another bench, process {owner.pid}, is measuring here")
    left = [process for process in processes.carrying(processes.RUN_VARIABLE, run) if processes.end(process)]
    if left:
        say(f"a bench that was killed had left {len(left)} processes running; they have been ended")
