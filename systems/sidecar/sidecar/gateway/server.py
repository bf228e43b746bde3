"""``sidecar gateway``: serves the API until it is told to stop."""

from __future__ import annotations

import gc

from chassis import logs, server
from chassis.settings import SettingsError
from chassis.stopping import StopSignals

from sidecar import process


def serve() -> int:
    """Start, serve, stop. Gives the exit status; what cannot be used ends the start with one line."""
    stop = StopSignals()
    try:
        settings = process.begin()
        listener = server.bind(settings.sidecar_host, settings.sidecar_port, "SIDECAR_")
    except SettingsError as error:
        return process.end(error)
    # Imported here: a start that ends with an unusable setting shall end at once.
    from sidecar.gateway.app import create_app

    app = create_app(settings)
    gc.collect()
    gc.freeze()
    logs.get("gateway").info("listening", host=settings.sidecar_host, port=settings.sidecar_port)
    return server.run(app, listener, stop)
