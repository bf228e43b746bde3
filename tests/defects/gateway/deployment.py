"""Mistakes in stopping, and calls of others than upstreams."""

from __future__ import annotations

from typing import Any

from tests.defects.gateway.defect import HTTP, defect
from tests.defects.patching import put, wrap

OPEN: list[Any] = []


@defect("GW-DEPLOY-01", "A gateway that is told to stop ends at once", HTTP, sample="in flight")
def ends_at_once() -> None:
    @wrap("chassis.draining:DrainingServer.handle_exit")
    def broken(original: Any, *given: Any) -> None:
        import os

        os._exit(0)


@defect("GW-DEPLOY-01", "What is in flight has half a second", HTTP, sample="in flight")
def grace_too_short() -> None:
    put("chassis.server:GRACE_SECONDS", 0.5)


@defect("GW-DEPLOY-01", "The gateway reports to somebody else", HTTP, sample="Nobody but")
def reports_elsewhere() -> None:
    @wrap("gateway.app:create_app")
    def broken(original: Any, *given: Any, **more: Any) -> Any:
        import socket

        collector = socket.create_server(("127.0.0.1", 0))
        OPEN.extend((collector, socket.create_connection(collector.getsockname())))
        return original(*given, **more)
