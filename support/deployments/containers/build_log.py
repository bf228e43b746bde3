"""What an engine says while it builds an image, and which layers it made: those of a failed build are to be removed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_SHOWN = 30
"""Lines of a failed build that its message shows."""
_FROM = re.compile(r"^Step \d+/\d+ : FROM ", re.IGNORECASE)
_LAYER = re.compile(r"^ ---> (?P<id>[0-9a-f]{12,64})$")
_CACHED = " ---> Using cache"


@dataclass(slots=True)
class BuildLog:
    """Takes what the builder says, part by part.

    ``made`` are the images of the steps that were really carried out, oldest first; ``stages`` the last image of every
    stage but the one that is being built. What is in neither was there before.
    """

    made: list[str] = field(default_factory=list)
    stages: list[str] = field(default_factory=list)
    error: str = ""
    _said: list[str] = field(default_factory=list)
    _top: str = ""
    _given: bool = False
    """Whether the image that is told next was there before: a base, or one from the cache."""

    def add(self, part: Mapping[str, Any]) -> None:
        """Read one message of the builder's."""
        self.error = self.error or str(part.get("error", "")).strip()
        for line in str(part.get("stream", "")).splitlines():
            if line.strip():
                self._said.append(line)
                self._read(line)

    @property
    def last_lines(self) -> str:
        """What it said last, indented."""
        return "\n".join(f"  {line}" for line in self._said[-_SHOWN:])

    def _read(self, line: str) -> None:
        if _FROM.match(line):
            self.stages.extend([self._top] if self._top else [])
            self._top, self._given = "", True
        elif line == _CACHED:
            self._given = True
        elif found := _LAYER.match(line):
            self._top = found["id"]
            self.made.extend([] if self._given else [self._top])
            self._given = False
