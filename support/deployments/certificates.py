"""A private certificate authority, made for one run, and the certificates by which deployments show who they are."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from support.deployments.ports import HOST

CERTIFICATE, KEY = "tls_certificate", "tls_key"
"""The files of ``system.yaml`` that a system of an https profile reads."""

CLIENT_AUTHORITY = "tls_client_authority"
"""The file by which a system verifies the certificates of its clients."""

_NAMES = (HOST, "localhost")
_LONG = timedelta(days=1)
"""How long a certificate is good for, unless asked otherwise: longer than any run."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate and its key, both PEM."""

    certificate: bytes
    key: bytes

    def write(self, files: Mapping[str, Path]) -> None:
        """Write both where the system looks for them."""
        _write(files[CERTIFICATE], self.certificate, 0o644)
        _write(files[KEY], self.key, 0o600)

    def save(self, path: Path) -> Path:
        """Write both to one file, as clients read them."""
        _write(path, self.certificate + self.key, 0o600)
        return path


class Authority:
    """An authority that nobody but this run's own clients trusts. Its key is never written anywhere."""

    def __init__(self, name: str = "Signoff, for one run") -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        only_signs = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        own = self._begun(self._name, self._key, datetime.now(UTC) + _LONG)
        own = own.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self._certificate = own.add_extension(only_signs, critical=True).sign(self._key, hashes.SHA256())

    def save(self, path: Path) -> Path:
        """Write its certificate, by which clients verify those that it has issued."""
        _write(path, self._certificate.public_bytes(serialization.Encoding.PEM), 0o644)
        return path

    def issue(self, *names: str, lasting: timedelta = _LONG) -> Issued:
        """A certificate for these names and addresses (those of this machine if there are none), and its key."""
        called = [_general(name) for name in names or _NAMES]
        return self._issued("a system under test", called, ExtendedKeyUsageOID.SERVER_AUTH, lasting)

    def issue_for_client(self, common_name: str, lasting: timedelta = _LONG) -> Issued:
        """A certificate by which a client of this name shows who it is, and its key."""
        return self._issued(common_name, [x509.DNSName("localhost")], ExtendedKeyUsageOID.CLIENT_AUTH, lasting)

    def _issued(
        self, common_name: str, called: list[x509.GeneralName], usage: x509.ObjectIdentifier, lasting: timedelta
    ) -> Issued:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
        made = (
            self._begun(subject, key, datetime.now(UTC) + lasting)
            .add_extension(x509.SubjectAlternativeName(called), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
            .sign(self._key, hashes.SHA256())
        )
        plain = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        return Issued(made.public_bytes(serialization.Encoding.PEM), key.private_bytes(*plain))

    def _begun(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, until: datetime) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime.now(UTC) - timedelta(hours=1))
            .not_valid_after(until)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _write(path: Path, content: bytes, mode: int) -> None:
    """Write a file that belongs to whoever owns its folder: a system may run as another user than the suite."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    owner = path.parent.stat()
    if (owner.st_uid, owner.st_gid) != (os.geteuid(), os.getegid()) and os.geteuid() == 0:
        os.chown(path, owner.st_uid, owner.st_gid)
