"""Runs Tryton, a third-party CRM, for the Automation Orchestrator to deliver to.

    python serve.py --prepare                      makes its environment and an empty database, once (a minute or so)
    python serve.py --port 8069 --data /tmp/crm    serves a copy of that database; ``GET /`` answers 200 once it is up

The user is ``admin`` with the password below, the database ``crm``. Needs the standard library alone.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE.parents[2] / "build" / "tryton"
REQUIREMENTS = HERE / "requirements.txt"
DATABASE = "crm"
PASSWORD = "for-acceptance-tests-only-tryton-3c81"
"""It opens nothing but the processes that are started here."""

SETTINGS = """\
[database]
uri = sqlite://
path = {data}
[web]
listen = {host}:{port}
root = {data}/web
[session]
authentications = password
"""


def main() -> int:
    """Prepare, or serve: then this process becomes Tryton."""
    parser = argparse.ArgumentParser(description="Run Tryton as a CRM.")
    parser.add_argument("--prepare", action="store_true", help="only make the environment")
    parser.add_argument("--environment", type=Path, default=ENVIRONMENT, help=f"where it is made ({ENVIRONMENT})")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on")
    parser.add_argument("--data", type=Path, help="folder for its database")
    options = parser.parse_args()
    if not options.prepare and (options.port is None or options.data is None):
        parser.error("give --port and --data, or --prepare")
    prepare(options.environment)
    if options.prepare:
        return 0
    return serve(options.environment, options.host, options.port, options.data)


def prepare(folder: Path) -> None:
    """Make the environment with an empty database, unless it is there as the requirements stand."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted, stamp = REQUIREMENTS.read_text(encoding="utf-8"), folder / "made-for.txt"
    with (folder / "lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
            return
        stamp.unlink(missing_ok=True)
        venv.create(folder / "venv", clear=True, with_pip=True)
        run(folder, "python", "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", str(REQUIREMENTS))
        data = folder / "template"
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir()
        (data / f"{DATABASE}.sqlite").touch()
        (data / "password").write_text(f"{PASSWORD}\n", encoding="utf-8")
        configured = configure(data, "127.0.0.1", 8069)
        admin = ("trytond-admin", "-c", str(configured), "-d", DATABASE)
        run(folder, *admin, "--all", "--email", "admin@example.com", TRYTONPASSFILE=str(data / "password"))
        run(folder, *admin, "-u", "party", "--activate-dependencies", TRYTONPASSFILE=str(data / "password"))
        stamp.write_text(wanted, encoding="utf-8")


def serve(folder: Path, host: str, port: int, data: Path) -> int:
    """Become Tryton on a copy of the empty database, or on the one that is there."""
    data.mkdir(parents=True, exist_ok=True)
    if not (data / f"{DATABASE}.sqlite").exists():
        shutil.copy(folder / "template" / f"{DATABASE}.sqlite", data / f"{DATABASE}.sqlite")
    configured = configure(data.resolve(), host, port)
    command = folder / "venv" / "bin" / "trytond"
    os.execv(command, [str(command), "-c", str(configured), "-d", DATABASE])


def configure(data: Path, host: str, port: int) -> Path:
    """Write the configuration, and what ``GET /`` answers."""
    (data / "web").mkdir(exist_ok=True)
    (data / "web" / "index.html").write_text("Tryton\n", encoding="utf-8")
    path = data / "trytond.conf"
    path.write_text(SETTINGS.format(data=data, host=host, port=port), encoding="utf-8")
    return path


def run(folder: Path, command: str, *arguments: str, **environment: str) -> None:
    """Run a command of the environment; what it says is shown if it fails."""
    done = subprocess.run(
        [str(folder / "venv" / "bin" / command), *arguments],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.stderr.write(done.stdout)
        sys.exit(f"{command} has failed with status {done.returncode}: Tryton cannot be made ready in {folder}")


if __name__ == "__main__":
    sys.exit(main())
