"""One call of the system's Python API, as it was made and answered; the record that steps judge."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class RpcError:
    """An error that the system raised; ``data`` is what it tells about it."""

    code: int
    message: str
    data: Any


@dataclass(frozen=True, slots=True)
class RpcReply:
    """One call and what came of it: a result, an error the system raised, or a ``failure``: no answer at all.

    ``started`` is seconds since the epoch, ``duration`` seconds.
    """

    method: str
    params: Any
    result: Any
    error: RpcError | None
    failure: str | None
    duration: float
    started: float

    @property
    def ok(self) -> bool:
        """Whether a result came."""
        return self.error is None and self.failure is None

    def describe(self) -> str:
        """The call as text, for the evidence."""
        asked = f"{self.method} {json.dumps(self.params, indent=2, ensure_ascii=False)}"
        took = f"{self.duration * 1000:.1f} ms"
        if self.failure is not None:
            return f"{asked}\n\nno answer after {took}: {self.failure}"
        if self.error is not None:
            data = json.dumps(self.error.data, indent=2, ensure_ascii=False)
            return f"{asked}\n\nerror {self.error.code} after {took}: {self.error.message}\n{data}"
        return f"{asked}\n\nresult after {took}:\n{json.dumps(self.result, indent=2, ensure_ascii=False)}"
