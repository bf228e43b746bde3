"""Mistakes in encrypting connections and in reading certificates (CAIO-HARD-03)."""

from __future__ import annotations

from typing import Any

from tests.defects.caio.defect import defect
from tests.defects.patching import wrap

HTTP = ("http",)


@defect("CAIO-HARD-03", "Clients that speak TLS 1.0 and 1.1 are served", interfaces=HTTP, sample="TLS 1")
def outdated_protocols_spoken() -> None:
    @wrap("chassis.tls:context")
    def broken(original: Any, *files: Any) -> Any:
        import ssl

        made = original(*files)
        made.minimum_version = ssl.TLSVersion.TLSv1
        made.set_ciphers("ALL:@SECLEVEL=0")
        return made


@defect(
    "CAIO-HARD-03",
    "Only the newest protocol is spoken, and half the clients are sent away",
    interfaces=HTTP,
    sample="TLS 1",
)
def only_the_newest_protocol() -> None:
    @wrap("chassis.tls:context")
    def broken(original: Any, *files: Any) -> Any:
        import ssl

        made = original(*files)
        made.minimum_version = ssl.TLSVersion.TLSv1_3
        return made


@defect(
    "CAIO-HARD-03",
    "CAIO shows a certificate of its own making for another name, not the one it was given",
    interfaces=HTTP,
    sample="in order a request",
)
def certificate_of_another_name() -> None:
    @wrap("chassis.tls:context")
    def broken(original: Any, certificate: Any, key: Any) -> Any:
        from support.deployments import Authority

        issued = Authority("CAIO itself").issue("somebody-else.example")
        for path, content in ((certificate, issued.certificate), (key, issued.key)):
            path.with_suffix(".own").write_bytes(content)
        return original(certificate.with_suffix(".own"), key.with_suffix(".own"))


@defect(
    "CAIO-HARD-03",
    "The certificate is checked and then not used: the port answers in plain text",
    interfaces=HTTP,
    sample="in order a request|nothing is told",
)
def plain_text_on_the_port() -> None:
    @wrap("caio.config:Settings.tls_context")
    def broken(original: Any, self: Any) -> Any:
        return None


@defect("CAIO-HARD-03", "An expired certificate is served with", interfaces=HTTP, sample="that has expired")
def expired_certificate_taken() -> None:
    @wrap("chassis.tls:_certificate")
    def broken(original: Any, path: Any) -> Any:
        from cryptography import x509

        return x509.load_pem_x509_certificates(path.read_bytes())[0]


@defect(
    "CAIO-HARD-03",
    "A start that ends for a key of another certificate says that the certificate is at fault",
    interfaces=HTTP,
    sample="another key",
)
def wrong_setting_blamed() -> None:
    @wrap("chassis.tls:check")
    def broken(original: Any, *files: Any) -> None:
        from chassis.settings import SettingsProblem

        try:
            original(*files)
        except SettingsProblem as problem:
            raise SettingsProblem(str(problem), "tls_cert_file") from None
