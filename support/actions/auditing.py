"""The auditor of a decision, who holds it, the contracts and the public key, and verifies it with the system's tool."""

from __future__ import annotations

import base64
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from support.interfaces import contracts
from support.outcomes import Broken
from support.world import World

GENUINE, TAMPERED = 0, 1
"""Exit status of a tool that verifies: nothing wrong, and something found. Any other is trouble of the tool itself."""

CRASHED = "Traceback (most recent call last)"
"""What a tool written in Python leaves behind when it crashes, with the exit status of one that found something."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What the tool found (its exit status) and what it told."""

    status: int
    told: str

    @property
    def genuine(self) -> bool:
        """Whether it found nothing wrong."""
        return self.status == GENUINE

    @property
    def tampered(self) -> bool:
        """Whether it found that something was changed and told what; a tool that crashed has found nothing."""
        return self.status == TAMPERED and bool(self.told) and CRASHED not in self.told


def verify(world: World, decision: dict[str, Any]) -> Audit:
    """Verify a decision. Raises Broken if the tool does not end in time."""
    with TemporaryDirectory() as folder:
        command = world.system.command("verify", _files(world, decision, Path(folder)))
        try:
            done = subprocess.run(
                command, capture_output=True, encoding="utf-8", errors="replace", timeout=30, check=False, cwd=folder
            )
        except subprocess.TimeoutExpired as error:
            raise Broken(f"{' '.join(command)} did not end within 30 s") from error
    told = f"{done.stdout}{done.stderr}".strip()
    world.show("what the auditor's tool told", f"{' '.join(command)}\nexit status {done.returncode}\n{told}")
    return Audit(done.returncode, told)


def tamper(decision: dict[str, Any], part: str) -> None:
    """Change one part of a decision as little as can be. Raises Broken for a part that nothing is known of."""
    match part:
        case "service":
            decision["service_id"] = "other-chat"
        case "route":
            decision["route"] = "external" if decision["route"] != "external" else "internal"
        case "control signal":
            decision["control_signal"]["timeout_ms"] += 1
        case "guarantees":
            decision["guarantees"]["accuracy"] = 0.92
        case "proofs":
            decision["proofs"].pop()
        case "trace":
            decision["trace"]["stages"][0]["duration_us"] += 0.5
        case "signature":
            decision["signature"]["value"] = _other_letter(decision["signature"]["value"])
        case _:
            raise Broken(f"nothing is known of a decision's {part}")


def somebody_elses_key() -> list[dict[str, str]]:
    """A public key that did not sign anything, in the form in which keys are published."""
    raw = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    return [{"key_id": "somebody-else", "algorithm": "Ed25519", "public_key": base64.b64encode(raw).decode()}]


def _files(world: World, audited: dict[str, Any], folder: Path) -> dict[str, str]:
    held = folder / "contracts"
    held.mkdir()
    for name, document in world.contracts.items():
        (held / f"{name}.yaml").write_text(contracts.text(document), encoding="utf-8")
    keys = world.audit_keys or world.orchestrator.public_keys().result()
    decision, key = folder / "decision.json", folder / "keys.json"
    decision.write_text(json.dumps(audited), encoding="utf-8")
    key.write_text(json.dumps({"keys": keys}), encoding="utf-8")
    return {"decision": str(decision), "contracts": str(held), "key": str(key)}


def _other_letter(text: str) -> str:
    return ("B" if text[0] == "A" else "A") + text[1:]
