"""One signature for many decisions: each leads to the root from its own place, and from no other."""

from __future__ import annotations

import hashlib

import pytest
from caio.merkle import HASH, leaf_hash, root_and_paths, root_from


def recursive_root(leaves: list[bytes]) -> bytes:
    """As RFC 9162, section 2.1.1, defines it."""
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + recursive_root(leaves[:split]) + recursive_root(leaves[split:])).digest()


def leaves_of(size: int) -> list[bytes]:
    return [f"decision {number}".encode() for number in range(size)]


@pytest.mark.parametrize("size", [*range(1, 18), 31, 32, 33, 100, 255, 256])
def test_the_root_is_the_standards_and_every_leaf_leads_to_it(size: int) -> None:
    leaves = leaves_of(size)
    hashes = [leaf_hash(each) for each in leaves]
    root, paths = root_and_paths(hashes)
    assert root == recursive_root(leaves)
    for index, (leaf, path) in enumerate(zip(hashes, paths, strict=True)):
        assert root_from(leaf, index, size, path) == root


@pytest.mark.parametrize("size", [2, 3, 5, 8, 13])
def test_no_leaf_leads_to_the_root_from_another_place_or_by_another_path(size: int) -> None:
    hashes = [leaf_hash(each) for each in leaves_of(size)]
    root, paths = root_and_paths(hashes)
    for index, (leaf, path) in enumerate(zip(hashes, paths, strict=True)):
        for other in {*range(size)} - {index}:
            assert root_from(leaf, other, size, path) != root
            assert root_from(hashes[other], index, size, path) != root
        for changed in (path[:-1], path[:-HASH], path + root, path[HASH:] + path[:HASH] if size > 2 else root):
            assert changed == path or root_from(leaf, index, size, changed) != root


@pytest.mark.parametrize("index", [-1, 4, 10**30])
def test_there_is_no_place_outside_the_tree(index: int) -> None:
    hashes = [leaf_hash(each) for each in leaves_of(4)]
    _, paths = root_and_paths(hashes)
    assert root_from(hashes[0], index, 4, paths[0]) is None


def test_a_node_cannot_be_taken_for_a_leaf() -> None:
    one, other = (leaf_hash(each) for each in leaves_of(2))
    root, _ = root_and_paths([one, other])
    assert leaf_hash(one + other) != root
