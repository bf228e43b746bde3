"""``automation serve``: runs the API until it is told to stop."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from chassis import logs, redaction, server
from chassis.settings import SettingsError
from chassis.stopping import Orders, StopSignals

from automation import loading
from automation.identity import users
from automation.queue import link
from automation.settings import Settings
from automation.store import database

PREFIX = loading.PREFIX
NOISY = ("httpx", "httpcore")
"""Libraries that log every call."""

TOGETHER = "automation-workers-"
"""Begins the name of the folder that API workers share."""


def serve(config: Path | None) -> int:
    """Start, serve, stop. Gives the exit status; what cannot be used ends the start with one line."""
    stop = StopSignals()
    try:
        settings = begin(config)
        listeners = listeners_of(settings)
        prepare(settings)
        with helped(settings):
            if settings.server.workers == 1:
                return serve_at(settings, listeners[0], stop)
            return serve_together(settings, listeners, stop)
    except SettingsError as error:
        return end(str(error))


def begin(config: Path | None) -> Settings:
    """Read the settings and set up logging. Raises SettingsError."""
    settings = loading.load(config)
    logs.configure(settings.logs_as, settings.server.log_level)
    logs.catch_uncaught()
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    for warning in loading.unknown_variables():
        logs.get("start").warning(warning)
    return settings


def listeners_of(settings: Settings) -> list[socket.socket]:
    """Take the address. Raises SettingsError."""
    host, port, count = settings.server.host, settings.server.port, settings.server.workers
    if count == 1:
        return [server.bind(host, port, PREFIX)]
    return server.bind_several(host, port, PREFIX, count)


def prepare(settings: Settings) -> None:
    """Check what is required and make the store ready, with the configured users in it. Raises SettingsError."""
    require_redis(settings)
    database.prepare(settings.server.data_dir)
    store = database.Store(settings.server.data_dir)
    with contextlib.closing(store):
        users.settle(store, settings)


def require_redis(settings: Settings) -> None:
    """Raises SettingsError where Redis is required and does not answer."""
    if not settings.redis.required:
        return
    problem = link.problem(settings.redis.address, settings.redis.timeout_seconds)
    if problem:
        raise SettingsError(
            "redis.required (AUTOMATION_REDIS_REQUIRED)",
            redaction.redact(f" is set, but Redis does not answer: {problem}"),
        )


@contextlib.contextmanager
def helped(settings: Settings) -> Iterator[None]:
    """Have the fallback for Redis run beside, where it is allowed."""
    if not settings.redis.falls_back:
        yield
        return
    from automation.queue import fallback

    with fallback.running(settings.server.data_dir, settings.redis.fallback_host):
        yield


def serve_at(settings: Settings, listener: socket.socket, stop: StopSignals) -> int:
    """Serve one listener in this process."""
    from automation.api import create_app

    app = create_app(settings, leaving=lambda: stop.asked)
    gc.collect()
    gc.freeze()
    if settings.server.workers == 1:
        tell_address(settings)
    return server.run(app, listener, stop, drain_seconds=settings.server.drain_seconds)


def serve_together(settings: Settings, listeners: list[socket.socket], stop: StopSignals) -> int:
    """Serve with several processes, which count their requests together."""
    from chassis import shared_metrics
    from chassis.shared_folder import shared_folder
    from chassis.workers import Workers

    with contextlib.ExitStack() as stack:
        try:
            folder = stack.enter_context(shared_folder(TOGETHER))
        except OSError as error:
            raise SettingsError(f"{PREFIX}WORKERS", f" needs a folder for temporary files: {error}") from None
        (folder / "metrics").mkdir()
        shared_metrics.share(folder / "metrics")
        # What every worker would import takes a second, and is in memory only once.
        import automation.api  # noqa: F401

        def work(listener: socket.socket, orders: Orders) -> int:
            return serve_at(settings, listener, orders)

        tell_address(settings)
        return Workers(listeners, work, stop, shared_metrics.bury).run()


def tell_address(settings: Settings) -> None:
    """Log where the API listens."""
    told = settings.server
    logs.get("automation").info("listening", host=told.host, port=told.port, workers=told.workers)


def end(message: str) -> int:
    """Say in one line why nothing was started."""
    as_json = loading.log_format_before_settings(dict(os.environ)) == "json"
    line = logs.emergency_line("json" if as_json else "text", f"Automation Orchestrator does not start: {message}")
    sys.stderr.write(line + "\n")
    return 2
