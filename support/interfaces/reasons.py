"""What owners call the reasons for which a service is refused, and the words by which an orchestrator gives them."""

from __future__ import annotations

import re

from support.interfaces.answer import Candidate

REASONS: dict[str, str] = {
    "it needs the internet": r"requires_internet",
    "it needs a graphics processor": r"requires_gpu",
    "its accuracy is too low": r"accuracy",
    "it is not deterministic": r"determinism",
    "it is too slow": r"latency_p95_ms",
    "it is too often unavailable": r"availability",
    "it costs too much": r"\bcost|per_call",
    "it is not trusted enough": r"\btrust\.level|policies\[\d+\]\.trust",
    "the caller is not trusted enough": r"user.{0,12}trust|trust_level|requires_user_level",
    "it may not see such data": r"data_class",
    "it keeps data elsewhere": r"residency",
    "it keeps data for too long": r"retention_days",
    "it is on the deny list": r"\bden(y|ied)\b",
    "it is not on the allow list": r"\ballow(ed)?\b",
    "it is unhealthy": r"unhealthy|circuit is open",
}
"""Reason in Gherkin → pattern that the orchestrator's own reason must match: it must name the field at fault."""


def explains(candidate: Candidate, reason: str) -> bool:
    """Whether the orchestrator's reason for a candidate says what Gherkin says."""
    return re.search(REASONS[reason], candidate.reason) is not None
