"""Spells decisions as canonical JSON. What is alike in all that rest on the same findings is spelled once."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from caio.canonical import canonical, normal, read, settled
from caio.findings import KEPT, MOST_KEPT, Findings
from caio.routing.stages import NAMES

# What stands in the gaps of a template is spelled like nothing that anybody could send.
_GAP = os.urandom(16).hex()
_SPELLED_GAP = f'"{_GAP}"'.encode()


class Template:
    """Canonical JSON with gaps for the id, the words of the request, the seed, and the duration of each stage."""

    __slots__ = ("_after_id", "_after_request", "_before_id", "_begun", "_ending", "_rest")

    def __init__(self, findings: Findings) -> None:
        claims, gaps = findings.claims(), [_GAP] * len(NAMES)
        told = {"decision_id": _GAP, **claims, "trace": trace_of(findings, _GAP, _GAP, gaps)}
        self._before_id, self._after_id, self._after_request, *between = _split(told)
        self._ending = b"%a".join(part.replace(b"%", b"%%") for part in between)
        # The id is of all but itself and the durations, and all ids of the same findings begin to be made alike.
        before, _, self._rest = _split({**claims, "trace": {**told["trace"], "stages": findings.stages()}})
        self._begun = hashlib.blake2b(before, digest_size=16)

    def fill(self, request: bytes, seed: int, durations_us: tuple[float, ...]) -> tuple[str, bytes]:
        """The id of a decision, and all of it but for the signature. ``request`` is spelled as by ``request.spell``."""
        digest = self._begun.copy()
        words = b"%b%b%d" % (settled(request), self._after_request, seed)
        digest.update(words + self._rest)
        decision_id = f"dec-{digest.hexdigest()}"
        # Python spells figures such as a clock gives as canonical JSON has them, but for whole ones.
        if any(map(float.is_integer, durations_us)):
            durations_us = tuple(map(normal, durations_us))
        ending = self._ending % durations_us
        return decision_id, b'%b"%b"%b%b%b' % (self._before_id, decision_id.encode(), self._after_id, words, ending)


def trace_of(findings: Findings, request: Any, seed: Any, durations_us: Sequence[Any]) -> dict[str, Any]:
    """What a decision says of how it came about."""
    server_policies, policies = findings.policies
    stages = findings.stages()
    for stage, duration in zip(stages, durations_us, strict=True):
        stage["duration_us"] = duration
    return {
        "request": request,
        "server_policies": read(server_policies.spelled),
        "policies": read(policies.spelled),
        "registry_digest": findings.registry_digest,
        "seed": seed,
        "stages": stages,
        "candidates": findings.candidates(),
    }


def template_of(findings: Findings) -> Template:
    """How decisions that rest on these findings are spelled."""
    few = len(findings.ranked) + len(findings.refused) <= MOST_KEPT
    return _known(findings) if few else Template(findings)


_known = lru_cache(maxsize=KEPT)(Template)


def _split(content: Mapping[str, Any]) -> list[bytes]:
    """The JSON around the gaps."""
    return canonical(content).split(_SPELLED_GAP)
