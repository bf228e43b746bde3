"""The folder of Allure results on disk: whole files only, nothing unredacted, and no file of anybody else's touched."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from support.base.outcomes import Broken
from support.base.text import decoded, encoded, writable
from support.evidence.attachments import Media
from support.evidence.redaction import redactor

_OURS = (
    "*-result.json",
    "*-container.json",
    "*-globals.json",
    "*-attachment.*",
    "environment.properties",
    "executor.json",
    "categories.json",
)
_IDENTITIES = frozenset({"uuid", "historyId", "testCaseId", "fullName", "titlePath", "labels", "source", "type"})
"""Fields that come from feature files or from chance, by which records are found again; never from a system."""


class ResultsLost(Broken):
    """Results cannot be written, so whatever the run shows would not be in the report."""

    @classmethod
    def of(cls, folder: Path, error: OSError) -> ResultsLost:
        """The error in words that say what to do."""
        why = error.strerror or str(error)
        return cls(f"results cannot be written to {folder}: {why}; make room there or name another folder")


class ResultsFolder:
    """Where results go. Several processes may write to one folder at once: every file has a name of its own."""

    def __init__(self, path: Path, clean: bool) -> None:
        """Make the folder. Raises ResultsLost when nothing can be written there.

        With ``clean``, earlier results are removed, but only when this run begins: one that is refused, because its
        settings are wrong or another run holds the folder, leaves everything as it was.
        """
        self.path = path
        self._clean = clean
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._write(f"{uuid.uuid4()}-probe", b"").unlink()
        except OSError as error:
            raise self._lost(error) from error

    def begin(self) -> None:
        """The run begins; whatever else is written begins it too. Raises ResultsLost."""
        if not self._clean:
            return
        self._clean = False
        try:
            remove_results(self.path)
        except OSError as error:
            raise self._lost(error) from error

    def record(self, kind: str, content: Mapping[str, Any]) -> None:
        """Write one record; ``kind`` is "result" or "globals"."""
        text = json.dumps(_redacted(content), ensure_ascii=False, default=str)
        self._keep(f"{uuid.uuid4()}-{kind}.json", encoded(text))

    def attachment(self, body: str | bytes, media_type: str, ending: str) -> str:
        """Write one attachment and give its file name. Text is redacted, whatever its media type says."""
        content = encoded(redactor.text(body)) if isinstance(body, str) else redactor.bytes(body)
        if media_type in (Media.TEXT.value[0], Media.JSON.value[0]) and isinstance(body, bytes):
            content = encoded(redactor.text(decoded(body)))
        name = f"{uuid.uuid4()}-attachment.{ending}"
        self._keep(name, content)
        return name

    def _keep(self, name: str, content: bytes) -> None:
        self.begin()
        try:
            self._write(name, content)
        except OSError as error:
            raise self._lost(error) from error

    def _write(self, name: str, content: bytes) -> Path:
        """A reader, or a run that is killed, finds the whole file or none."""
        path, unfinished = self.path / name, self.path / f"{name}.tmp"
        try:
            unfinished.write_bytes(content)
            os.replace(unfinished, path)
        except OSError:
            unfinished.unlink(missing_ok=True)
            raise
        return path

    def _lost(self, error: OSError) -> ResultsLost:
        return ResultsLost.of(self.path, error)


def remove_results(path: Path) -> None:
    """Remove what an earlier run left in the folder; files that are not Allure's stay."""
    for pattern in _OURS:
        for name in (pattern, f"{pattern}.tmp"):
            for file in path.glob(name):
                file.unlink(missing_ok=True)


def _redacted(value: Any, field: str = "") -> Any:
    """The value as it may be written: without secrets, and with what UTF-8 cannot hold escaped."""
    if isinstance(value, str):
        return writable(value if field in _IDENTITIES else redactor.text(value))
    if isinstance(value, Mapping):
        return {name: _redacted(item, name if field not in _IDENTITIES else field) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted(item, field if field in _IDENTITIES else "") for item in value]
    return value
