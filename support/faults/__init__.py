"""What can be broken, and is always healed: processes and containers, networks, disks, memory, clocks, files."""

from support.faults.base import Fault, FaultEvent
from support.faults.behaviour import BLACKHOLE, PASS, REFUSE, RESET, Behaviour, Mode, answer_with, cut_after, delay
from support.faults.clock import ClockShift
from support.faults.crowd import Crowd
from support.faults.files import BusyDatabase, Damaged, LockedDatabase, MovedAway
from support.faults.network import Disconnected, NetworkImpaired, Readdressed
from support.faults.process import Killed, Paused, Restarted, Stopped
from support.faults.proxy import FaultyProxy, NetworkFault
from support.faults.resources import FullDisk, MemoryLimit

__all__ = [
    "BLACKHOLE",
    "PASS",
    "REFUSE",
    "RESET",
    "Behaviour",
    "BusyDatabase",
    "ClockShift",
    "Crowd",
    "Damaged",
    "Disconnected",
    "Fault",
    "FaultEvent",
    "FaultyProxy",
    "FullDisk",
    "Killed",
    "LockedDatabase",
    "MemoryLimit",
    "Mode",
    "MovedAway",
    "NetworkFault",
    "NetworkImpaired",
    "Paused",
    "Readdressed",
    "Restarted",
    "Stopped",
    "answer_with",
    "cut_after",
    "delay",
]
