"""TLS of a service: certificate and key are checked before anything starts; nothing older than TLS 1.2 is spoken."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chassis.settings import SettingsProblem

CERTIFICATE, KEY = "tls_cert_file", "tls_key_file"
"""The fields of a service's settings; a problem names the one that is at fault."""

OLDEST = ssl.TLSVersion.TLSv1_2
"""TLS 1.0 and 1.1 are deprecated (RFC 8996)."""


def check(certificate: Path | None, key: Path | None) -> None:
    """Raises SettingsProblem unless there are both files and they can be served with, or neither."""
    if certificate is None and key is None:
        return
    if certificate is None or key is None:
        absent = CERTIFICATE if certificate is None else KEY
        raise SettingsProblem("a certificate and its key are set together", absent, missing=True)
    # Imported here: most services start without TLS.
    from cryptography.hazmat.primitives import serialization

    held = _private_key(key).public_key()
    form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    if _certificate(certificate).public_key().public_bytes(*form) != held.public_bytes(*form):
        raise SettingsProblem("the key belongs to another certificate", KEY)
    try:
        context(certificate, key)
    except (ssl.SSLError, OSError) as error:
        raise SettingsProblem(f"it cannot be served with: {error.strerror or error}", CERTIFICATE) from None


def context(certificate: Path, key: Path) -> ssl.SSLContext:
    """What a server answers connections with. Raises ssl.SSLError or OSError for files that ``check`` refuses."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = OLDEST
    made.load_cert_chain(certificate, key)
    return made


def _certificate(path: Path) -> Any:
    """The first certificate of a PEM file, which is the service's own. Raises SettingsProblem."""
    from cryptography import x509

    held = _read(path, CERTIFICATE)
    try:
        found = x509.load_pem_x509_certificates(held)[0]
    except ValueError:
        raise SettingsProblem("the file holds no certificate in PEM format", CERTIFICATE) from None
    now = datetime.now(UTC)
    if found.not_valid_after_utc < now:
        raise SettingsProblem(f"the certificate expired at {found.not_valid_after_utc:%Y-%m-%d %H:%M} UTC", CERTIFICATE)
    if found.not_valid_before_utc > now:
        begins = f"{found.not_valid_before_utc:%Y-%m-%d %H:%M} UTC"
        raise SettingsProblem(f"the certificate is not valid before {begins}", CERTIFICATE)
    return found


def _private_key(path: Path) -> Any:
    """The private key in a PEM file. Raises SettingsProblem, without a word of what the file holds."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    held = _read(path, KEY)
    try:
        return serialization.load_pem_private_key(held, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SettingsProblem("the file holds no unencrypted private key in PEM format", KEY) from None


def _read(path: Path, field: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsProblem(f"the file cannot be read: {error.strerror}", field) from None
