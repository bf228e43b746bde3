"""``sidecar audit verify``: says whether the audit log is whole."""

from __future__ import annotations

import sys
from pathlib import Path

from chassis.settings import SettingsError

from sidecar import process, settings
from sidecar.audit.chain import AuditChain, ChainBroken
from sidecar.status.store import StoreUnavailable


def show(path: Path | None, head: Path | None) -> int:
    """Exit status 0: intact; 1: changed; 2: it cannot be read. One line says which."""
    try:
        found = settings.read()
    except SettingsError as error:
        return process.end(error)
    log = path or found.audit_path
    kept = head or (log.with_name(log.name + ".head") if path is not None else found.audit_head)
    if not log.exists() and not kept.exists():
        sys.stderr.write(f"{log}: there is no audit log\n")
        return 2
    try:
        count = AuditChain(log, kept, found.audit_secret).verify()
    except ChainBroken as broken:
        sys.stdout.write(f"{log}: changed: {broken}\n")
        return 1
    except (OSError, ValueError, KeyError, TypeError, StoreUnavailable) as error:
        sys.stderr.write(f"{log}: cannot be checked: {error}\n")
        return 2
    sys.stdout.write(f"{log}: intact, {count} records\n")
    return 0
