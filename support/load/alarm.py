"""Wakes at a moment to a tenth of a millisecond. gevent's own timers are up to one millisecond late, since epoll counts
in milliseconds; where answers take less than that, it would be the larger part of what is measured."""

from __future__ import annotations

import ctypes
import os
import sys
import time
from typing import Any

import gevent

_MONOTONIC, _AT_A_MOMENT, _READABLE = 1, 1, 1
_OPTIONS = os.O_NONBLOCK | os.O_CLOEXEC


class _Moment(ctypes.Structure):
    """struct itimerspec: first the interval of repetition, which is none, then the moment."""

    _fields_ = (
        ("every_s", ctypes.c_long),
        ("every_ns", ctypes.c_long),
        ("at_s", ctypes.c_long),
        ("at_ns", ctypes.c_long),
    )


class Alarm:
    """One greenlet's alarm clock, by the monotonic clock: a timer of the kernel (timerfd), where there is one."""

    def __init__(self) -> None:
        self._libc: Any = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
        self._file = self._libc.timerfd_create(_MONOTONIC, _OPTIONS) if self._libc else -1
        self._watcher: Any = gevent.get_hub().loop.io(self._file, _READABLE) if self._file >= 0 else None

    def wait_until(self, moment: float) -> None:
        """Let others go on until then."""
        if self._watcher is None:
            gevent.sleep(max(0.0, moment - time.monotonic()))
            return
        seconds = int(moment)
        setting = _Moment(0, 0, seconds, max(1, int((moment - seconds) * 1e9)))
        self._libc.timerfd_settime(self._file, _AT_A_MOMENT, ctypes.byref(setting), None)
        gevent.get_hub().wait(self._watcher)
        os.read(self._file, 8)

    def close(self) -> None:
        """Give the timer back."""
        if self._watcher is not None:
            self._watcher.close()
            os.close(self._file)
            self._watcher = None
