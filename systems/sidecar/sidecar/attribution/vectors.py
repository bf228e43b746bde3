"""Static vectors of tokens, read from two files of the package wordllama; its own code wants a download."""

from __future__ import annotations

import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path

# One thread each: explainers run beside the chat on the same cores.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

PACKAGE = "wordllama"
MODEL = "wordllama l2_supercat_256"
WEIGHTS = "weights/l2_supercat_256.safetensors"
TOKENIZER = "tokenizers/l2_supercat_tokenizer_config.json"

Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a text, and the sum of the vectors of what stands there."""

    text: str
    vector: Matrix


class Vectors:
    """The vectors of tokens, and the tokenizer that finds them. Safe for several threads."""

    def __init__(self) -> None:
        folder = folder_of(PACKAGE)
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        (table,) = load_file(folder / WEIGHTS).values()
        self._table: Matrix = table.astype(np.float32)

    @property
    def size(self) -> int:
        """Numbers per vector."""
        return int(self._table.shape[1])

    def sums(self, texts: list[str]) -> Matrix:
        """One row for each text: the sum over its tokens."""
        rows = np.zeros((len(texts), self.size), dtype=np.float32)
        for row, encoding in enumerate(self._tokenizer.encode_batch(texts, add_special_tokens=False)):
            rows[row] = self._table[encoding.ids].sum(axis=0) if encoding.ids else 0.0
        return rows

    def tokens(self, text: str) -> list[Token]:
        """The tokens of a text; those that stand at the same place, as the bytes of an emoji do, are one."""
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        places: dict[tuple[int, int], Matrix] = {}
        for place, number in zip(encoding.offsets, encoding.ids, strict=True):
            vector = self._table[number]
            places[place] = places[place] + vector if place in places else vector
        return [
            Token(text[start:end].strip(), vector) for (start, end), vector in places.items() if text[start:end].strip()
        ]


def folder_of(package: str) -> Path:
    """Where a package is installed, without running it. Raises ModuleNotFoundError."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError(f"the package {package} is not installed, whose vectors are needed", name=package)
    return Path(found.submodule_search_locations[0])
