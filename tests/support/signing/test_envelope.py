"""Whatever is handed in as a record: it is read, or it is said in one message that it is none."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.base.outcomes import UsageError
from support.signing import envelope, messages
from support.signing.statement import PREDICATE_TYPE, STATEMENT_TYPE
from tests.support.acceptance import runs
from tests.support.signing.desk import Desk

KEPT = Path(__file__).resolve().parents[2] / "data/record-v1/reports/records/caio-20261120T142501Z.signoff.json"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def sealed(statement: object, **fields: object) -> bytes:
    """An envelope around something."""
    payload = base64.b64encode(json.dumps(statement).encode()).decode()
    signatures = [{"keyid": "1", "sig": "AAAA"}]
    return json.dumps(
        {"payload": payload, "payloadType": envelope.PAYLOAD_TYPE, "signatures": signatures} | fields
    ).encode()


def refused(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        envelope.read(path)
    return str(caught.value)


@settings(max_examples=200, deadline=None)
@given(
    content=st.binary(max_size=80)
    | JSON.map(lambda value: json.dumps(value).encode())
    | JSON.map(sealed)
    | JSON.map(lambda value: sealed({}, signatures=value))
    | JSON.map(lambda value: sealed({}, payload=value))
)
def test_what_is_no_record_is_said_to_be_none(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "nonsense.json"
    assert f"{path} is no record of a decision, or a damaged one" in refused(path, content)


def stating(predicate: dict[str, object], predicate_type: str = PREDICATE_TYPE) -> bytes:
    """An envelope around a statement."""
    return sealed({"_type": STATEMENT_TYPE, "predicateType": predicate_type, "predicate": predicate})


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[" * 100_000, "no signed envelope"),
        (sealed({}, payloadType="text/plain"), "its payload is 'text/plain'"),
        (stating({"recordVersion": 1}, "https://slsa.dev/provenance/v1"), "it states a https://slsa.dev"),
        (stating({"recordVersion": 0}), "predicate.recordVersion"),
        (stating({"recordVersion": 1}), "subject"),
        (stating({"recordVersion": 9, "signoff": "4.2.0"}), "made by a newer Signoff (4.2.0, record version 9)"),
    ],
)
def test_what_is_wrong_with_it_is_told(tmp_path: Path, content: bytes, says: str) -> None:
    assert says in refused(tmp_path / "record.json", content)


@pytest.mark.parametrize(
    ("part", "value"),
    [("keyid", "0" * 64), ("extra", "field")],
)
def test_what_the_signature_does_not_cover_cannot_change_either(tmp_path: Path, part: str, value: str) -> None:
    content = json.loads(KEPT.read_bytes())
    content["signatures"][0][part] = value
    path = tmp_path / "record.json"
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n")
    assert "edited after it was signed" in envelope.read(path).problem(None)


def test_a_second_signature_is_an_edit(tmp_path: Path) -> None:
    content = json.loads(KEPT.read_bytes())
    content["signatures"].append({"keyid": "1", "sig": "AAAA"})
    path = tmp_path / "record.json"
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n")
    assert "edited after it was signed" in envelope.read(path).problem(None)


def test_a_record_cannot_steer_the_terminal_of_whoever_reads_it(desk: Desk) -> None:
    desk.lay_out(runs.accepted())
    signed = desk.sign(desk.order(by="Ada\x1b[2J\nSignature: holds", reason="\x1b]0;owned\x07fine"))
    said = messages.verified(desk.verify(signed.path))
    assert "\x1b" not in said
    assert "\x07" not in said
    assert "ACCEPTED by Ada Signature: holds on 20 November" in said
