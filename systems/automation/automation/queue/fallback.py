"""A Redis in memory, for when there is no real one: a process of its own, which all others of the data folder use.

It forgets everything when it ends. Nothing is lost by that, as jobs are in the store until they are done.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from automation.queue.link import FALLBACK_FILE


@contextlib.contextmanager
def running(folder: Path, host: str) -> Iterator[None]:
    """Have it run for this data folder until the end, listening at ``host``, a name or address of this machine."""
    command = [sys.executable, "-m", "automation.queue.fallback", str(folder), host]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    try:
        yield
    finally:
        # It has nothing to save, and its threads would keep it for a while.
        process.kill()
        process.wait()
        (folder / FALLBACK_FILE).unlink(missing_ok=True)


def serve(folder: Path, host: str) -> None:
    """Serve until the process is ended, or the one that has started it is gone."""
    from fakeredis import TcpFakeServer

    class Server(TcpFakeServer):
        daemon_threads = True
        allow_reuse_address = True

    parent = os.getppid()
    server = Server((host, 0), server_type="redis", server_version=(7,))
    threading.Thread(target=end_with, args=(parent,), daemon=True).start()
    port = server.server_address[1]
    new = folder / f"{FALLBACK_FILE}.new"
    new.write_text(f"redis://{host}:{port}/0\n", encoding="utf-8")
    new.rename(folder / FALLBACK_FILE)
    server.serve_forever()


def end_with(parent: int) -> None:
    """End this process once its parent is another."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


if __name__ == "__main__":
    serve(Path(sys.argv[1]), sys.argv[2])
