"""Logging: every line of the process, uvicorn's too, as one JSON object (or one line of text) on standard output."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
import sys
import time
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from types import TracebackType
from typing import Any, Literal, TextIO

import orjson
import structlog

from chassis import redaction

LogFormat = Literal["json", "text"]

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""Id of the request that the current task serves; None outside a request."""

_QUOTED = re.compile("[ \t=\r\n\"']")
"""A character for which structlog puts a text between quotes."""

NOISY = ("asyncio",)
"""Libraries that log every call at INFO; only their warnings are wanted."""


class StdoutHandler(logging.StreamHandler[TextIO]):
    """Writes to whatever ``sys.stdout`` is at that moment, so that a redirected stream is honoured."""

    def __init__(self, log_format: LogFormat) -> None:
        logging.Handler.__init__(self)
        self.log_format = log_format
        self._kept: list[str] = []

    def put(self, line: str) -> None:
        """Write a line that has its form already, in order: in an event loop with the others of the same turn."""
        self._kept.append(line)
        if len(self._kept) > 1:
            return
        try:
            asyncio.get_running_loop().call_soon(self.flush)
        except RuntimeError:
            self.flush()

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, after the lines that came before it."""
        self.flush()
        super().emit(record)

    def flush(self) -> None:
        """Write what has been kept."""
        with self.lock or contextlib.nullcontext():
            kept, self._kept = self._kept, []
            # As with any other handler, a line that cannot be written harms nobody but its reader.
            with contextlib.suppress(OSError, ValueError):
                if kept:
                    self.stream.write(self.terminator.join(kept) + self.terminator)
                self.stream.flush()

    @property
    def stream(self) -> TextIO:
        """The stream that the next line goes to."""
        return sys.stdout

    @stream.setter
    def stream(self, value: TextIO) -> None:
        raise AttributeError("the stream is always sys.stdout")


def configure(log_format: LogFormat, level: str) -> None:
    """Set up logging for the whole process. May be called again; the last call wins."""
    handler = StdoutHandler(log_format)
    handler.setFormatter(_formatter(log_format))
    root = logging.getLogger()
    root.handlers = [kept for kept in root.handlers if not isinstance(kept, StdoutHandler)]
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def catch_uncaught() -> None:
    """Log an error that nothing caught as a line like any other, instead of a bare traceback on standard error."""
    sys.excepthook = log_uncaught


def log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Log one uncaught error with its traceback."""
    logging.getLogger("process").critical("uncaught error", exc_info=(kind, error, trace))


def get(name: str) -> structlog.stdlib.BoundLogger:
    """A logger whose keyword arguments become keys of the line."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


class Lines:
    """A logger for what is logged with every request: lines as structlog writes them, at a sixth of the cost."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._logger = logging.getLogger(name)
        self._usual = get(name)

    def info(self, event: str, **more: Any) -> None:
        """Write one line."""
        handler = next((each for each in logging.root.handlers if isinstance(each, StdoutHandler)), None)
        if handler is None:
            self._usual.info(event, **more)
        elif self._logger.isEnabledFor(logging.INFO):
            line: structlog.typing.EventDict = {"event": event, **more, "level": "info", "logger": self._name}
            render = render_json if handler.log_format == "json" else render_plain
            handler.put(render(None, "info", add_request_id(None, "info", add_time(None, "info", line))))


def emergency_line(log_format: LogFormat, message: str, logger: str = "start") -> str:
    """A line for the time before logging is set up, in the shape that the others will have."""
    if log_format == "text":
        return redaction.redact(message)
    line = {"time": _now(), "level": "error", "event": message, "request_id": None, "logger": logger}
    return redaction.redact(json.dumps(line))


def _shared() -> list[Any]:
    return [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        add_time,
        add_request_id,
    ]


def _formatter(log_format: LogFormat) -> logging.Formatter:
    final: list[Any] = [structlog.processors.format_exc_info, render_json] if log_format == "json" else [render_text()]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_shared(),
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, drop_colours, *final],
    )


def add_time(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Put the time in, in UTC with milliseconds."""
    event["time"] = _now()
    return event


def add_request_id(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Put the request's id in; null outside a request."""
    event.setdefault("request_id", request_id.get())
    return event


def drop_colours(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Leave out the second, coloured copy of the message that uvicorn adds."""
    event.pop("color_message", None)
    return event


def render_json(_logger: Any, _method: str, event: structlog.typing.EventDict) -> str:
    """One JSON object, the usual keys first, without any secret."""
    get = event.get
    # Those that are in the event again keep their places.
    first = {
        "time": get("time"),
        "level": get("level"),
        "event": get("event"),
        "request_id": get("request_id"),
        "logger": get("logger"),
    }
    line = orjson.dumps({**first, **event}, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    return redaction.redact(line)


def render_text() -> Any:
    """One line of text for a developer's terminal, without any secret."""
    renderer = structlog.dev.ConsoleRenderer(colors=False, timestamp_key="time")

    def render(logger: Any, method: str, event: structlog.typing.EventDict) -> str:
        return redaction.redact(str(renderer(logger, method, event)))

    return render


def render_plain(_logger: Any, _method: str, event: structlog.typing.EventDict) -> str:
    """What ``render_text`` makes of a line without an exception."""
    pop = event.pop
    text = f"{pop('time')} [{pop('level'):9}] {pop('event'):30} [{pop('logger')}]"
    for key in sorted(event):
        value = event[key]
        plain = isinstance(value, str) and _QUOTED.search(value) is None
        text += f" {key}={value if plain else repr(value)}"
    return redaction.redact(text)


def _now() -> str:
    return _moment(time.time_ns() // 1_000_000)


@lru_cache(maxsize=2)
def _moment(milliseconds: int) -> str:
    """As ISO 8601 has it. Kept, since lines that are written together fall into one millisecond."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{_second(seconds)}.{rest:03}Z"


@lru_cache(maxsize=2)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
