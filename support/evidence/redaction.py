"""Keeps secrets out of everything that a run leaves: known secrets by value, unknown ones by where they stand."""

from __future__ import annotations

import base64
import json
import re
from urllib.parse import quote

from support.base import text

REDACTED = "[redacted]"
SHORTEST = 6
"""Characters of the shortest secret that is looked for by value; a shorter one would blot out ordinary words."""

# Every pattern starts at a fixed word and is bounded, so that a long line of anything is read in linear time.
_FIELD = (
    r"(?<![A-Za-z0-9])(?:tokens?|passwords?|passwd|api[_-]?keys?|secret[_-]?keys?|secrets?|private[_-]?keys?"
    r"|authorization|cookie)"
)
_CREDENTIALS = r"(?:authorization|proxy-authorization|cookie|set-cookie|x-api-key|x-auth-token)"

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # -----BEGIN PRIVATE KEY----- … in PEM, also inside JSON where line ends are written as \n
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.S), REDACTED),
    # eyJ….eyJ….sig: a JSON Web Token
    (re.compile(r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"), REDACTED),
    # Authorization: Bearer abc — the scheme stays, since promises about schemes are judged by it
    (
        re.compile(rf"(?im)(\b{_CREDENTIALS}:[ \t]*)(?:((?:bearer|basic|digest|token)[ \t]+))?[^\s'\"][^\r\n'\"]*"),
        rf"\1\2{REDACTED}",
    ),
    # ('authorization', 'Bearer abc'): a pair, closed, so that neighbours in a list of keys are left alone
    (
        re.compile(
            rf"""(?i)(\(\s{{0,9}}b?["']{_FIELD}["'],\s{{0,9}}b?["'])((?:bearer|basic|digest|token)[ \t]+)?"""
            r"""[^"'\n]{1,10000}(?=["']\s{0,9}\))"""
        ),
        rf"\1\2{REDACTED}",
    ),
    # "Authorization": "Bearer abc", "token": "abc", token='abc'
    (
        re.compile(
            rf"""(?i)({_FIELD}["']?\s{{0,9}}[:=]\s{{0,9}}(?:b|f|r)?)(["'])"""
            r"((?:bearer|basic|digest|token)[ \t]+)?(?:\\.|(?!\2).){1,10000}\2"
        ),
        rf"\1\2\3{REDACTED}\2",
    ),
    # Bearer abc in prose; a word that could be English ("Bearer token") stays
    (
        re.compile(r"(?i)\b(bearer[ \t]+)(?![\w-]+=)(?=[\w.~+/-]*[\d_~+/.-][\w])[\w.~+/-]{6,}=*"),
        rf"\1{REDACTED}",
    ),
    # CAIO_AUTH_SECRET_KEY=abc in an environment
    (re.compile(r"((?<![A-Za-z0-9])(?:TOKENS?|SECRET_KEY|SECRET|PASSWORD|API_KEY)=)[^\s'\"]+"), rf"\1{REDACTED}"),
    # ?token=abc in an address, and user:password@host
    (re.compile(r"(?i)([?&](?:access_token|token|api_key|apikey|password|secret)=)[^&\s'\"#]+"), rf"\1{REDACTED}"),
    (re.compile(r"(://[^/\s:@]{1,100}:)[^/\s]{1,200}@"), rf"\1{REDACTED}@"),
    # token: abc on a line of its own, as in YAML
    (re.compile(rf"(?im)^([ \t]*(?:- )?[\w.-]{{0,60}}{_FIELD}:[ \t]+)[^\s'\"{{\[]\S*[ \t]*$"), rf"\1{REDACTED}"),
)


class Redactor:
    """Replaces secrets in text. One for the whole process: ``redactor``."""

    def __init__(self) -> None:
        self._spellings: list[str] = []

    def register(self, secret: str) -> None:
        """Look for this value from now on, as it is and as URLs, JSON and base64 spell it.

        Values shorter than ``SHORTEST`` are found only where they stand as a credential.
        """
        if len(secret) < SHORTEST:
            return
        encoded = base64.b64encode(text.encoded(secret)).decode().rstrip("=")
        spellings = {secret, quote(secret, safe="", errors=text.ESCAPE), json.dumps(secret)[1:-1], encoded}
        # The longest first, so that a secret within a longer one does not leave the rest standing.
        self._spellings = sorted(spellings.union(self._spellings), key=lambda spelling: (-len(spelling), spelling))

    def text(self, text: str) -> str:
        """The text without secrets."""
        for spelling in self._spellings:
            text = text.replace(spelling, REDACTED)
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
        return text

    def bytes(self, body: bytes) -> bytes:
        """The bytes without secrets, where they are text in UTF-8; an image passes as it is."""
        try:
            return self.text(body.decode()).encode()
        except UnicodeDecodeError:
            return body


redactor = Redactor()
"""What every attachment, message, trace and captured output of this process passes through."""
