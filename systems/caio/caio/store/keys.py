"""The key that decisions are signed with: read from a PEM file, or made once and kept in the data folder."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

FILE_NAME = "signing-key.pem"


class UnusableKey(ValueError):
    """The file does not hold an Ed25519 private key. The message says what is wrong and never shows the key."""


def make() -> Ed25519PrivateKey:
    """A new key."""
    return Ed25519PrivateKey.generate()


def read(path: Path) -> Ed25519PrivateKey:
    """The key in a PEM file. Raises UnusableKey."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise UnusableKey(f"the key file cannot be read: {error.strerror}") from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise UnusableKey("the key file does not hold an unencrypted private key in PEM format") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise UnusableKey("the key file holds a key of another kind than Ed25519")
    return key


def read_or_make(path: Path) -> Ed25519PrivateKey:
    """The key at a path; made there, readable by its owner only, if there is none. Raises UnusableKey.

    Of several processes that find none at the same time, one makes the key that all of them use.
    """
    if not path.exists():
        write(path, make())
    return read(path)


def write(path: Path, key: Ed25519PrivateKey) -> None:
    """Put a key where there is none, whole or not at all; a key that is there already stays. Raises UnusableKey."""
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    try:
        # mkstemp gives a file of its own, that nobody else may read, to every process.
        unfinished, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(unfinished, "wb") as file:
                file.write(pem)
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(name, path)
        finally:
            os.unlink(name)
    except OSError as error:
        raise UnusableKey(f"the key file cannot be written: {error.strerror}") from None


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The raw public half."""
    return key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
