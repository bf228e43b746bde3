"""The exception tree of CAIO: every refusal names its problem, its HTTP status and the fields at fault.

CaioError
├── InvalidContract, InvalidRequest, InvalidPolicy      what was sent is wrong; `errors` says where
├── NoMatchingServices                                  the request is fine, nobody may serve it; `candidates` says why
├── ServiceNotFound, DecisionNotFound                   there is no such thing
├── ServiceExists, VersionExists, RegistryFull          the registry cannot take it
└── NotProbeable                                        the contract names no health path
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self


@dataclass(frozen=True, slots=True)
class FieldError:
    """One fault in what was sent: `field` is a path such as `capabilities[0].accuracy.min`, `line` counts from 1."""

    field: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        where = f" (line {self.line})" if self.line is not None else ""
        return f"{self.field}{where}: {self.message}"

    def to_dict(self) -> dict[str, object]:
        return {"field": self.field, "message": self.message, "line": self.line}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one candidate was not admitted."""

    service_id: str
    stage: str
    reason: str

    def to_dict(self) -> dict[str, object]:
        return {"service_id": self.service_id, "stage": self.stage, "reason": self.reason}


class CaioError(Exception):
    """Base of all refusals; `problem` is the slug of its RFC 9457 type."""

    problem: ClassVar[str] = "internal"
    title: ClassVar[str] = "CAIO failed"
    status: ClassVar[int] = 500

    def __init__(self, detail: str, *, errors: Sequence[FieldError] = (), candidates: Sequence[Refusal] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = list(errors)
        self.candidates = list(candidates)

    def document(self) -> dict[str, object]:
        """The problem document of RFC 9457, without `instance` and `request_id`, which only a server knows."""
        return {
            "type": f"urn:caio:problem:{self.problem}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "errors": [error.to_dict() for error in self.errors],
            "candidates": [candidate.to_dict() for candidate in self.candidates],
        }


class _Invalid(CaioError, ValueError):
    status: ClassVar[int] = 422
    what: ClassVar[str] = "input"

    @classmethod
    def at(cls, *errors: FieldError) -> Self:
        return cls(f"invalid {cls.what}: " + "; ".join(str(error) for error in errors), errors=errors)


class InvalidContract(_Invalid):
    problem = "invalid-contract"
    title = "The contract is invalid"
    what = "contract"


class InvalidRequest(_Invalid):
    problem = "invalid-request"
    title = "The request is invalid"
    what = "request"


class InvalidPolicy(_Invalid):
    problem = "invalid-policy"
    title = "A policy is invalid"
    what = "policy"


class NoMatchingServices(CaioError, ValueError):
    problem = "no-matching-services"
    title = "No matching services"
    status = 409


class ServiceNotFound(CaioError, LookupError):
    problem = "service-not-found"
    title = "There is no such service"
    status = 404


class DecisionNotFound(CaioError, LookupError):
    problem = "decision-not-found"
    title = "There is no such decision"
    status = 404


class ServiceExists(CaioError):
    problem = "service-exists"
    title = "This version of the service is already registered"
    status = 409


class VersionExists(CaioError):
    problem = "version-exists"
    title = "Another version of the service is registered"
    status = 409


class RegistryFull(CaioError):
    problem = "registry-full"
    title = "The registry is full"
    status = 507


class NotProbeable(CaioError):
    problem = "not-probeable"
    title = "The service names no health path"
    status = 409
