"""Runs a program as an ordinary user where the suite is root, because PostgreSQL refuses to run as root.

The user is ``nobody``: none is added. Folders above the data, which may be closed to it (a checkout in /root), stay as
they are: the program keeps the one capability to read and search them (CAP_DAC_READ_SEARCH), also in access(2), which
the securebit is for. Where root lacks it, as in a container, the folders must be open to ``nobody``.
"""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

NOBODY = 65534
_DAC_READ_SEARCH, _SETPCAP = 2, 8


def is_root() -> bool:
    """Whether the suite runs as root."""
    return os.geteuid() == 0


def own(path: Path, mode: int) -> None:
    """Give a file or folder of the run to the ordinary user."""
    if is_root():
        os.chown(path, NOBODY, NOBODY)
    path.chmod(mode)


def as_ordinary_user(command: list[str]) -> list[str]:
    """The command that runs this one as an ordinary user, ended with the suite (changing the user resets that)."""
    if not is_root():
        return command
    prefix = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    if _has_capabilities(_DAC_READ_SEARCH, _SETPCAP):
        only = "-all,+dac_read_search"
        prefix += ["--securebits=+no_setuid_fixup", f"--inh-caps={only}", f"--ambient-caps={only}"]
        prefix += [f"--bounding-set={only}"]
    return [*prefix, *_death_signal(), "--", *command]


def ended_with_suite(command: list[str]) -> list[str]:
    """The command that has the kernel kill this one when the suite dies; for after a change of credentials."""
    signal = _death_signal()
    return ["setpriv", *signal, "--", *command] if signal and shutil.which("setpriv") else command


def _death_signal() -> list[str]:
    # The kernel means the thread that starts it: only the main one lasts as long as the suite.
    return ["--pdeathsig=KILL"] if threading.current_thread() is threading.main_thread() else []


def _has_capabilities(*numbers: int) -> bool:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    effective = next(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("CapEff:"))
    return all(effective >> number & 1 for number in numbers)
