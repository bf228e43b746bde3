"""What the system's own tool found when it verified a decision."""

from __future__ import annotations

from dataclasses import dataclass

GENUINE, TAMPERED = 0, 1
"""Exit status of a tool that verifies: nothing wrong, and something found. Any other is trouble of the tool itself."""

CRASHED = "Traceback (most recent call last)"
"""What a tool written in Python leaves behind when it crashes, with the exit status of one that found something."""


@dataclass(frozen=True, slots=True)
class VerificationResult:
    """The exit status of the tool that verifies decisions, and its output."""

    status: int
    output: str

    @property
    def genuine(self) -> bool:
        """Whether it found nothing wrong."""
        return self.status == GENUINE

    @property
    def tampered(self) -> bool:
        """Whether it found that something was changed and said what; a tool that crashed has found nothing."""
        return self.status == TAMPERED and bool(self.output) and CRASHED not in self.output
