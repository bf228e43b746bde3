"""Shapley values of the parts of a prompt for the likeness of their sum to each unit of an answer.

The value of a set of parts for a unit is the cosine of the sum of their vectors and the unit's. Values are sampled by
permutations (Castro, Gómez, Tejada, 2009): in each, a part counts for what it adds to those before it.
"""

from __future__ import annotations

import numpy as np

from sidecar.attribution.vectors import Matrix

BUDGET = 1.5e9
"""Multiplications that one explanation may take; of large ones fewer permutations are sampled."""

LEAST_PERMUTATIONS = 8
SEED = 20_260_101
"""The same chat has the same explanation."""


def permutations_for(parts: int, units: int, size: int, most: int) -> int:
    """How many permutations are sampled."""
    affordable = int(BUDGET / max(1, parts * units * size))
    return max(LEAST_PERMUTATIONS, min(most, affordable))


def shapley(parts: Matrix, units: Matrix, permutations: int) -> Matrix:
    """Values, parts by units. They add up to the likeness of the whole prompt to each unit."""
    random = np.random.default_rng(SEED)
    directions = unit_length(units).T
    found = np.zeros((len(parts), len(units)), dtype=np.float32)
    for _ in range(permutations):
        order = random.permutation(len(parts))
        values = unit_length(np.cumsum(parts[order], axis=0)) @ directions
        found[order[0]] += values[0]
        found[order[1:]] += np.diff(values, axis=0)
    found /= permutations
    return found


def leave_one_out(parts: Matrix, units: Matrix) -> Matrix:
    """How much less like each unit the prompt is without a part, parts by units."""
    directions = unit_length(units).T
    whole = parts.sum(axis=0, keepdims=True)
    without: Matrix = unit_length(whole) @ directions - unit_length(whole - parts) @ directions
    return without


def shares(values: Matrix) -> Matrix:
    """What each part has of the positive values of a unit; columns add up to 1, or to 0 where none is positive."""
    positive = np.maximum(values, 0.0)
    sums = positive.sum(axis=0, keepdims=True)
    found: Matrix = np.divide(positive, sums, out=np.zeros_like(positive), where=sums > 0)
    return found


def unit_length(rows: Matrix) -> Matrix:
    """Rows of length 1; a row of zeros stays."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    found: Matrix = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 1e-6)
    return found
