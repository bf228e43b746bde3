"""What is signed: an in-toto Statement v1 with the test-result predicate, and ours beside its fields.

in-toto: https://github.com/in-toto/attestation, ``spec/v1/statement.md`` and ``spec/predicates/test-result.md``.
Whoever reads only the latter's fields is told of the run's verdict; a waiver or a decision changes nothing in them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, ValidationError
from pydantic.dataclasses import dataclass as dataclass_of_json

from support.acceptance.criteria import Level
from support.acceptance.verdict import Decision
from support.base.outcomes import Outcome, UsageError
from support.signing.waivers import Waiver

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://in-toto.io/attestation/test-result/v0.1"
RECORD_VERSION = 1
"""Raised when an older version would misread a newer record; what is only added does not raise it."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Stated(_Part):
    """A criterion as it stood when the decision was taken, with its outcome. A waiver does not change that."""

    id: str
    area: str
    level: Level
    statement: str
    outcome: Outcome
    waived: bool = False


class VerdictState(_Part):
    """The verdict of the run."""

    decision: Decision
    means: str
    counts: dict[Outcome, int]


class SystemState(_Part):
    """The system that was judged. ``source`` is one digest over all files of its sources; packages by version.

    ``images`` are the container images that it ran from, where it did: name → digest.
    """

    name: str
    title: str
    version: str
    deployment: str
    url: str | None = None
    definition: str
    packages: dict[str, str]
    source: str
    images: dict[str, str] = Field(default={}, exclude_if=lambda images: not images)


class RunState(_Part):
    """How the run was made."""

    started: AwareDatetime
    finished: AwareDatetime | None
    command: str
    interfaces: tuple[str, ...]


class SignedWith(_Part):
    """The key of the signature. Being in the record itself, it does not say whose key it is."""

    id: str
    public: str


class Configured(_Part):
    """An in-toto ResourceDescriptor: something that the run was configured with."""

    name: str
    digest: dict[str, str]


class Predicate(_Part):
    """The result as in-toto has it, and the owner's decision. Times carry their offset."""

    result: Literal["PASSED", "WARNED", "FAILED"]
    configuration: tuple[Configured, ...]
    passedTests: tuple[str, ...]
    warnedTests: tuple[str, ...]
    failedTests: tuple[str, ...]
    recordVersion: int
    signoff: str = Field(description="version of Signoff that made the record")
    decision: Literal["accept", "refuse"]
    by: str
    when: AwareDatetime
    reason: str | None = None
    run: str
    ran: RunState
    verdict: VerdictState
    criteria: tuple[Stated, ...]
    waivers: tuple[Waiver, ...] = ()
    system: SystemState
    environment: dict[str, JsonValue]
    key: SignedWith


@dataclass(frozen=True, slots=True)
class Statement:
    """The predicate, and the digests of what it is about, by name."""

    subjects: Mapping[str, str]
    predicate: Predicate

    def to_bytes(self) -> bytes:
        """The statement as it is signed."""
        subjects = ",".join(
            f'{{"name":{json.dumps(name)},"digest":{{"sha256":"{digest}"}}}}' for name, digest in self.subjects.items()
        )
        head = f'{{"_type":"{STATEMENT_TYPE}","predicateType":"{PREDICATE_TYPE}"'
        predicate = self.predicate.model_dump_json().encode()
        return b'%b,"subject":[%b],"predicate":%b}' % (head.encode(), subjects.encode(), predicate)


@dataclass_of_json(frozen=True, slots=True)
class _Digest:
    sha256: str


@dataclass_of_json(frozen=True, slots=True)
class _Subject:
    name: str
    digest: _Digest


class _Version(_Part):
    recordVersion: int = Field(ge=1)
    signoff: str = "unknown"


class _Head(_Part):
    """What is looked at first: whether the rest is for us to read."""

    type: str = Field(alias="_type")
    predicateType: str
    predicate: _Version


class _Body(_Part):
    subject: tuple[_Subject, ...]
    predicate: Predicate


def read(payload: bytes) -> Statement:
    """The statement in a payload. Raises UsageError when it is none, or a newer version's."""
    try:
        _check(_Head.model_validate_json(payload))
        body = _Body.model_validate_json(payload)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "its statement"
        raise UsageError(f"{field} is not what a record of a decision has there: {first['msg']}") from error
    return Statement({one.name: one.digest.sha256 for one in body.subject}, body.predicate)


def _check(head: _Head) -> None:
    if (head.type, head.predicateType) != (STATEMENT_TYPE, PREDICATE_TYPE):
        raise UsageError(f"it states a {head.predicateType}, not the result of an acceptance")
    version = head.predicate.recordVersion
    if version > RECORD_VERSION:
        raise UsageError(
            f"it was made by a newer Signoff ({head.predicate.signoff}, record version {version}); "
            f"this one reads versions up to {RECORD_VERSION}: use that Signoff or a newer one"
        )
