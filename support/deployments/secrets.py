"""Finds what is secret in a deployment: the tokens of its identities and the values of its secret settings."""

from __future__ import annotations

import re
from collections.abc import Mapping

from support.base.systems import System

_SECRET_NAME = re.compile(r"(SECRET|TOKEN|PASSWORD|PASSPHRASE|API_?KEY|_KEY)S?(_|$)", re.IGNORECASE)
_A_PATH = re.compile(r"_(FILE|PATH|DIR)$", re.IGNORECASE)
_SHORTEST = 4
"""Characters below which a value is not hidden: hiding "on" or "1" everywhere would blind every log."""


def secrets_of(system: System, environment: Mapping[str, str | None]) -> list[str]:
    """Every secret, longest first, so that one that holds another is hidden whole."""
    found = set(system.tokens())
    for name, value in environment.items():
        if value and _SECRET_NAME.search(name) and not _A_PATH.search(name):
            found.add(value)
            found.update(part.partition(":")[0].strip() for part in value.split(",") if ":" in part)
    return sorted((secret for secret in found if len(secret) >= _SHORTEST), key=lambda secret: (-len(secret), secret))
