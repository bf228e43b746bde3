"""Keys that decisions are signed with: Ed25519, the private one in a PKCS#8 file under a passphrase (RFC 5958).

The passphrase is asked on the terminal or read from a file. It is never taken from the command line, where other users
of the machine could read it.
"""

from __future__ import annotations

import getpass
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from securesystemslib.signer import CryptoSigner, SSlibKey

from support.base.outcomes import UsageError

Passphrase = Callable[[], bytes]
"""Gives the passphrase when it is needed, so that nobody is asked in vain."""

FILE_NAME = "signoff-key.pem"
PUBLIC_SUFFIX = ".pub"
OTHERS = stat.S_IRWXG | stat.S_IRWXO
SHORTEST = 8
"""Characters of a passphrase for a new key."""


def default_path() -> Path:
    """Where a user's key lies, unless they say otherwise."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "signoff" / FILE_NAME


def public_path(path: Path) -> Path:
    """Where the public key of a private one lies."""
    return path.with_name(path.name + PUBLIC_SUFFIX)


def make(path: Path, passphrase: bytes) -> SSlibKey:
    """Make a key, readable by its owner only, and its public key beside it. Raises UsageError; never overwrites."""
    public = public_path(path)
    for taken in (path, public):
        if taken.exists():
            raise UsageError(f"{taken} exists already and is left as it is; name another file with --output")
    if len(passphrase) < SHORTEST:
        raise UsageError(f"a passphrase of {len(passphrase)} characters is too short; use {SHORTEST} or more")
    key = Ed25519PrivateKey.generate()
    encryption = serialization.BestAvailableEncryption(passphrase)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_new(path, private, 0o600)
        _write_new(public, pem(key.public_key()), 0o644)
    except OSError as error:
        raise UsageError(f"the key cannot be written to {path}: {error.strerror or error}") from error
    return SSlibKey.from_crypto(key.public_key())


def signer(path: Path, passphrase: Passphrase) -> CryptoSigner:
    """The key in a file, ready to sign. Raises UsageError for each way in which it cannot be used."""
    content = _read(path, "key")
    if path.stat().st_mode & OTHERS:
        raise UsageError(f"the key {path} can be read by others; make it yours alone: chmod 600 {path}")
    return CryptoSigner(_private(path, content, passphrase))


def public(path: Path) -> SSlibKey:
    """The public key in a file. Raises UsageError when there is none."""
    content = _read(path, "public key")
    try:
        return public_of(content)
    except ValueError as error:
        raise UsageError(f"{path} is no public Ed25519 key; give the {PUBLIC_SUFFIX} file of `signoff key`") from error


def public_of(content: bytes) -> SSlibKey:
    """The public key in PEM. Raises ValueError when it is none."""
    try:
        key = serialization.load_pem_public_key(content)
    except UnsupportedAlgorithm as error:
        raise ValueError(str(error)) from error
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("not an Ed25519 key")
    return SSlibKey.from_crypto(key)


def pem(key: Ed25519PublicKey) -> bytes:
    """A public key as PEM (SubjectPublicKeyInfo)."""
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def passphrase_from(file: Path | None, prompt: str, twice: bool = False) -> Passphrase:
    """Where the passphrase comes from: the first line of a file, else the terminal."""

    def read() -> bytes:
        given = _first_line(file) if file is not None else _ask(prompt, twice)
        if not given:
            raise UsageError("the passphrase is empty" + (f": {file} begins with an empty line" if file else ""))
        return given

    return read


def _private(path: Path, content: bytes, passphrase: Passphrase) -> Ed25519PrivateKey:
    what = f"{path} is no private Ed25519 key in PEM; make one with `signoff key`"
    if b"PRIVATE KEY-----" not in content:
        raise UsageError(what)
    try:
        key = _unlocked(path, content, passphrase)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UsageError(what) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(what)
    return key


def _unlocked(path: Path, content: bytes, passphrase: Passphrase) -> object:
    try:
        return serialization.load_pem_private_key(content, None)
    except TypeError:  # cryptography says so when a key has a passphrase
        given = passphrase()
    try:
        return serialization.load_pem_private_key(content, given)
    except ValueError as error:
        raise UsageError(f"the passphrase does not open the key {path}") from error


def _first_line(file: Path) -> bytes:
    lines = _read(file, "file with the passphrase").splitlines()
    return lines[0] if lines else b""


def _ask(prompt: str, twice: bool) -> bytes:
    if not sys.stdin.isatty():
        raise UsageError("there is no terminal to ask for the passphrase; write it to a file, with --passphrase-file")
    given = getpass.getpass(f"{prompt}: ")
    if twice and getpass.getpass("The same again: ") != given:
        raise UsageError("the two passphrases differ; nothing was made")
    return given.encode()


def _read(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        hint = "; make one with `signoff key`" if what == "key" and isinstance(error, FileNotFoundError) else ""
        raise UsageError(f"the {what} {path} cannot be read: {error.strerror or error}{hint}") from error


def _write_new(path: Path, content: bytes, mode: int) -> None:
    """Write a file that must not exist, with its permissions from the first moment on."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
