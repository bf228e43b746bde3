"""Mistakes in backing up and in restoring (CAIO-HARD-06)."""

from __future__ import annotations

from typing import Any

from tests.defects.caio.defect import defect
from tests.defects.patching import wrap

HTTP = ("http",)

RESTORED = "in the midst of"
"""Name of the scenario that loses nothing."""


@defect("CAIO-HARD-06", "A backup has no audit records in it", interfaces=HTTP, sample=RESTORED)
def backup_without_audit_log() -> None:
    @wrap("caio.backup.make:copy_audit")
    def broken(original: Any, source: Any, target: Any) -> None:
        target.touch()


@defect("CAIO-HARD-06", "What stands only in the write-ahead log is not backed up", interfaces=HTTP, sample=RESTORED)
def backup_without_the_log_of_the_database() -> None:
    @wrap("caio.store.checkpoints:move")
    def nothing_moved(original: Any, path: Any) -> bool:
        return False  # or what is only in the log would depend on the moment

    @wrap("caio.backup.make:copy_database")
    def broken(original: Any, source: Any, target: Any) -> None:
        import shutil
        import sqlite3

        from caio.store import database

        shutil.copyfile(source, target)
        opened = sqlite3.connect(target, isolation_level=None)
        database.set_up(opened)
        opened.execute("PRAGMA journal_mode=DELETE")
        opened.close()


@defect("CAIO-HARD-06", "A restore loses one decision", interfaces=HTTP, sample=RESTORED)
def one_decision_lost() -> None:
    _after_the_restore("DELETE FROM decisions WHERE position = (SELECT max(position) FROM decisions)")


@defect("CAIO-HARD-06", "A restore brings back an older version of a service", interfaces=HTTP, sample=RESTORED)
def older_contract_restored() -> None:
    _after_the_restore("UPDATE services SET contract = replace(contract, '\"3.0.0\"', '\"2.9.0\"')")


@defect("CAIO-HARD-06", "A backup takes back what was removed", interfaces=HTTP, sample="removed before the backup")
def removed_service_comes_back() -> None:
    _after_the_restore(
        "INSERT INTO services (service_id, contract, position)"
        " SELECT 'other-chat', replace(contract, 'local-chat', 'other-chat'), position + 1 FROM services"
    )


@defect(
    "CAIO-HARD-06",
    "The signing key is not restored, and CAIO makes itself another",
    interfaces=HTTP,
    sample="key that was restored",
)
def signing_key_not_restored() -> None:
    @wrap("caio.backup.restore:settle")
    def broken(original: Any, staging: Any, folder: Any) -> None:
        original(staging, folder)
        (folder / "signing-key.pem").unlink()


@defect(
    "CAIO-HARD-06", "Nobody looks at the digests, nor at what is missing", interfaces=HTTP, sample="it is true that"
)
def damaged_backup_restored() -> None:
    @wrap("caio.backup.restore:verify")
    def broken(original: Any, manifest: Any, staging: Any) -> None:
        return None


@defect(
    "CAIO-HARD-06",
    "Whatever an archive names is written, wherever that is",
    interfaces=HTTP,
    sample="write outside",
)
def archives_are_believed() -> None:
    @wrap("caio.backup.restore:take_all")
    def broken(original: Any, tar: Any, staging: Any) -> Any:
        from caio.backup.archive import Manifest

        manifest = None
        for member in tar:
            content = tar.extractfile(member).read()
            if member.name == "manifest.json":
                manifest = Manifest.from_json(content)
            else:
                (staging / member.name).write_bytes(content)
        return manifest


@defect(
    "CAIO-HARD-06",
    "A backup that is refused leaves behind what was read of it until then",
    interfaces=HTTP,
    sample="cut off|was changed",
)
def refused_backup_leaves_files() -> None:
    @wrap("shutil:rmtree")
    def broken(original: Any, *_rest: Any, **_options: Any) -> None:
        return None


@defect("CAIO-HARD-06", "A restore writes over the data that is there", interfaces=HTTP, sample="not written over")
def written_over_data() -> None:
    @wrap("caio.backup.restore:check_empty")
    def broken(original: Any, folder: Any) -> None:
        return None

    @wrap("caio.backup.restore:check_empty_but")
    def again(original: Any, staging: Any, folder: Any) -> None:
        return None


def _after_the_restore(statement: str) -> None:
    @wrap("caio.backup.restore:settle")
    def broken(original: Any, staging: Any, folder: Any) -> None:
        import sqlite3

        original(staging, folder)
        opened = sqlite3.connect(folder / "caio.db", isolation_level=None)
        opened.execute(statement)
        opened.close()
