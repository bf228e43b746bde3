"""A record that was made once, by record version 1, verifies for as long as there is a Signoff."""

from __future__ import annotations

import json
import shutil
from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.signing import envelope, keys, statement
from support.signing.verify import verify

KEPT = Path(__file__).resolve().parents[2] / "data" / "record-v1"
RECORD = "reports/records/caio-20261120T142501Z.signoff.json"
NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A copy, as checking must not leave anything beside what is kept."""
    return Path(shutil.copytree(KEPT, tmp_path / "kept"))


def test_it_verifies_with_the_owners_key(kept: Path) -> None:
    found = verify(kept / RECORD, kept / "reports", keys.public(kept / "owner.pem.pub"), NOW, kept)
    assert found.changes == ()
    predicate = found.statement.predicate
    assert (predicate.decision, predicate.by, predicate.reason) == (
        "accept",
        "Ada Lovelace",
        "the pilot needs it – “now”",
    )
    assert [(w.criterion, w.outcome.value, str(w.until)) for w in predicate.waivers] == [
        ("CAIO-CORS-03", "not met", "2026-12-31")
    ]
    assert predicate.recordVersion == 1


def test_it_still_notices_a_change(kept: Path) -> None:
    (kept / "features/caio/cors.feature").write_text("Feature: Another\n")
    found = verify(kept / RECORD, kept / "reports", None, NOW, kept)
    assert [(change.kind, change.says) for change in found.changes] == [
        ("feature", "features/caio/cors.feature was changed")
    ]


def test_what_is_signed_is_an_in_toto_statement_in_a_dsse_envelope() -> None:
    content = json.loads((KEPT / RECORD).read_bytes())
    assert sorted(content) == ["payload", "payloadType", "signatures"]
    assert content["payloadType"] == "application/vnd.in-toto+json"
    stated = json.loads(b64decode(content["payload"]))
    assert stated["_type"] == "https://in-toto.io/Statement/v1"
    assert stated["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    assert all(set(one) == {"name", "digest"} and set(one["digest"]) == {"sha256"} for one in stated["subject"])
    predicate = stated["predicate"]
    assert predicate["result"] == "FAILED"
    assert predicate["failedTests"] == ["CAIO-CORS-03"]
    assert {one["name"] for one in predicate["configuration"]} == {
        "features/caio/cors.feature",
        "features/caio/criteria.yaml",
        "features/caio/routing_flow.feature",
    }


def test_writing_it_again_gives_the_same_bytes() -> None:
    record = envelope.read(KEPT / RECORD)
    assert statement.read(record.statement.to_bytes()) == record.statement
    assert record.statement.to_bytes() == record.envelope.payload
