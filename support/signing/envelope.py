"""The record on disk: a DSSE envelope (https://github.com/secure-systems-lab/dsse) with one Ed25519 signature."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import Error, VerificationError
from securesystemslib.signer import CryptoSigner, SSlibKey

from support.base.outcomes import UsageError
from support.signing import keys, statement
from support.signing.statement import Statement

PAYLOAD_TYPE = "application/vnd.in-toto+json"
SUFFIX = ".signoff.json"
FOLDER = "records"
"""Where records are kept, in the folder of reports; a new run leaves them alone."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record that was read. Nothing in it can be relied on before :meth:`problem` has said that there is none."""

    content: bytes
    envelope: Envelope
    statement: Statement

    @property
    def own_key(self) -> SSlibKey:
        """The key that the record itself says it was signed with. Raises ValueError when that is none."""
        return keys.public_of(self.statement.predicate.key.public.encode())

    def problem(self, key: SSlibKey | None) -> str:
        """Why the signature does not hold, by the key that is given or else by the record's own; empty if it does."""
        named = self.statement.predicate.key.id
        if key is not None and key.keyid != named:
            return f"the record is signed with the key {short(named)}, not with the one given, {short(key.keyid)}"
        try:
            self.envelope.verify([self.own_key], 1)
        except (VerificationError, ValueError):
            return "the signature does not fit the record: the record was edited after it was signed"
        edited = _written(self.envelope).encode() != self.content or len(self.envelope.signatures) != 1
        if edited or self.own_key.keyid != named:
            return "the record was edited after it was signed, in a part that the signature does not cover"
        return ""


def sign(stated: Statement, signer: CryptoSigner) -> str:
    """The record of a statement, signed."""
    envelope = Envelope(stated.to_bytes(), PAYLOAD_TYPE, {})
    envelope.sign(signer)
    return _written(envelope)


def read(path: Path) -> Record:
    """The record in a file. Raises UsageError when there is none that this version can read."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"the record {path} cannot be read: {error.strerror or error}") from error
    try:
        envelope = Envelope.from_dict(json.loads(content))
        if envelope.payload_type != PAYLOAD_TYPE:
            raise UsageError(f"its payload is {envelope.payload_type!r}, not {PAYLOAD_TYPE}")
        return Record(content, envelope, statement.read(envelope.payload))
    except UsageError as error:
        raise UsageError(f"{path} is no record of a decision, or a damaged one: {error}") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, Error) as error:
        raise UsageError(f"{path} is no record of a decision, or a damaged one: it is no signed envelope") from error


def short(key_id: str) -> str:
    """A key's id as people compare it."""
    return " ".join(key_id[start : start + 4] for start in range(0, 16, 4))


def _written(envelope: Envelope) -> str:
    """The one way in which an envelope is written, so that no byte can change and mean the same."""
    rest = envelope.to_dict()
    # The library keeps fields of a signature that it does not know, and nothing covers those.
    rest["signatures"] = [{"keyid": one["keyid"], "sig": one["sig"]} for one in rest["signatures"]]
    payload = rest.pop("payload")  # large, and base64 has nothing that JSON would escape
    return f'{{"payload":"{payload}",{json.dumps(rest, separators=(",", ":"))[1:]}\n'
