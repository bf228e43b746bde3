"""Certificate and key of a service: what is refused before anything starts, and what is spoken."""

from __future__ import annotations

import datetime
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
from chassis import tls
from chassis.settings import SettingsProblem
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Make = Callable[..., tuple[Path, Path]]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes a certificate that is valid from and to so many hours from now, and its key."""

    def pair(name: str = "one", begins: float = -1, ends: float = 1, secret: bytes | None = None) -> tuple[Path, Path]:
        key = ec.generate_private_key(ec.SECP256R1())
        called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.datetime.now(datetime.UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(called)
            .issuer_name(called)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now + datetime.timedelta(hours=begins))
            .not_valid_after(now + datetime.timedelta(hours=ends))
            .sign(key, hashes.SHA256())
        )
        certificate, file = tmp_path / f"{name}.pem", tmp_path / f"{name}-key.pem"
        certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        hidden = serialization.BestAvailableEncryption(secret) if secret else serialization.NoEncryption()
        form = serialization.PrivateFormat.PKCS8
        file.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, hidden))
        return certificate, file

    return pair


def problem(certificate: Path | None, key: Path | None) -> tuple[str, str]:
    """The field that is at fault, and what is wrong with it."""
    with pytest.raises(SettingsProblem) as refused:
        tls.check(certificate, key)
    return refused.value.field, str(refused.value)


def test_both_or_neither(make: Make) -> None:
    certificate, key = make()
    tls.check(None, None)
    tls.check(certificate, key)
    assert problem(certificate, None)[0] == "tls_key_file"
    assert problem(None, key)[0] == "tls_cert_file"


def test_a_certificate_out_of_its_time_is_refused(make: Make) -> None:
    field, said = problem(*make("old", begins=-2, ends=-1))
    assert (field, "expired at" in said) == ("tls_cert_file", True)
    field, said = problem(*make("early", begins=1, ends=2))
    assert (field, "not valid before" in said) == ("tls_cert_file", True)


def test_the_key_of_another_certificate_is_refused(make: Make) -> None:
    assert problem(make("one")[0], make("two")[1]) == ("tls_key_file", "the key belongs to another certificate")


def test_what_is_no_certificate_or_no_key_is_refused_without_repeating_it(make: Make, tmp_path: Path) -> None:
    certificate, key = make()
    _, hidden = make("hidden", secret=b"a-passphrase")
    assert problem(key, key) == ("tls_cert_file", "the file holds no certificate in PEM format")
    assert problem(certificate, certificate)[0] == "tls_key_file"
    assert problem(certificate, hidden) == ("tls_key_file", "the file holds no unencrypted private key in PEM format")
    absent = tmp_path / "absent.pem"
    assert problem(absent, key) == ("tls_cert_file", "the file cannot be read: No such file or directory")
    assert problem(certificate, absent) == ("tls_key_file", "the file cannot be read: No such file or directory")


def test_nothing_older_than_tls_1_2_is_spoken(make: Make) -> None:
    assert tls.context(*make()).minimum_version >= ssl.TLSVersion.TLSv1_2
