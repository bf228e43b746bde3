"""The measurement of signing signs a run that can be signed, and sees when a command fails."""

from __future__ import annotations

from pathlib import Path

from bench import signing
from support.signing import keys


def test_what_is_laid_out_can_be_signed_and_its_cost_is_seen(tmp_path: Path) -> None:
    reports, key, passphrase = tmp_path / "reports", tmp_path / "key.pem", tmp_path / "passphrase"
    signing.lay_out(reports / "caio", 20)
    keys.make(key, signing.PASSPHRASE)
    passphrase.write_bytes(signing.PASSPHRASE)
    given = ["--reports", str(reports), "--key", str(key), "--passphrase-file", str(passphrase)]
    status, seconds, megabytes = signing._command(["sign", "--decision", "accept", "--by", "a test", *given])
    assert status == 0
    assert seconds > 0
    assert 20 < megabytes < 200
    assert list((reports / "caio" / "records").iterdir())


def test_a_command_that_fails_is_not_measured() -> None:
    status, *_ = signing._command(["verify", "/nowhere"])
    assert status == 2
    assert signing._figures("signoff verify", [(2, 0.1, 40.0)])[0].judged == "unknown"
