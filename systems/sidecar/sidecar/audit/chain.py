"""Appends records to the chain, and checks it.

Each record is bound to the one before by an HMAC, so none can be changed, taken out or put in without the key. Number
and hash of the last one are kept in a second file, as nothing in the log itself shows that its end was cut off.
"""

from __future__ import annotations

import contextlib
import hmac
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from sidecar.status.json_lines import locked

BEGINNING = "0" * 64
"""What the first record has in place of the hash before."""


@dataclass(frozen=True, slots=True)
class Head:
    """Number and hash of a chain's last record."""

    seq: int = 0
    hash: str = BEGINNING


class ChainBroken(Exception):
    """A record was changed or removed. The message says which."""


class AuditChain:
    """The log of one or several processes, which append under a lock."""

    def __init__(self, path: Path, head: Path, key: bytes) -> None:
        self.path = path
        self._head = head
        self._key = key

    def append(self, record: dict[str, Any]) -> None:
        """Write a record behind the last one. Raises OSError or StoreUnavailable."""
        with self._locked():
            file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
            try:
                last = last_of(file)
                seq, before = (last["seq"], last["hash"]) if last else (0, BEGINNING)
                kept = self.head()
                if kept.seq > seq:
                    # The end was cut off: what follows must not make that look whole again.
                    seq, before = kept.seq, kept.hash
                whole = self.bound({"seq": seq + 1, **record, "prev": before})
                line = orjson.dumps(whole) + b"\n"
                if os.write(file, line) < len(line):
                    raise OSError(28, os.strerror(28))
            finally:
                os.close(file)
            self._keep(Head(whole["seq"], whole["hash"]))

    def bound(self, record: dict[str, Any]) -> dict[str, Any]:
        """A record with its hash."""
        told = orjson.dumps(record, option=orjson.OPT_SORT_KEYS)
        return {**record, "hash": hmac.new(self._key, told, "sha256").hexdigest()}

    def head(self) -> Head:
        """Where the chain ends, as the second file has it."""
        try:
            value = orjson.loads(self._head.read_bytes())
            return Head(int(value["seq"]), str(value["hash"]))
        except FileNotFoundError:
            return Head()

    def verify(self) -> int:
        """Check every record; gives how many there are. Raises ChainBroken, OSError or ValueError."""
        with self._locked():
            lines = self.path.read_bytes().splitlines() if self.path.exists() else []
            kept = self.head()
        last = Head()
        for number, line in enumerate(lines, 1):
            last = self._followed(last, line, number)
            if last.seq == kept.seq and not hmac.compare_digest(last.hash, kept.hash):
                raise ChainBroken(f"line {number}: record {last.seq} is not the one that the head names")
        if last.seq < kept.seq:
            raise ChainBroken(f"the log ends with record {last.seq}, and there were {kept.seq}: its end was cut off")
        return last.seq

    def _followed(self, last: Head, line: bytes, number: int) -> Head:
        try:
            record = orjson.loads(line)
            found = record.pop("hash")
        except (orjson.JSONDecodeError, KeyError, AttributeError, TypeError):
            raise ChainBroken(f"line {number}: not a record") from None
        if record.get("seq") != last.seq + 1:
            raise ChainBroken(f"line {number}: record {last.seq + 1} is expected here, not {record.get('seq')}")
        if record.get("prev") != last.hash:
            raise ChainBroken(f"line {number}: record {record['seq']} does not follow the one before it")
        if not hmac.compare_digest(str(found), str(self.bound(record)["hash"])):
            raise ChainBroken(f"line {number}: record {record['seq']} was changed")
        return Head(record["seq"], found)

    def _keep(self, head: Head) -> None:
        self._head.parent.mkdir(parents=True, exist_ok=True)
        new = self._head.with_name(self._head.name + ".new")
        new.write_bytes(orjson.dumps({"seq": head.seq, "hash": head.hash}) + b"\n")
        new.rename(self._head)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with locked(self.path.with_name(self.path.name + ".lock")):
            yield


def last_of(file: int) -> dict[str, Any] | None:
    """The last whole record of a log; what a killed writer left unfinished behind it is cut off."""
    size = os.fstat(file).st_size
    start, read = size, b""
    while start > 0 and read.rstrip(b"\n").count(b"\n") == 0:
        start = max(0, start - 4096)
        read = os.pread(file, size - start, start)
    whole = read[: read.rfind(b"\n") + 1]
    if len(whole) < len(read):
        os.ftruncate(file, size - (len(read) - len(whole)))
    lines = whole.splitlines()
    if not lines:
        return None
    try:
        record: dict[str, Any] = orjson.loads(lines[-1])
        return record if {"seq", "hash"} <= record.keys() else None
    except (orjson.JSONDecodeError, AttributeError):
        return None
