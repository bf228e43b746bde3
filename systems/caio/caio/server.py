"""``caio serve``: runs the API until it is told to stop."""

from __future__ import annotations

import contextlib
import gc
import os
import socket
import sys

from chassis import logs, server
from chassis.settings import SettingsError
from chassis.stopping import Orders, StopSignals

from caio import config
from caio.config import Settings
from caio.store.database import StoreUnavailable

TOGETHER = "caio-workers-"
"""Begins the name of the folder that workers share."""

SWITCH_SECONDS = 0.001
"""After so long a thread that computes lets another have the interpreter. The store's needs it only for moments."""

GARBAGE = (20_000, 20, 20)
"""Objects between two collections, and collections of the young between those of the older (10 µs a request less)."""


def serve() -> int:
    """Start, serve, stop. Gives the exit status; a setting that cannot be used ends the start with one line."""
    stop = StopSignals()
    try:
        # Settings are checked before anything that takes time is imported.
        settings = config.load()
        logs.configure(settings.logs_as, settings.log_level)
        logs.catch_uncaught()
        if settings.workers > 1:
            return serve_together(settings, stop)
        listener = server.bind(settings.host, settings.port, config.PREFIX)
        return serve_at(settings, listener, stop)
    except (SettingsError, StoreUnavailable) as error:
        return end(str(error))


def serve_at(settings: Settings, listener: socket.socket, stop: StopSignals) -> int:
    """Serve one listener in this process. Raises SettingsError and StoreUnavailable."""
    from caio.api import create_app

    encryption = settings.tls_context
    app = create_app(settings, leaving=lambda: stop.asked, starting=lambda: not stop.complete)
    settle_down()
    if settings.workers == 1:
        tell_address(settings)
    return server.run(app, listener, stop, encryption, settings.drain_seconds, app.state.fast_path)


def serve_together(settings: Settings, stop: StopSignals) -> int:
    """Serve with several processes. What they share lies in the data folder, or in one that goes with them."""
    from chassis import shared_metrics
    from chassis.shared_folder import shared_folder
    from chassis.workers import Workers

    listeners = server.bind_several(settings.host, settings.port, config.PREFIX, settings.workers)
    with contextlib.ExitStack() as stack:
        try:
            folder = stack.enter_context(shared_folder(TOGETHER))
        except OSError as error:
            raise SettingsError(f"{config.PREFIX}WORKERS", f" needs a folder for temporary files: {error}") from None
        (folder / "metrics").mkdir()
        shared_metrics.share(folder / "metrics")
        alike = settings.for_workers(folder / "data")
        # What every worker would import takes a second, and is in memory only once.
        import caio.api  # noqa: F401

        def work(listener: socket.socket, orders: Orders) -> int:
            try:
                return serve_at(alike, listener, orders)
            except (SettingsError, StoreUnavailable) as error:
                return end(str(error))

        tell_address(settings)
        return Workers(listeners, work, stop, shared_metrics.bury).run()


def tell_address(settings: Settings) -> None:
    """Log where CAIO listens."""
    tls = settings.tls_cert_file is not None
    logs.get("caio").info("listening", host=settings.host, port=settings.port, tls=tls, workers=settings.workers)


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
