"""Makes SIGTERM end the suite in order, as Ctrl-C does, so that clean-ups run and nothing is left behind."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import NoReturn


def end_in_order_on_sigterm() -> None:
    """From now on SIGTERM raises SystemExit in the main thread, unless someone else already handles it."""
    in_main_thread = threading.current_thread() is threading.main_thread()
    if in_main_thread and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _end)


def _end(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)
