"""What a fault proxy records of each call: the request, what was sent back and when, and whether the caller went away.

Times are seconds since the epoch; the suite and its proxies run on one machine.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class SentEvent:
    """One server-sent event as it was sent to the caller: when, and its data."""

    at: float
    data: str


@dataclass(slots=True)
class RecordedCall:
    """One call that reached the proxy. ``status`` is 0 if no answer began.

    ``ended`` is when the proxy was done with it, None while it goes on; ``complete`` says that the answer was sent
    whole; ``gone`` is when the caller closed the connection before that, None if it did not.
    """

    number: int
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: str
    begun: float
    status: int = 0
    answered: float | None = None
    events: list[SentEvent] = field(default_factory=list)
    ended: float | None = None
    complete: bool = False
    gone: float | None = None
    fault: str = ""

    @property
    def json(self) -> Any:
        """The body, parsed. Raises ValueError if it is not JSON."""
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        """The first header of that name, in any case; None if it was not sent."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def bearer(self) -> str | None:
        """The bearer token that was shown; None if none was."""
        shown = self.header("authorization") or ""
        return shown.partition(" ")[2] if shown.lower().startswith("bearer ") else None

    def to_json(self) -> dict[str, Any]:
        """As the control API gives it."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> RecordedCall:
        """Read it back."""
        headers = tuple((name, text) for name, text in value["headers"])
        return cls(**{**value, "headers": headers, "events": [SentEvent(**each) for each in value["events"]]})
