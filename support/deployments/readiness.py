"""Whether a server answers yet."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests

from support.base.systems import System
from support.deployments import processes

_PATIENCE = 2.0
"""Seconds that one look may take; a server that is starting up either refuses or answers fast."""

_COMMAND_PATIENCE = 10.0
"""Seconds that a readiness command may take: it starts a program of its own."""

_SHOWN = 200
"""Characters of an answer that a message about a failed start shows."""

_WEB_PAGE = re.compile(r"\s*<(!doctype html|html)\b", re.IGNORECASE)
"""How an answer begins that some web site gives to whatever it is asked."""


def ready_path(system: System) -> str | None:
    """The path that says the system is ready: its readiness, else liveness, else health; None if it has none."""
    return next((system.endpoints[name] for name in ("ready", "live", "health") if name in system.endpoints), None)


@dataclass(frozen=True, slots=True)
class Probe:
    """One probe of a server: whether it was ready, and what it said or did instead."""

    ready: bool
    said: str


def probe(
    url: str, path: str | None, authority: Path | None = None, certificate: Path | None = None, contains: str = ""
) -> Probe:
    """See whether a GET of the path is answered with 2xx and a text; without a path, whether a connection is accepted.

    ``authority`` is the only one that is trusted where the server shows a certificate; ``certificate`` (with its key)
    is what the server is shown.
    """
    if path is None:
        return _connect(url)
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(authority) if authority else os.environ.get("REQUESTS_CA_BUNDLE") or True
        session.cert = str(certificate) if certificate else None
        try:
            answer = session.get(url + path, timeout=_PATIENCE, allow_redirects=False)
        except (requests.RequestException, OSError) as error:
            return Probe(False, f"GET {path}: no answer, {_why(error)}")
    if _WEB_PAGE.match(answer.text):
        return Probe(False, f"GET {path}: {answer.status_code} and a web page, which no health check answers with")
    ready = answer.status_code // 100 == 2 and contains in answer.text
    return Probe(ready, f"GET {path}: {answer.status_code} {answer.text[:_SHOWN]}".rstrip())


def run(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> Probe:
    """See whether a command ends with 0. One that takes too long is killed, with all that it started."""
    with tempfile.TemporaryFile() as output:
        try:
            asked = processes.spawn(command, environment, folder, output)
        except OSError as error:
            return Probe(False, f"{command[0]} cannot be run: {error}")
        try:
            code = asked.wait(_COMMAND_PATIENCE)
        except subprocess.TimeoutExpired:
            return Probe(False, f"{command[0]}: not within {_COMMAND_PATIENCE:g} s")
        finally:
            processes.signal_group(asked.pid, signal.SIGKILL)
            asked.wait()
        output.seek(0)
        said = output.read().decode("utf-8", errors="replace").strip()
    return Probe(code == 0, f"{command[0]}: exit code {code} {said[-_SHOWN:]}".rstrip())


def _connect(url: str) -> Probe:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        with socket.create_connection((parts.hostname, port), _PATIENCE):
            return Probe(True, "a connection was accepted")
    except OSError as error:
        return Probe(False, f"no connection: {error}")


def _why(error: BaseException) -> str:
    """The innermost cause, which alone says something: ``connection refused``."""
    if isinstance(error, requests.Timeout):
        return f"not within {_PATIENCE:g} s"
    said = ""
    inner: object = error
    while isinstance(inner, BaseException):
        said = getattr(inner, "strerror", None) or said
        inner = getattr(inner, "reason", None) or inner.__cause__ or inner.__context__
    return str(said or type(error).__name__).lower()
