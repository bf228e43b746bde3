"""What can be broken, and is always healed: processes, the network, files."""

from support.faults.base import Fault, FaultEvent
from support.faults.behaviour import BLACKHOLE, PASS, REFUSE, RESET, Behaviour, Mode, answer_with, cut_after, delay
from support.faults.crowd import Crowd
from support.faults.files import BusyDatabase, Damaged, LockedDatabase, MovedAway
from support.faults.process import Killed, Paused
from support.faults.proxy import FaultyProxy, NetworkFault

__all__ = [
    "BLACKHOLE",
    "PASS",
    "REFUSE",
    "RESET",
    "Behaviour",
    "BusyDatabase",
    "Crowd",
    "Damaged",
    "Fault",
    "FaultEvent",
    "FaultyProxy",
    "Killed",
    "LockedDatabase",
    "Mode",
    "MovedAway",
    "NetworkFault",
    "Paused",
    "answer_with",
    "cut_after",
    "delay",
]
