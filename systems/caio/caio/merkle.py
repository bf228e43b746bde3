"""Merkle trees (RFC 9162, section 2.1): a signature over a root is one over every leaf that leads there."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

HASH = 32
"""Bytes of one."""


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def _node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_and_paths(leaves: Sequence[bytes]) -> tuple[bytes, list[bytes]]:
    """The root over the hashes of one leaf or more; and for each, in a row, the hashes by which it leads there."""
    levels = [list(leaves)]
    while len(below := levels[-1]) > 1:
        above = [_node_hash(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)]
        # Who has no neighbour goes one level up as it is.
        levels.append(above + below[len(above) * 2 :])
    paths = [b""]
    for level in levels[-2::-1]:
        paths = [(level[at ^ 1] if at ^ 1 < len(level) else b"") + paths[at >> 1] for at in range(len(level))]
    return levels[-1][0], paths


def root_from(leaf: bytes, index: int, size: int, path: bytes) -> bytes | None:
    """The root to which a leaf's hash leads from its place in a tree of this size; None if no such path leads there."""
    if not 0 <= index < size or len(path) % HASH:
        return None
    found, last = leaf, size - 1
    for at in range(0, len(path), HASH):
        other = path[at : at + HASH]
        if last == 0:
            return None
        if index & 1 or index == last:
            found = _node_hash(other, found)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            found = _node_hash(found, other)
        index, last = index >> 1, last >> 1
    return found if last == 0 else None
