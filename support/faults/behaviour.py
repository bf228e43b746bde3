"""How a faulty proxy treats the connections that pass through it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    """What happens to a connection; the values are what journals say."""

    PASS = "passes everything on"
    REFUSE = "refuses connections"
    RESET = "resets connections when a request comes, without passing it on"
    DELAY = "answers late"
    BLACKHOLE = "accepts connections and never answers"
    CUT = "passes requests on and cuts the answer off"
    STATUS = "answers requests itself with an error"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A mode, with the figure it needs: seconds of delay, bytes before the cut, or the HTTP status."""

    mode: Mode = Mode.PASS
    seconds: float = 0.0
    bytes: int = 0
    status: int = 0

    def __str__(self) -> str:
        figures = {
            Mode.DELAY: f" by {self.seconds:g} s",
            Mode.CUT: f" after {self.bytes} bytes",
            Mode.STATUS: f" ({self.status})",
        }
        return self.mode.value + figures.get(self.mode, "")


PASS = Behaviour()
REFUSE = Behaviour(Mode.REFUSE)
RESET = Behaviour(Mode.RESET)
BLACKHOLE = Behaviour(Mode.BLACKHOLE)


def delay(seconds: float) -> Behaviour:
    """Requests are passed on at once, each answer is held back for ``seconds``."""
    return Behaviour(Mode.DELAY, seconds=seconds)


def cut_after(count: int) -> Behaviour:
    """Requests are passed on and so have their effect; of the answer only ``count`` bytes come back."""
    return Behaviour(Mode.CUT, bytes=count)


def answer_with(status: int) -> Behaviour:
    """Requests are not passed on, but answered by the proxy with an HTTP status."""
    return Behaviour(Mode.STATUS, status=status)
