"""Mistakes in backups of the audit log: open to all, not whole, outside their folder, or against newer records."""

from __future__ import annotations

from typing import Any

from tests.defects.automation.defect import HTTP, defect
from tests.defects.patching import wrap

BACKUPS = "automation.audit.backups:Backups"


@defect("AUTO-ADMIN-01", "Any user can back the audit log up", HTTP, sample="a user tries to")
def open_to_users() -> None:
    @wrap("automation.identity.users:Caller.admin")
    def broken(original: Any, self: Any) -> bool:
        return True


@defect("AUTO-ADMIN-01", "A backup is called compressed and is not", HTTP, sample="that is compressed")
def not_compressed() -> None:
    @wrap("gzip:compress")
    def broken(original: Any, content: bytes, *given: Any, **named: Any) -> bytes:
        return content


@defect("AUTO-ADMIN-01", "A backup leaves the newest records out", HTTP, sample="holds the audit log as it was")
def newest_left_out() -> None:
    @wrap("automation.audit.backups:whole_lines")
    def broken(original: Any, content: bytes) -> bytes:
        return b"".join(original(content).splitlines(keepends=True)[:-2])


@defect("AUTO-ADMIN-01", "A restore replaces the log by the backup", HTTP, sample="recorded about API keys since")
def newer_records_lost() -> None:
    @wrap("automation.audit.backups:without")
    def broken(original: Any, lines: Any, others: Any) -> Any:
        return []

    @wrap("automation.audit.backups:Backups.restore")
    def replaced(original: Any, self: Any, name: str) -> Any:
        from automation.audit.backups import Restored, write

        content = self.content(name)
        write(self._log.file, content)
        return Restored(content.count(b"\n"), 0, 0)


@defect("AUTO-ADMIN-01", "A damaged backup is restored all the same", HTTP, sample="damaged")
def damage_unseen() -> None:
    @wrap("automation.audit.backups:Backups.content")
    def broken(original: Any, self: Any, name: str) -> bytes:
        from automation.audit.backups import UnusableBackup

        try:
            return bytes(original(self, name))
        except UnusableBackup:
            return (self.folder / name).read_bytes()


@defect("AUTO-ADMIN-01", "Half a record is backed up as it stands", HTTP, sample="while API keys are made")
def half_records() -> None:
    @wrap("automation.audit.backups:read")
    def broken(original: Any, file: Any) -> bytes:
        return bytes(original(file)[:-20])

    @wrap("automation.audit.backups:whole_lines")
    def all_of_it(original: Any, content: bytes) -> bytes:
        return content
