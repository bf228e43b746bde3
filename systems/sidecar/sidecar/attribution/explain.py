"""Explains one chat: cuts prompt and answer into parts and units, and finds each part's share of each unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sidecar.attribution import shapley
from sidecar.attribution.units import sentences
from sidecar.attribution.vectors import MODEL, Matrix, Vectors
from sidecar.pii.chats import Passage

METHOD = "shapley-static-vectors"
MOST_PARTS = 256
MOST_UNITS = 2_048
MOST_PERMUTATIONS = {"sentence": 256, "token": 64}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Parts of the prompt, units of the answer, and parts' shares, parts by units."""

    parts: list[Passage]
    units: list[str]
    shares: Matrix
    leave_one_out: Matrix
    permutations: int
    truncated: bool
    method: str = METHOD
    model: str = MODEL


def explain(vectors: Vectors, prompt: list[Passage], answer: list[Passage], level: str) -> Explanation:
    """Explain the units of an answer. Of a prompt that is too long the last parts count, of an answer the first."""
    every_part = [Passage(passage.role, sentence) for passage in prompt for sentence in sentences(passage.text)]
    parts = every_part[-MOST_PARTS:]
    every_unit, every_row = cut(vectors, answer, level)
    units, rows = every_unit[:MOST_UNITS], every_row[:MOST_UNITS]
    truncated = len(parts) < len(every_part) or len(units) < len(every_unit)
    if not parts or not units:
        none = np.zeros((len(parts), len(units)), dtype=np.float32)
        return Explanation(parts, units, none, none, 0, truncated)
    sums = vectors.sums([part.text for part in parts])
    count = shapley.permutations_for(len(parts), len(units), vectors.size, MOST_PERMUTATIONS[level])
    values = shapley.shapley(sums, rows, count)
    return Explanation(parts, units, shapley.shares(values), shapley.leave_one_out(sums, rows), count, truncated)


def cut(vectors: Vectors, answer: list[Passage], level: str) -> tuple[list[str], Matrix]:
    """The units of an answer, and a vector for each."""
    if level == "token":
        tokens = [token for passage in answer for token in vectors.tokens(passage.text)]
        rows = np.stack([token.vector for token in tokens]) if tokens else np.zeros((0, vectors.size), np.float32)
        return [token.text for token in tokens], rows
    units = [sentence for passage in answer for sentence in sentences(passage.text)]
    return units, vectors.sums(units)
