"""What owners call the reasons for which a service is refused; definitions declare the words of each."""

from __future__ import annotations

import re

from support.domains.caio.answer import Candidate

REASONS: tuple[str, ...] = (
    "it needs the internet",
    "it needs a graphics processor",
    "its accuracy is too low",
    "it is not deterministic",
    "it is too slow",
    "it is too often unavailable",
    "it costs too much",
    "it is not trusted enough",
    "the caller is not trusted enough",
    "it may not see such data",
    "it keeps data elsewhere",
    "it keeps data for too long",
    "it is on the deny list",
    "it is not on the allow list",
    "it is unhealthy",
)
"""The reasons in Gherkin, which are the names under ``reasons`` in a definition."""


def explains(candidate: Candidate, pattern: str) -> bool:
    """Whether the orchestrator's reason for a candidate matches what its definition declares."""
    return re.search(pattern, candidate.reason) is not None
