"""The audit chain: what was changed or removed is noticed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from chassis import redaction
from sidecar.audit.chain import AuditChain, ChainBroken
from sidecar.audit.log import Act, AuditLog, clean
from sidecar.settings import Settings

KEY = b"for-unit-tests-only-0123456789abcdef"


@pytest.fixture
def chain(tmp_path: Path) -> AuditChain:
    made = AuditChain(tmp_path / "audit.log", tmp_path / "elsewhere" / "head", KEY)
    for number in range(5):
        made.append({"who": "ada", "what": "read trace", "target": str(number)})
    return made


def lines(chain: AuditChain) -> list[bytes]:
    return chain.path.read_bytes().splitlines(keepends=True)


def test_an_untouched_log_is_intact(chain: AuditChain) -> None:
    assert chain.verify() == 5


def test_no_log_is_intact(tmp_path: Path) -> None:
    assert AuditChain(tmp_path / "a", tmp_path / "h", KEY).verify() == 0


CHANGES: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "a field is changed": lambda old: [*old[:2], old[2].replace(b"ada", b"bob"), *old[3:]],
    "one is taken out": lambda old: [*old[:2], *old[3:]],
    "the first is taken out": lambda old: old[1:],
    "the last is taken out": lambda old: old[:-1],
    "the last two are taken out": lambda old: old[:-2],
    "all are taken out": lambda old: [],
    "one is there twice": lambda old: [*old[:2], old[1], *old[2:]],
    "two have changed places": lambda old: [old[1], old[0], *old[2:]],
    "the last is cut in two": lambda old: [*old[:-1], old[-1][:20]],
    "it begins again at the end": lambda old: [*old, old[0]],
    "something else is put in": lambda old: [*old[:3], b'{"seq": 4}\n', *old[3:]],
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_noticed(chain: AuditChain, change: str) -> None:
    chain.path.write_bytes(b"".join(CHANGES[change](lines(chain))))
    with pytest.raises(ChainBroken):
        chain.verify()


def test_a_record_that_is_bound_by_another_key_is_noticed(chain: AuditChain) -> None:
    record = orjson.loads(lines(chain)[-1])
    del record["hash"]
    forged = AuditChain(chain.path, chain.path, b"x" * 32).bound(record)
    chain.path.write_bytes(b"".join([*lines(chain)[:-1], orjson.dumps(forged) + b"\n"]))
    with pytest.raises(ChainBroken):
        chain.verify()


def test_what_is_appended_to_a_log_that_was_cut_does_not_make_it_whole(chain: AuditChain) -> None:
    chain.path.write_bytes(b"".join(lines(chain)[:-2]))
    chain.append({"who": "ada"})
    with pytest.raises(ChainBroken):
        chain.verify()


def test_a_writer_that_was_killed_in_the_middle_of_a_line_leaves_no_broken_chain(chain: AuditChain) -> None:
    with chain.path.open("ab") as file:
        file.write(b'{"seq":6,"who":"a')
    chain.append({"who": "ada"})
    assert chain.verify() == 6


def test_records_of_several_writers_are_one_chain(tmp_path: Path) -> None:
    chains = [AuditChain(tmp_path / "audit.log", tmp_path / "head", KEY) for _ in range(3)]
    for number in range(30):
        chains[number % 3].append({"number": number})
    assert chains[0].verify() == 30


def test_records_hold_neither_personal_data_nor_secrets() -> None:
    redaction.remember("a-token-that-is-secret")
    found = clean({"who": "ada@example.com", "target": "/v1/x?Bearer a-token-that-is-secret", "request_id": None})
    assert found == {"who": "[email]", "target": "/v1/x?Bearer [redacted]", "request_id": None}


def test_verify_says_by_its_exit_status_whether_the_log_is_whole(tmp_path: Path) -> None:
    settings = Settings(sidecar_data_dir=tmp_path)
    log = AuditLog(settings)
    log.note(Act("ada", "tenantA", "read trace", "done", "x")).result(10)
    log.close()
    command = [sys.executable, "-m", "sidecar", "audit", "verify", "--path", str(settings.audit_path)]

    def verified() -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert verified().returncode == 0
    settings.audit_path.write_bytes(settings.audit_path.read_bytes().replace(b"ada", b"bob"))
    changed = verified()
    assert (changed.returncode, "line 1: record 1 was changed" in changed.stdout) == (1, True)
    settings.audit_path.unlink()
    assert verified().returncode == 1
    settings.audit_head.unlink()
    assert verified().returncode == 2
