"""The four components whose health CAIO reports; each check tries the component as it is at that moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import TimeoutError as NotInTime
from pathlib import Path
from typing import Any

from chassis.health import ComponentFailed
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from caio import policies
from caio.api.library import Library
from caio.errors import CaioError
from caio.orchestrator import Orchestrator
from caio.store import keys
from caio.store.database import StoreUnavailable
from caio.store.records import Records

PATIENCE_SECONDS = 2.0
"""Longest wait for the store; it answers in milliseconds or says within half a second that it cannot."""

TRIAL_POLICY = {"type": "cost", "maximum": 1}
MESSAGE = b"caio health"


class Components:
    """The checks, by component. Each gives a line of detail or raises ComponentFailed."""

    def __init__(
        self,
        orchestrator: Orchestrator,
        library: Library,
        records: Records,
        key: Ed25519PrivateKey,
        key_file: Path | None,
    ) -> None:
        self.orchestrator = orchestrator
        self.library = library
        self.records = records
        self.key = key
        self.key_file = key_file

    def checks(self) -> dict[str, Callable[[], str]]:
        """All checks under the names that health reports."""
        return {
            "registry": self.registry,
            "rule_engine": self.rule_engine,
            "security_verifier": self.security_verifier,
            "traceability": self.traceability,
        }

    def registry(self) -> str:
        """The contracts folder can be listed and the store be read."""
        self.library.check_folder()
        stored(self.records.try_read())
        broken = sorted(name for name in self.library.problems if name not in ("contracts", "policies"))
        aside = f"; not applied: {', '.join(broken)}" if broken else ""
        return f"{len(self.orchestrator.registry)} services registered{aside}"

    def rule_engine(self) -> str:
        """The operator's policies, as their file stands now, can be applied; and a policy still compiles."""
        found = self.library.policies_now()
        try:
            policies.compile_policies([TRIAL_POLICY])
        except CaioError as error:
            raise ComponentFailed(f"a valid policy is refused: {error}") from None
        return f"{len(found or [])} server policies in force"

    def security_verifier(self) -> str:
        """The key file still holds the key that is in use, and what it signs can be verified."""
        if self.key_file is not None:
            try:
                kept = keys.read(self.key_file)
            except keys.UnusableKey as error:
                raise ComponentFailed(str(error)) from None
            if keys.public_bytes(kept) != keys.public_bytes(self.key):
                raise ComponentFailed("the key file holds another key than the one in use")
        try:
            self.key.public_key().verify(self.key.sign(MESSAGE), MESSAGE)
        except InvalidSignature:
            raise ComponentFailed("a signature just made cannot be verified") from None
        return "signs and verifies"

    def traceability(self) -> str:
        """A decision could be stored now."""
        stored(self.records.try_write())
        return "decisions can be stored"


def stored(future: Any) -> Any:
    """Wait for the store. Raises ComponentFailed."""
    try:
        return future.result(PATIENCE_SECONDS)
    except StoreUnavailable as error:
        raise ComponentFailed(str(error)) from None
    except NotInTime:
        raise ComponentFailed(f"the store did not answer within {PATIENCE_SECONDS:g} s") from None
