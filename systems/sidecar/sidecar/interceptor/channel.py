"""The gateway's end of the socket to the recorder: starts it, gives it orders, and starts it again if it dies.

An order is in the kernel's buffer before the chat is answered, so that a gateway that is killed loses none; the
recorder carries out what is there and then ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import pickle
import socket
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from chassis import logs

from sidecar.interceptor.frames import Frames, frame
from sidecar.settings import Settings

BUFFER = 4 * 1024 * 1024
"""Asked for; the kernel gives what it allows."""

STOP_SECONDS = 10.0
RESTART_SECONDS = 0.5


@dataclass(slots=True)
class Order:
    """What the recorder was told to do, and who waits for what comes of it."""

    text: bytes
    done: asyncio.Future[bool]


class Channel:
    """One recorder process."""

    def __init__(self, settings: Settings, gateway: str) -> None:
        self._introduction = frame(pickle.dumps((settings, gateway)))
        self._log = logs.get("interceptor")
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._frames = Frames()
        self._orders: dict[int, Order] = {}
        self._number = 0
        self._unsent = bytearray()
        self._stopping = False
        self.alive = False

    def start(self) -> None:
        """Start the recorder, in a session of its own: what ends the gateway is not to end it in the midst of work."""
        ours, theirs = socket.socketpair()
        for each in (ours, theirs):
            each.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        command = command_of(theirs.fileno())
        self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], start_new_session=True)
        theirs.close()
        ours.setblocking(False)
        self._socket, self._frames, self._unsent = ours, Frames(), bytearray()
        self.alive = True
        asyncio.get_running_loop().add_reader(ours, self._read)
        self._write(self._introduction)
        for order in self._orders.values():
            self._write(order.text)

    def order(self, act: str, *arguments: Any) -> asyncio.Future[bool]:
        """Have something done; the result is whether it was."""
        self._number += 1
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        text = frame(pickle.dumps((self._number, act, arguments)))
        self._orders[self._number] = Order(text, done)
        self._write(text)
        return done

    async def stop(self) -> None:
        """Let the recorder finish and end."""
        self._stopping = True
        self._close()
        process = self._process
        if process is not None:
            if not self._orders:
                # It has nothing left to do, and may not even have started.
                process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(process.wait, STOP_SECONDS)

    def _write(self, text: bytes) -> None:
        if self._socket is None:
            return
        if self._unsent:
            self._unsent += text
            return
        self._unsent += text
        self._flush()
        if self._unsent and self._socket is not None:
            asyncio.get_running_loop().add_writer(self._socket, self._flush)

    def _flush(self) -> None:
        if self._socket is None:
            return
        try:
            while self._unsent:
                del self._unsent[: self._socket.send(self._unsent)]
        except BlockingIOError:
            return
        except OSError:
            self._unsent.clear()
        asyncio.get_running_loop().remove_writer(self._socket)

    def _read(self) -> None:
        assert self._socket is not None, "only an open socket is read"
        try:
            read = self._socket.recv(65_536)
        except BlockingIOError:
            return
        except OSError:
            read = b""
        if not read:
            self._ended()
            return
        for text in self._frames.take(read):
            number, done = pickle.loads(text)
            order = self._orders.pop(number, None)
            if order is not None and not order.done.done():
                order.done.set_result(done)

    def _ended(self) -> None:
        """The recorder has died: another takes over, with all orders that are not done."""
        self._close()
        if self._process is not None:
            self._process.poll()
        if self._stopping:
            return
        self._log.error("the recorder has ended and is replaced", orders=len(self._orders))
        asyncio.get_running_loop().call_later(RESTART_SECONDS, self._restart)

    def _restart(self) -> None:
        if not self._stopping:
            self.start()

    def _close(self) -> None:
        self.alive = False
        if self._socket is not None:
            loop = asyncio.get_running_loop()
            loop.remove_reader(self._socket)
            loop.remove_writer(self._socket)
            self._socket.close()
        self._socket = None


def command_of(number: int) -> list[str]:
    """How the recorder is started: as the gateway was, so that what wraps the one wraps the other."""
    recorder = ["recorder", str(number)]
    if sys.orig_argv[-1] == "gateway":
        return [sys.executable, *sys.orig_argv[1:-1], *recorder]
    return [sys.executable, "-m", "sidecar", *recorder]
