"""Passes (JSON Web Tokens, RFC 7519) made from a real one: sound, or with one mistake that must shut the door."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from support.base.outcomes import Broken, NotMet

OTHER_SECRET = b"another-secret-that-nobody-has-configured-5f2c"
HASHES = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}


@dataclass(frozen=True, slots=True)
class Pass:
    """The header and the claims of a pass, and the secret that the orchestrator signs with."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    secret: bytes

    def signed(
        self,
        claims: Mapping[str, Any] | None = None,
        header: Mapping[str, Any] | None = None,
        secret: bytes | None = None,
    ) -> str:
        """The pass as text, claims and header changed (None takes one away), signed with this or another secret."""
        head = _changed(self.header, header or {})
        content = f"{_coded(head)}.{_coded(_changed(self.claims, claims or {}))}"
        digest = HASHES.get(str(head.get("alg")))
        if digest is None:
            return f"{content}."
        mac = hmac.new(self.secret if secret is None else secret, content.encode(), digest)
        return f"{content}.{_encoded(mac.digest())}"


def read(token: str, secret: str) -> Pass:
    """A real pass in its parts. Raises NotMet if it is none, Broken for an algorithm that the suite does not know."""
    try:
        header, claims = (json.loads(_decoded(part)) for part in token.split(".")[:2])
    except ValueError as error:
        raise NotMet(f"expected a JSON Web Token of three parts, but it cannot be read: {error}") from error
    if header.get("alg") not in HASHES:
        raise Broken(f"the passes are signed with {header.get('alg')!r}; the suite can forge {', '.join(HASHES)}")
    return Pass(header, claims, secret.encode())


def _sound(given: Pass) -> str:
    return given.signed({"exp": int(time.time()) + 600})


FORGERIES: dict[str, Callable[[Pass], str]] = {
    "is sound": _sound,
    "expired a second ago": lambda given: given.signed({"exp": int(time.time()) - 1}),
    "never expires": lambda given: given.signed({"exp": None}),
    "is not valid yet": lambda given: given.signed({"nbf": int(time.time()) + 600}),
    "is unsigned": lambda given: given.signed(header={"alg": "none"}),
    "is unsigned and says NoNe": lambda given: given.signed(header={"alg": "NoNe"}),
    "has its signature cut off": lambda given: _sound(given).rpartition(".")[0] + ".",
    "is signed with another secret": lambda given: given.signed(secret=OTHER_SECRET),
    "is signed with an empty secret": lambda given: given.signed(secret=b""),
    "is signed by another algorithm": lambda given: given.signed(header={"alg": "HS512"}),
    "was changed to the role admin": lambda given: _altered(_sound(given), {"role": "admin"}),
    "is for another audience": lambda given: given.signed({"aud": "another-api"}),
    "is from another issuer": lambda given: given.signed({"iss": "another-issuer"}),
    "has no audience": lambda given: given.signed({"aud": None}),
    "names a key that nobody has": lambda given: given.signed(header={"kid": "nobody"}, secret=OTHER_SECRET),
    "names a key by a path": lambda given: given.signed(header={"kid": "../../../../../dev/null"}, secret=b""),
    "is of a caller whom nobody knows": lambda given: given.signed({"sub": "nobody"}),
}
"""What is said of a pass in Gherkin → how it is made of a sound one."""


def forged(given: Pass, how: str) -> str:
    """A pass with this said of it. Raises Broken for a forgery that nothing is known of."""
    if how not in FORGERIES:
        raise Broken(f"nothing is known of a pass that {how!r}; there are: {', '.join(FORGERIES)}")
    return FORGERIES[how](given)


def _altered(token: str, claims: Mapping[str, Any]) -> str:
    """The token with other claims, and the signature that it had."""
    header, content, signature = token.split(".")
    return f"{header}.{_coded(_changed(json.loads(_decoded(content)), claims))}.{signature}"


def _changed(known: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**known, **changes}.items() if value is not None}


def _coded(part: Mapping[str, Any]) -> str:
    return _encoded(json.dumps(part, separators=(",", ":")).encode())


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
