"""The decision: what was chosen, how to call it, and the proofs and trace that say why.

It keeps what routing found in compact form and spells it out when read, each time anew, so that what a reader
does to the answer cannot change the decision.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from caio.canonical import read
from caio.claims import control_signal_of, guarantees_of, model_of
from caio.contracts import ServiceContract
from caio.findings import Findings
from caio.policies import CompiledPolicies
from caio.request import CompiledRequest
from caio.routing.candidate import Candidate
from caio.routing.stages import NAMES, Refused, Stage
from caio.template import template_of, trace_of

Sign = Callable[[bytes], dict[str, Any]]
"""Makes the signature over what is spelled as canonical JSON."""

_DURATIONS = struct.Struct(f"{len(NAMES)}d")


def signed(spelled: bytes, signature: Mapping[str, Any]) -> bytes:
    """The JSON of a decision with its signature."""
    return b'%b,"signature":%b}' % (spelled[:-1], orjson.dumps(signature))


class RoutingDecision:
    """Immutable. `to_dict()` signs: no decision leaves the process unsigned.

    Thousands are remembered, so it is small: memory that is new to a process costs more time than most of routing.
    """

    __slots__ = (
        "_chosen",
        "_durations",
        "_id",
        "_penalties",
        "_policies",
        "_ranked",
        "_refused",
        "_registry_digest",
        "_request",
        "_seed",
        "_sign",
        "_signature",
        "_spelled",
    )

    def __init__(
        self,
        request: CompiledRequest,
        spelled: bytes,
        policies: tuple[CompiledPolicies, CompiledPolicies],
        stages: tuple[Stage, Stage, Stage, Stage, Stage],
        penalties: Mapping[str, float],
        seed: int,
        registry_digest: str,
        sign: Sign,
    ) -> None:
        matched, ruled, secured, ranked, decided = stages
        self._request = request
        self._spelled = spelled
        self._policies = policies
        admitted = ranked.admitted
        self._ranked = admitted if isinstance(admitted, tuple) else tuple(admitted)
        self._refused: tuple[Refused, ...] = (*matched.refused, *ruled.refused, *secured.refused)
        self._durations = _DURATIONS.pack(
            matched.duration_us, ruled.duration_us, secured.duration_us, ranked.duration_us, decided.duration_us
        )
        self._penalties = penalties
        self._seed = seed
        self._registry_digest = registry_digest
        self._sign = sign
        self._chosen: Candidate = decided.admitted[0]
        self._id: str | None = None
        self._signature: dict[str, Any] | None = None

    @property
    def service_id(self) -> str:
        return self._chosen.service_id

    @property
    def version(self) -> str:
        return self._chosen.contract.version

    @property
    def contract(self) -> ServiceContract:
        """Of the chosen service, as it was decided on."""
        return self._chosen.contract

    @property
    def capability(self) -> str:
        """The first capability asked for: the one a call is about."""
        return self._request.capabilities[0]

    @property
    def route(self) -> str:
        return self._chosen.contract.route

    @property
    def model(self) -> str:
        return model_of(self._chosen.contract)

    @property
    def control_signal(self) -> dict[str, Any]:
        return control_signal_of(self._chosen, self._request, self._policies)

    @property
    def guarantees(self) -> dict[str, Any]:
        return guarantees_of(self._chosen)

    @property
    def ranking(self) -> tuple[str, ...]:
        """All admitted services, best first: the order in which a failed call may be tried elsewhere."""
        return tuple(item.service_id for item in self._ranked)

    @property
    def proofs(self) -> list[dict[str, Any]]:
        return self._findings().proofs()

    @property
    def durations_us(self) -> dict[str, float]:
        """Time spent in each stage."""
        return dict(zip(NAMES, self.durations(), strict=True))

    def durations(self) -> tuple[float, ...]:
        """The same in µs, in the order of the stages."""
        return _DURATIONS.unpack(self._durations)

    @property
    def weight(self) -> int:
        """A measure of the memory it holds: candidates, and one for each 64 bytes of request."""
        return len(self._ranked) + len(self._refused) + len(self._spelled) // 64 + 1

    @property
    def trace(self) -> dict[str, Any]:
        return trace_of(self._findings(), read(self._spelled), self._seed, self.durations())

    @property
    def decision_id(self) -> str:
        """The same for the same inputs, whenever and wherever it was decided."""
        return self._id if self._id is not None else self.spell()[0]

    def spell(self) -> tuple[str, bytes]:
        """The id, and all that is signed, as canonical JSON."""
        template = template_of(self._findings())
        self._id, spelled = template.fill(self._spelled, self._seed, self.durations())
        return self._id, spelled

    def to_dict(self) -> dict[str, Any]:
        """The signed decision, ready for JSON."""
        _, spelled = self.spell()
        if self._signature is None:
            self._signature = self._sign(spelled)
        return {**orjson.loads(spelled), "signature": dict(self._signature)}

    def _findings(self) -> Findings:
        return Findings(
            self._request,
            self._policies,
            self._ranked,
            self._refused,
            tuple(self._penalties.items()),
            self._registry_digest,
        )

    def __repr__(self) -> str:
        return f"RoutingDecision(service_id={self.service_id!r}, route={self.route!r})"
