"""Keys: under a passphrase, for their owner's eyes only, and one clear message for whatever is wrong with one."""

from __future__ import annotations

import getpass
import io
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from support.base.outcomes import UsageError
from support.signing import keys

PASSPHRASE = b"correct horse battery"


def given(passphrase: bytes = PASSPHRASE) -> keys.Passphrase:
    return lambda: passphrase


def never() -> bytes:
    raise AssertionError("nobody should be asked")


def test_a_key_is_pkcs8_under_a_passphrase_and_for_its_owner_only(tmp_path: Path) -> None:
    made = keys.make(tmp_path / "home" / "key.pem", PASSPHRASE)
    private, public = tmp_path / "home/key.pem", tmp_path / "home/key.pem.pub"
    assert private.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert keys.signer(private, given()).public_key == made == keys.public(public)


@pytest.mark.skipif(shutil.which("openssl") is None and "CI" not in os.environ, reason="there is no openssl here")
def test_openssl_reads_the_public_key(tmp_path: Path) -> None:
    keys.make(tmp_path / "key.pem", PASSPHRASE)
    command = ["openssl", "pkey", "-pubin", "-in", str(tmp_path / "key.pem.pub"), "-noout", "-text"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("ED25519 Public-Key")


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    keys.make(tmp_path / "key.pem", PASSPHRASE)
    before = (tmp_path / "key.pem").read_bytes()
    with pytest.raises(UsageError, match="exists already and is left as it is"):
        keys.make(tmp_path / "key.pem", PASSPHRASE)
    assert (tmp_path / "key.pem").read_bytes() == before


def test_a_short_passphrase_makes_no_key(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="too short"):
        keys.make(tmp_path / "key.pem", b"short")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_that_others_can_read_is_refused_before_anybody_is_asked(tmp_path: Path, mode: int) -> None:
    keys.make(tmp_path / "key.pem", PASSPHRASE)
    (tmp_path / "key.pem").chmod(mode)
    with pytest.raises(UsageError, match=f"chmod 600 {tmp_path}/key.pem"):
        keys.signer(tmp_path / "key.pem", never)


def test_a_wrong_passphrase_is_told(tmp_path: Path) -> None:
    keys.make(tmp_path / "key.pem", PASSPHRASE)
    with pytest.raises(UsageError, match="the passphrase does not open the key"):
        keys.signer(tmp_path / "key.pem", given(b"another one"))


def test_a_given_key_without_a_passphrase_asks_for_none(tmp_path: Path) -> None:
    keys.make(tmp_path / "key.pem", PASSPHRASE)
    private = serialization.load_pem_private_key((tmp_path / "key.pem").read_bytes(), PASSPHRASE)
    plain = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "key.pem").write_bytes(plain)
    assert keys.signer(tmp_path / "key.pem", never).public_key == keys.public(tmp_path / "key.pem.pub")


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    rsa = generate_private_key(65537, 2048)
    private = rsa.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = rsa.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "key.pem").write_bytes(private)
    (tmp_path / "key.pem").chmod(0o600)
    (tmp_path / "key.pem.pub").write_bytes(public)
    with pytest.raises(UsageError, match="is no private Ed25519 key"):
        keys.signer(tmp_path / "key.pem", never)
    with pytest.raises(UsageError, match="is no public Ed25519 key"):
        keys.public(tmp_path / "key.pem.pub")


@pytest.mark.parametrize("content", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_what_is_no_key_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key.pem").write_bytes(content)
    (tmp_path / "key.pem").chmod(0o600)
    with pytest.raises(UsageError, match="is no private Ed25519 key"):
        keys.signer(tmp_path / "key.pem", given())


def test_the_passphrase_is_the_first_line_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "passphrase").write_bytes(PASSPHRASE + b"\nsomething else\n")
    assert keys.passphrase_from(tmp_path / "passphrase", "")() == PASSPHRASE
    (tmp_path / "passphrase").write_bytes(b"\n")
    with pytest.raises(UsageError, match="the passphrase is empty"):
        keys.passphrase_from(tmp_path / "passphrase", "")()
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        keys.passphrase_from(tmp_path / "nowhere", "")()


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_passphrase_is_asked_on_a_terminal_and_twice_for_a_new_key(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["one thing", "one thing", "one thing", "another"])
    monkeypatch.setattr(sys, "stdin", _Terminal())
    monkeypatch.setattr(getpass, "getpass", lambda _prompt: next(answers))
    assert keys.passphrase_from(None, "Passphrase", twice=True)() == b"one thing"
    with pytest.raises(UsageError, match="the two passphrases differ"):
        keys.passphrase_from(None, "Passphrase", twice=True)()


def test_without_a_terminal_nobody_waits_for_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("piped\n"))
    with pytest.raises(UsageError, match="--passphrase-file"):
        keys.passphrase_from(None, "Passphrase")()
