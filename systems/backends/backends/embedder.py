"""Embeddings by feature hashing: similar texts get similar vectors, the same on every machine.

Method: hashed character n-grams with signs (K. Weinberger et al., "Feature Hashing for Large Scale Multitask
Learning", 2009), scaled to unit length.
"""

from __future__ import annotations

import hashlib
import math

DIMENSIONS = 64
NGRAM = 3


def ngrams_of(text: str) -> list[str]:
    """Overlapping pieces of the text, with its ends marked."""
    marked = f"^{' '.join(text.lower().split())}$"
    return [marked[start : start + NGRAM] for start in range(max(1, len(marked) - NGRAM + 1))]


def embed(text: str) -> list[float]:
    """A vector of length one; of length zero for a text without any content."""
    vector = [0.0] * DIMENSIONS
    for piece in ngrams_of(text) if text.strip() else []:
        digest = hashlib.blake2b(piece.encode(), digest_size=8).digest()
        place = int.from_bytes(digest[:4], "big") % DIMENSIONS
        vector[place] += 1.0 if digest[4] & 1 else -1.0
    length = math.sqrt(sum(value * value for value in vector))
    return [round(value / length, 6) for value in vector] if length else vector
