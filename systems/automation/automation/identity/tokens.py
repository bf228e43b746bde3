"""Bearer tokens: JWT signed with HS256 and nothing else, with issuer, audience, expiry and the id of their key."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass

import jwt

from automation.settings import Settings

ALGORITHM = "HS256"
REQUIRED = ["exp", "iat", "sub", "iss", "aud"]


class TokenRefused(Exception):
    """A token is not accepted. The message is for the caller and repeats nothing of it."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token, and for how many seconds it is valid."""

    token: str
    seconds: int


class Tokens:
    """Issues and verifies tokens. The role of a caller is never taken from one: users change."""

    def __init__(self, settings: Settings) -> None:
        auth = settings.auth
        self._kid = auth.jwt_kid
        self._keys = {kid: secret.get_secret_value() for kid, secret in auth.previous_secrets.items()}
        self._keys[auth.jwt_kid] = settings.secret
        self._issuer, self._audience = auth.issuer, auth.audience
        self._seconds = max(1, round(auth.token_minutes * 60))

    def issue(self, username: str, role: str) -> Issued:
        """A token for a user."""
        now = int(time.time())
        claims = {
            "sub": username,
            "role": role,
            "iss": self._issuer,
            "aud": self._audience,
            "iat": now,
            "exp": now + self._seconds,
            "jti": uuid.uuid4().hex,
        }
        return Issued(jwt.encode(claims, self._keys[self._kid], ALGORITHM, headers={"kid": self._kid}), self._seconds)

    def subject(self, token: str) -> str:
        """The user that a token was issued for. Raises TokenRefused."""
        try:
            kid = jwt.get_unverified_header(token).get("kid", self._kid)
            key = self._keys.get(kid) if isinstance(kid, str) else None
            if key is None:
                raise TokenRefused("unknown", "the token is signed with a key that is not known here")
            claims = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                issuer=self._issuer,
                audience=self._audience,
                options={"require": REQUIRED},
            )
        except jwt.ExpiredSignatureError:
            raise TokenRefused("unknown", "the token has expired") from None
        except jwt.InvalidAudienceError:
            raise TokenRefused("unknown", "the token is for another audience") from None
        except (jwt.PyJWTError, ValueError, RecursionError):
            raise TokenRefused("unknown", "the token is not valid here") from None
        return str(claims["sub"])
