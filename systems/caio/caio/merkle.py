"""Merkle trees (RFC 9162, section 2.1): a signature over a root is one over every leaf that leads there."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def _node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_and_paths(leaves: Sequence[bytes]) -> tuple[bytes, list[list[bytes]]]:
    """The root over the hashes of leaves, one at least, and of each leaf the hashes by which it leads there."""
    paths: list[list[bytes]] = [[] for _ in leaves]
    level, positions = list(leaves), list(range(len(leaves)))
    while len(level) > 1:
        for path, at in zip(paths, positions, strict=True):
            # Who has no neighbour goes one level up as it is.
            if at ^ 1 < len(level):
                path.append(level[at ^ 1])
        above = [_node_hash(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
        level = above + level[len(above) * 2 :]
        positions = [at // 2 for at in positions]
    return level[0], paths


def root_from(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root to which a leaf's hash leads from its place in a tree of this size; None if no such path leads there."""
    if not 0 <= index < size:
        return None
    found, last = leaf, size - 1
    for other in path:
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
