"""`caio validate` and `caio verify` say plainly what is wrong, and by their exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from caio.__main__ import main
from caio.contracts import parse_contract
from caio.proofs import public_pem

from tests.systems.caio.core.builders import YAML, chat, orchestrator


@pytest.fixture
def held(tmp_path: Path) -> Path:
    """A folder with decision, contract and key, as somebody outside would hold them."""
    subject = orchestrator(parse_contract(YAML))
    decision = subject.route_request(request=chat()).to_dict()
    (tmp_path / "decision.json").write_text(json.dumps(decision, indent=2))
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "local-chat.yaml").write_text(YAML)
    (tmp_path / "key.pem").write_text(public_pem(subject.public_key))
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [subject.signer.to_dict()]}))
    return tmp_path


def verify(held: Path, key: str = "key.pem") -> int:
    return main(
        ["verify", str(held / "decision.json"), "--contracts", str(held / "contracts"), "--key", str(held / key)]
    )


def test_a_valid_contract_is_named(held: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", str(held / "contracts" / "local-chat.yaml")]) == 0
    assert "local-chat 1.0.0 is valid" in capsys.readouterr().out


def test_every_fault_of_a_contract_has_file_line_and_field(held: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = held / "bad.yaml"
    bad.write_text(YAML.replace("min: 0.90", "min: x").replace("POST", "BREW"))
    assert main(["validate", str(bad)]) == 1
    told = capsys.readouterr().err.splitlines()
    assert [line.removeprefix(f"{bad}:").split(":")[:2] for line in told] == [
        ["7", " capabilities[0].accuracy.min"],
        ["20", " api.endpoints[0].method"],
    ]


@pytest.mark.parametrize("key", ["key.pem", "keys.json"])
def test_a_decision_is_verified_from_files(held: Path, key: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(held, key) == 0
    assert "chose local-chat 1.0.0" in capsys.readouterr().out


def test_a_tampered_decision_and_a_changed_contract_are_not_verified(
    held: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (held / "contracts" / "local-chat.yaml").write_text(YAML.replace("Local Chat", "Other Chat"))
    assert verify(held) == 1
    assert "its digest differs" in capsys.readouterr().err
    file = held / "decision.json"
    file.write_text(file.read_text().replace('"route": "internal"', '"route": "external"'))
    assert verify(held) == 1
    assert "the signature does not fit" in capsys.readouterr().err


@pytest.mark.parametrize("missing", ["decision.json", "key.pem"])
def test_a_file_that_is_not_there_is_named(held: Path, missing: str, capsys: pytest.CaptureFixture[str]) -> None:
    (held / missing).unlink()
    assert verify(held) == 2
    assert f"{missing} cannot be read: No such file" in capsys.readouterr().err


def test_what_is_no_json_and_no_key_is_said(held: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (held / "keys.json").write_text("{}")
    assert verify(held, "keys.json") == 2
    (held / "decision.json").write_text("{")
    assert verify(held) == 2
    told = capsys.readouterr().err
    assert "holds no public key" in told
    assert "is not JSON" in told
