"""Signs decisions (Ed25519) and verifies them with nothing but decision, contracts and public key.

A signature takes longer than all the rest of a decision, so decisions that are made at the same time share one, over
the root of a Merkle tree (RFC 9162) of which each is a leaf. Each tells its own way there and needs none of the others.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from caio.canonical import canonical
from caio.contracts import ServiceContract, parse_contract
from caio.errors import CaioError
from caio.merkle import leaf_hash, root_and_paths, root_from
from caio.replay import contract_problems, decision_id

ALGORITHM = "Ed25519"
SHARED = "Ed25519-SHA256-Merkle"
"""Of a signature over a root, which says beside its value where its decision stands in the tree."""

_PARTS = {
    ALGORITHM: {"algorithm", "key_id", "value"},
    SHARED: {"algorithm", "key_id", "value", "leaf_index", "tree_size", "path"},
}


class Signer:
    """Holds the private key; made anew if none is given."""

    def __init__(self, key: Ed25519PrivateKey | None = None) -> None:
        self._key = key or Ed25519PrivateKey.generate()
        self.public_key = self._key.public_key()
        self.key_id = key_id(self.public_key)

    def sign(self, spelled: bytes) -> dict[str, str]:
        """The `signature` part for a decision that is spelled, without one, as canonical JSON."""
        value = base64.b64encode(self._key.sign(spelled)).decode()
        return {"algorithm": ALGORITHM, "key_id": self.key_id, "value": value}

    def sign_all(self, spelled: Sequence[bytes]) -> list[dict[str, Any]]:
        """The `signature` parts for decisions that were made at the same time."""
        if len(spelled) == 1:
            return [self.sign(spelled[0])]
        root, paths = root_and_paths([leaf_hash(each) for each in spelled])
        value = base64.b64encode(self._key.sign(_root_message(root, len(spelled)))).decode()
        shared = {"algorithm": SHARED, "key_id": self.key_id, "value": value, "tree_size": len(spelled)}
        return [
            {**shared, "leaf_index": index, "path": base64.b64encode(path).decode()} for index, path in enumerate(paths)
        ]

    def to_dict(self) -> dict[str, str]:
        """The public key as clients read it."""
        return {"key_id": self.key_id, "algorithm": ALGORITHM, "public_key": public_pem(self.public_key)}


def key_id(key: Ed25519PublicKey) -> str:
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


def public_pem(key: Ed25519PublicKey) -> str:
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def private_pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def load_private_key(source: bytes | Path) -> Ed25519PrivateKey:
    """From PEM; raises ValueError when it is no Ed25519 private key."""
    data = source.read_bytes() if isinstance(source, Path) else source
    key = serialization.load_pem_private_key(data, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("expected an Ed25519 private key in PEM")
    return key


def load_public_key(source: str | bytes | Ed25519PublicKey) -> Ed25519PublicKey:
    """From PEM or from the base64 of its 32 bytes; raises ValueError otherwise."""
    if isinstance(source, Ed25519PublicKey):
        return source
    data = source.encode() if isinstance(source, str) else source
    if data.lstrip().startswith(b"-----"):
        key = serialization.load_pem_public_key(data)
        if not isinstance(key, Ed25519PublicKey):
            raise ValueError("expected an Ed25519 public key")
        return key
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(data.strip(), validate=True))


def verify(
    decision: Any,
    contracts: Iterable[ServiceContract | str | bytes | Path | Mapping[str, Any]],
    public_key: str | bytes | Ed25519PublicKey,
) -> list[str]:
    """Every problem found, each in a sentence; an empty list means that the decision holds.

    Checked: the signature over everything else, the content-addressed id, the digest of the contracts, and what
    the decision claims of them: proofs, guarantees, route, model, control signal, scores and refusals.
    """
    if not isinstance(decision, Mapping):
        return ["the decision is no JSON object"]
    try:
        problems = _signature_problems(decision, load_public_key(public_key))
    except (ValueError, TypeError) as error:
        return [f"the public key cannot be read: {error}"]
    try:
        if decision.get("decision_id") != decision_id(decision):
            problems.append("decision_id does not fit the content of the decision")
        known: list[ServiceContract] = []
        for source in contracts:
            known.append(source if isinstance(source, ServiceContract) else parse_contract(source))
        problems.extend(contract_problems(decision, known))
    except CaioError as error:
        problems.append(str(error))
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        problems.append(f"the decision does not have the form of one ({type(error).__name__}: {error})")
    return problems


def _signature_problems(decision: Mapping[str, Any], key: Ed25519PublicKey) -> list[str]:
    signature = decision.get("signature")
    if not isinstance(signature, Mapping) or not _PARTS[ALGORITHM] <= set(signature):
        return ["the decision is not signed: it has no signature of algorithm, key_id and value"]
    parts = _PARTS.get(str(signature["algorithm"]))
    if parts is None:
        return [f"the signature's algorithm is {signature['algorithm']!r}, expected {ALGORITHM} or {SHARED}"]
    if set(signature) != parts:
        return [f"the signature has the parts {sorted(signature)}, expected {sorted(parts)}"]
    if signature["key_id"] != key_id(key):
        return [f"the signature names key {signature['key_id']!r}, the public key given is {key_id(key)}"]
    try:
        spelled = canonical({name: part for name, part in decision.items() if name != "signature"})
        key.verify(_decoded(signature["value"]), spelled if len(parts) == 3 else _message_of(spelled, signature))
    except InvalidSignature:
        return ["the signature does not fit: the decision was changed after it was signed, or by another key"]
    except (binascii.Error, TypeError, ValueError) as error:
        return [f"the signature cannot be checked: {error}"]
    return []


def _message_of(spelled: bytes, signature: Mapping[str, Any]) -> bytes:
    """What was signed, if the decision is where its signature says. Raises ValueError if it cannot be there."""
    index, size, path = signature["leaf_index"], signature["tree_size"], _decoded(signature["path"])
    if type(index) is not int or type(size) is not int:
        raise ValueError("leaf_index and tree_size are no whole numbers")
    root = root_from(leaf_hash(spelled), index, size, path)
    if root is None:
        raise ValueError("its path does not lead from its leaf to the root")
    return _root_message(root, size)


def _root_message(root: bytes, size: int) -> bytes:
    # Begins unlike any decision, so that neither can be taken for the other.
    return b"caio decisions, %d: " % size + root


def _decoded(value: Any) -> bytes:
    """Raises ValueError for what is not base64 in the spelling in which it was written."""
    decoded = base64.b64decode(str(value), validate=True)
    if base64.b64encode(decoded).decode() != value:
        raise ValueError("it is not spelled as it was signed")
    return decoded
