"""Judges a system by a model: runs many generated cases, shrinks a difference into a short story, and counts."""

from support.model.running import Budget, Explored, explore
from support.model.sequences import Sequence, explore_sequences
from support.model.story import Difference, Recording, Step, Story

__all__ = [
    "Budget",
    "Difference",
    "Explored",
    "Recording",
    "Sequence",
    "Step",
    "Story",
    "explore",
    "explore_sequences",
]
