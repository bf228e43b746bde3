"""Puts together what an owner signs: pure, from the run, its verdict, the decision and the digests."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from securesystemslib.signer import SSlibKey

from support.acceptance.verdict import Decision
from support.base.outcomes import Outcome
from support.base.places import PROJECT
from support.base.systems import System
from support.signing import digests, keys, subjects
from support.signing.artefacts import Judged, Run, Verdict
from support.signing.statement import (
    RECORD_VERSION,
    Configured,
    Predicate,
    RunState,
    SignedWith,
    Stated,
    SystemState,
    VerdictState,
)
from support.signing.subjects import Kind
from support.signing.waivers import Waiver

RESULTS: dict[Decision, Literal["PASSED", "WARNED", "FAILED"]] = {
    Decision.ACCEPTED: "PASSED",
    Decision.RESERVATIONS: "WARNED",
    Decision.REJECTED: "FAILED",
    Decision.UNDECIDED: "FAILED",
}


@dataclass(frozen=True, slots=True)
class Decided:
    """What the owner says."""

    accept: bool
    by: str
    reason: str | None
    waivers: tuple[Waiver, ...]
    when: datetime


def predicate(
    decided: Decided,
    record: Run,
    judged: Judged,
    system: System,
    inputs: Mapping[str, str],
    key: SSlibKey,
    root: Path = PROJECT,
) -> Predicate:
    """The predicate of the statement; ``inputs`` are the digests of features, criteria and the system's sources."""
    verdict = judged.verdict
    asked = {name: digest for name, digest in inputs.items() if subjects.kind_of(name) is not Kind.SYSTEM}
    return Predicate(
        result=RESULTS[verdict.decision],
        configuration=tuple(Configured(name=name, digest={"sha256": digest}) for name, digest in asked.items()),
        passedTests=_ended(verdict, Outcome.MET),
        warnedTests=_ended(verdict, Outcome.NOT_VERIFIED),
        failedTests=_ended(verdict, Outcome.NOT_MET, Outcome.BROKEN),
        recordVersion=RECORD_VERSION,
        signoff=_version("signoff"),
        decision="accept" if decided.accept else "refuse",
        by=decided.by,
        when=decided.when,
        reason=decided.reason,
        run=record.run_id,
        ran=RunState(
            started=record.started, finished=record.finished, command=record.command, interfaces=record.interfaces
        ),
        verdict=VerdictState(decision=verdict.decision, means=judged.means, counts=judged.counts),
        criteria=_stated(verdict, decided.waivers),
        waivers=decided.waivers,
        system=SystemState(
            name=system.name,
            title=record.title,
            version=record.version,
            deployment=record.deployment,
            url=record.url,
            definition=subjects.name_of(system.path, root),
            packages=_packages(system),
            source=digests.of_tree({name: inputs[name] for name in inputs.keys() - asked.keys()}),
            images=record.images,
        ),
        environment=record.environment,
        key=SignedWith(id=key.keyid, public=_pem(key)),
    )


def _ended(verdict: Verdict, *outcomes: Outcome) -> tuple[str, ...]:
    return tuple(item.criterion.id for item in verdict.criteria if item.outcome in outcomes)


def _stated(verdict: Verdict, waivers: tuple[Waiver, ...]) -> tuple[Stated, ...]:
    waived = {waiver.criterion for waiver in waivers}
    return tuple(
        Stated(
            id=item.criterion.id,
            area=item.criterion.area,
            level=item.criterion.level,
            statement=item.criterion.statement,
            outcome=item.outcome,
            waived=item.criterion.id in waived,
        )
        for item in verdict.criteria
    )


def _packages(system: System) -> dict[str, str]:
    """The versions of the installed packages that a definition starts with ``python -m``."""
    deployments = (system.deployments.process, system.deployments.python, *system.companions.values())
    commands = [part.command for part in deployments if part is not None]
    modules = {command[command.index("-m") + 1].partition(".")[0] for command in commands if "-m" in command[:-1]}
    return {module: version for module in sorted(modules) if (version := _version(module))}


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _pem(key: SSlibKey) -> str:
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key.keyval["public"]))
    return keys.pem(public).decode()
