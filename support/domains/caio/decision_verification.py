"""Verifies a decision with the system's own tool, from the decision, the contracts and the public key alone."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from support.base.outcomes import Broken
from support.base.text import ESCAPE
from support.checks.matchers import Described
from support.checks.shapes import Name, Object, Some, Stage, read
from support.domains.caio import contracts
from support.domains.caio.session import caio
from support.domains.caio.verification_result import TAMPERED, VerificationResult
from support.world.core import World


def tampered() -> Described[VerificationResult]:
    """A verification that found a change."""
    return Described(
        f"a verification that found a change (exit status {TAMPERED}) and said which",
        lambda result: result.tampered,
        lambda result: f"the tool ended with status {result.status} and said: {result.output or '(nothing)'}",
    )


def verify(world: World, decision: dict[str, Any]) -> VerificationResult:
    """Verify a decision. Raises Broken if the tool does not end in time."""
    with TemporaryDirectory() as folder:
        command = world.system.command("verify", _files(world, decision, Path(folder)))
        try:
            done = subprocess.run(
                command, capture_output=True, encoding="utf-8", errors=ESCAPE, timeout=30, check=False, cwd=folder
            )
        except subprocess.TimeoutExpired as error:
            raise Broken(f"{' '.join(command)} did not end within 30 s") from error
    output = f"{done.stdout}{done.stderr}".strip()
    world.show("output of the tool that verifies", f"{' '.join(command)}\nexit status {done.returncode}\n{output}")
    return VerificationResult(done.returncode, output)


def tamper(decision: dict[str, Any], part: str) -> None:
    """Change one part of a decision as little as can be. Raises Broken for a part that nothing is known of."""
    match part:
        case "service":
            read(decision, Object)["service_id"] = "other-chat"
        case "route":
            decision["route"] = "external" if read(decision, str, "route") != "external" else "internal"
        case "control signal":
            read(decision, Object, "control_signal")["timeout_ms"] = 1 + read(
                decision, int, "control_signal", "timeout_ms"
            )
        case "guarantees":
            read(decision, Object, "guarantees")["accuracy"] = 0.92
        case "proofs":
            read(decision, Some, "proofs").pop()
        case "trace":
            read(decision, list[Stage], "trace", "stages")
            read(decision, Some, "trace", "stages")[0]["duration_us"] += 0.5
        case "signature":
            read(decision, Object, "signature")["value"] = _other_letter(read(decision, Name, "signature", "value"))
        case _:
            raise Broken(f"nothing is known of a decision's {part}")


def somebody_elses_key() -> list[dict[str, str]]:
    """A public key that did not sign anything, in the form in which keys are published."""
    raw = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    return [{"key_id": "somebody-else", "algorithm": "Ed25519", "public_key": base64.b64encode(raw).decode()}]


def _files(world: World, verified: dict[str, Any], folder: Path) -> dict[str, str]:
    held = folder / "contracts"
    held.mkdir()
    for name, document in caio(world).contracts.items():
        (held / f"{name}.yaml").write_text(contracts.text(document), encoding="utf-8")
    keys = caio(world).verification_keys or caio(world).orchestrator.public_keys().result()
    decision, key = folder / "decision.json", folder / "keys.json"
    decision.write_text(json.dumps(verified), encoding="utf-8")
    key.write_text(json.dumps({"keys": keys}), encoding="utf-8")
    return {"decision": str(decision), "contracts": str(held), "key": str(key)}


def _other_letter(text: str) -> str:
    return ("B" if text[0] == "A" else "A") + text[1:]
