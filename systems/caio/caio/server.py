"""``caio serve``: runs the API until it is told to stop."""

from __future__ import annotations

import gc
import os
import sys

from chassis import logs, server
from chassis.settings import SettingsError

from caio import config
from caio.store.database import StoreUnavailable

SWITCH_SECONDS = 0.001
"""After so long a thread that computes lets another have the interpreter. The store's needs it only for moments."""

GARBAGE = (20_000, 20, 20)
"""Objects between two collections, and collections of the young between those of the older (10 µs a request less)."""


def serve() -> int:
    """Start, serve, stop. Gives the exit status; a setting that cannot be used ends the start with one line."""
    stop = server.StopSignals()
    try:
        # Settings are checked before anything that takes time is imported.
        settings = config.load()
        logs.configure(settings.logs_as, settings.log_level)
        logs.catch_uncaught()
        listener = server.bind(settings.host, settings.port, config.PREFIX)
        encryption = settings.tls_context
        from caio.api import create_app

        app = create_app(settings, leaving=lambda: stop.asked)
    except (SettingsError, StoreUnavailable) as error:
        return end(str(error))
    settle_down()
    logs.get("caio").info("listening", host=settings.host, port=settings.port, tls=encryption is not None)
    return server.run(app, listener, stop, encryption, settings.drain_seconds)


def settle_down() -> None:
    """Set the interpreter up for many small requests: what has been loaded is never garbage, and little of the rest."""
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)


def end(message: str) -> int:
    """Say in one line why nothing was started."""
    line = logs.emergency_line(config.log_format_before_settings(dict(os.environ)), f"CAIO does not start: {message}")
    sys.stderr.write(line + "\n")
    return 2
