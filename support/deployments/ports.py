"""Free ports on the loopback address, held for a server for as long as it may be restarted."""

from __future__ import annotations

import socket

HOST = "127.0.0.1"


class HeldPort:
    """A port that no other program is given while it is held, and that a server may still listen on.

    The holder binds it with SO_REUSEADDR and never listens. Linux then lets a server with SO_REUSEADDR (as good as
    every one) bind it too, but hands it to nobody who asks for just any port; connecting to it is refused while the
    server is down. So two runs side by side never get one port, and a restarted server finds its own free.
    """

    def __init__(self, number: int = 0) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((HOST, number))
        except OSError:
            self._socket.close()
            raise
        self.number: int = self._socket.getsockname()[1]

    def release(self) -> None:
        """Let others have the port."""
        self._socket.close()
