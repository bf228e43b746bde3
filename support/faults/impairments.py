"""What can be wrong with the way to one port of a container, as the commands that make it so and undo it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from support.faults import nfqueue_delay

DEVICE = "{device}"
"""Stands for the network device that leads out of the container."""

_QUEUE = "7"
"""The queue that delayed packets wait in; each container has queues of its own."""
_LEAST_BURST = "1600"
"""Bytes that a thin line passes at once: a whole packet, or else nothing would ever get through."""
_LONGEST_WAIT = "60s"
"""For which a packet waits before a thin line; beyond that it is lost."""


@dataclass(frozen=True, slots=True)
class Change:
    """A command that disturbs a network, and the one that undoes it."""

    do: tuple[str, ...]
    undo: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NetworkImpairment:
    """What is wrong, in words; the changes that bring it about; and the program that they need, if any.

    The program runs as long as the impairment lasts, and says ``ready`` before the first change is made.
    """

    says: str
    changes: tuple[Change, ...]
    program: tuple[str, ...] = ()
    ready: str = ""

    def __str__(self) -> str:
        return self.says


def refused(port: int) -> NetworkImpairment:
    """Connections are refused, and those that are open are reset."""
    return NetworkImpairment(
        "refuses connections", (_rule("INPUT", *_to(port), "-j", "REJECT", "--reject-with", "tcp-reset"),)
    )


def swallowed(port: int) -> NetworkImpairment:
    """Nothing that is sent arrives, and nobody says so: a black hole."""
    return NetworkImpairment("is sent everything and gets nothing", (_rule("INPUT", *_to(port), "-j", "DROP"),))


def cut_off(port: int) -> NetworkImpairment:
    """Whatever it sends to that port of anybody gets lost: a firewall, or a cable, stands between them."""
    return NetworkImpairment(f"reaches nobody at port {port}", (_rule("OUTPUT", *_to(port), "-j", "DROP"),))


def losing(port: int, share: float) -> NetworkImpairment:
    """Each packet is lost with a probability (0 to 1), on its way there and back alike."""
    lost = ("-m", "statistic", "--mode", "random", "--probability", f"{share:.3f}", "-j", "DROP")
    changes = _rule("INPUT", *_to(port), *lost), _rule("OUTPUT", *_from(port), *lost)
    return NetworkImpairment(f"loses {share:.0%} of all packets", changes)


def late(port: int, seconds: float, jitter: float = 0.0) -> NetworkImpairment:
    """Each packet to it is late by so many seconds, give or take the jitter; a new connection costs that twice."""
    source = Path(nfqueue_delay.__file__).read_text(encoding="utf-8")
    times = ("--queue", _QUEUE, "--seconds", f"{seconds}", "--jitter", f"{jitter}")
    # Should the program end before the rule is gone, packets pass at once; without this none would ever pass.
    queued = _rule("INPUT", *_to(port), "-j", "NFQUEUE", "--queue-num", _QUEUE, "--queue-bypass")
    spread = f" ± {jitter:g} s" if jitter else ""
    program = ("python3", "-c", source, *times)
    return NetworkImpairment(f"gets everything {seconds:g} s{spread} late", (queued,), program, nfqueue_delay.READY)


def thin(kilobits: float) -> NetworkImpairment:
    """What it sends, from whatever port, goes through a line of so many kilobits per second."""
    line = ("tc", "qdisc", "add", "dev", DEVICE, "root")
    limits = ("rate", f"{kilobits:g}kbit", "burst", _LEAST_BURST, "latency", _LONGEST_WAIT)
    change = Change((*line, "tbf", *limits), ("tc", "qdisc", "del", "dev", DEVICE, "root"))
    return NetworkImpairment(f"answers over a line of {kilobits:g} kbit/s", (change,))


def _rule(chain: str, *match: str) -> Change:
    """A rule of the packet filter, before all others of its chain."""
    return Change(("iptables", "--wait", "-I", chain, *match), ("iptables", "--wait", "-D", chain, *match))


def _to(port: int) -> tuple[str, ...]:
    return "-p", "tcp", "--dport", str(port)


def _from(port: int) -> tuple[str, ...]:
    return "-p", "tcp", "--sport", str(port)
