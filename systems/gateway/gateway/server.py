"""``gateway serve``: runs the gateway until it is told to stop, as one process or as several workers."""

from __future__ import annotations

import contextlib
import gc
import logging
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chassis import logs, server
from chassis.settings import SettingsError
from chassis.stopping import Orders, StopSignals

from gateway import loading
from gateway.loading import Loaded

NOISY = ("httpcore",)
TOGETHER = "gateway-workers-"
"""Begins the name of the folder that workers share."""

UNUSABLE = 2
"""Exit status for a configuration that cannot be used."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the gateway listens."""

    host: str
    port: int


def check(config: Sequence[Path]) -> int:
    """Read the configuration and say whether it can be used."""
    try:
        loaded = loading.load(config)
    except SettingsError as error:
        return end(str(error))
    sys.stdout.write(f"{len(loaded.config.models)} models, {len(loaded.config.upstreams)} upstreams\n")
    return 0


def serve(config: Sequence[Path], place: Place, workers: int | None = None) -> int:
    """Start, serve, stop. Gives the exit status; what cannot be used ends the start with one line."""
    stop = StopSignals()
    try:
        loaded = loading.load(config)
        begin_logging(loaded)
        count = workers or loaded.config.server.workers
        if count == 1:
            listener = server.bind(place.host, place.port, "--")
            return serve_at(loaded, listener, stop, loaded.config.server.state, place)
        return serve_together(loaded, server.bind_several(place.host, place.port, "--", count), stop, place)
    except SettingsError as error:
        return end(str(error))


def begin_logging(loaded: Loaded) -> None:
    """Set the log up; what libraries log of every call is left out."""
    logs.configure(loaded.config.server.log_format, loaded.config.server.log_level)
    logs.catch_uncaught()
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)


def serve_at(
    loaded: Loaded, listener: socket.socket, stop: StopSignals, shared: Path | None, place: Place | None = None
) -> int:
    """Serve one listener in this process."""
    from gateway.app import Stage, create_app

    app = create_app(loaded, shared, Stage(lambda: stop.complete, lambda: stop.asked))
    gc.collect()
    gc.freeze()
    if place is not None:
        tell_address(loaded, place, 1)
    return server.run(app, listener, stop, drain_seconds=loaded.config.server.drain_seconds)


def serve_together(loaded: Loaded, listeners: list[socket.socket], stop: StopSignals, place: Place) -> int:
    """Serve with several processes, which count their requests, limits and budgets together."""
    from chassis import shared_metrics
    from chassis.shared_folder import shared_folder
    from chassis.workers import Workers

    with contextlib.ExitStack() as stack:
        try:
            folder = stack.enter_context(shared_folder(TOGETHER))
        except OSError as error:
            raise SettingsError("workers", f" need a folder for temporary files: {error}") from None
        (folder / "metrics").mkdir()
        shared_metrics.share(folder / "metrics")
        # What every worker would import takes a second, and is in memory only once.
        import uvicorn.loops.uvloop  # noqa: F401
        from chassis import draining, one_write  # noqa: F401

        import gateway.app  # noqa: F401

        def work(listener: socket.socket, orders: Orders) -> int:
            return serve_at(loaded, listener, orders, loaded.config.server.state or folder)

        tell_address(loaded, place, len(listeners))
        return Workers(listeners, work, stop, shared_metrics.bury).run()


def tell_address(loaded: Loaded, place: Place, workers: int) -> None:
    """Log where the gateway listens."""
    models = len(loaded.config.models)
    logs.get("gateway").info("listening", host=place.host, port=place.port, workers=workers, models=models)


def end(message: str) -> int:
    """Say in one line why nothing was started."""
    sys.stderr.write(logs.emergency_line("text", f"gateway does not start: {message}") + "\n")
    return UNUSABLE
