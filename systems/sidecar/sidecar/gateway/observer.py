"""Access lines without what callers may have put into addresses and request ids."""

from __future__ import annotations

import re
from typing import Any

from chassis.observing import Observed, Observer
from starlette.types import Scope

SAFE_PATH = re.compile(
    r"/|/health|/metrics|/v1/(?:openapi\.json|chat/completions|webhooks(?:/[0-9a-f]{32})?|traces/[0-9a-f]{32}(?:/graph|/cancel)?)"
)
NUMBER = re.compile(rb"\d[\d._-]{5,}\d")
HEXADECIMAL = re.compile(rb"[0-9a-f-]{32,36}")


class ScrubbingObserver(Observer):
    """Logs the template of an unusual path instead of the path, and accepts no request id that holds a number."""

    def begin(self, scope: Scope, started: float | None = None) -> Observed:
        """Give a request its id; the caller's own only if it cannot be a phone or card number."""
        scope["headers"] = [
            (name, value) for name, value in scope["headers"] if name != b"x-request-id" or is_harmless(value)
        ]
        return super().begin(scope, started)

    def record(self, scope: Scope, seen: Observed) -> None:
        """Note and log the exchange once."""
        path: Any = scope["path"]
        known = scope if SAFE_PATH.fullmatch(path) else {**scope, "path": self.labels.of(path)}
        super().record(known, seen)


def is_harmless(request_id: bytes) -> bool:
    """Whether an id may stand in the log."""
    return HEXADECIMAL.fullmatch(request_id) is not None or NUMBER.search(request_id) is None
