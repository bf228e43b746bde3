"""Extractive summaries: the sentences that carry most of a text's frequent words, in their own order.

Method: sentence scoring by word frequency (H. P. Luhn, "The Automatic Creation of Literature Abstracts", 1958).
"""

from __future__ import annotations

import re
from collections import Counter

SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
WORD = re.compile(r"[^\W\d_]+")

# fmt: off
STOP_WORDS = frozenset(
    {
        "a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "from", "has", "have", "he", "her",
        "his", "if", "in", "is", "it", "its", "not", "of", "on", "or", "she", "so", "that", "the", "their",
        "them", "they", "this", "to", "was", "we", "were", "which", "who", "will", "with", "you",
    }
)
# fmt: on
"""Words too common to say what a text is about."""


def sentences_of(text: str) -> list[str]:
    """Split at sentence ends."""
    return [sentence for sentence in (part.strip() for part in SENTENCE_END.split(text)) if sentence]


def words_of(text: str) -> list[str]:
    """The telling words of a text, in lower case."""
    return [word for word in WORD.findall(text.lower()) if word not in STOP_WORDS]


def score(sentence: str, frequency: Counter[str]) -> float:
    """How much of the text's subject a sentence carries per word."""
    words = words_of(sentence)
    return sum(frequency[word] for word in words) / len(words) if words else 0.0


def summarise(text: str, sentences: int) -> str:
    """The best sentences, at most as many as asked for. Of two equal ones the earlier is taken."""
    found = sentences_of(text)
    frequency = Counter(words_of(text))
    ranked = sorted(range(len(found)), key=lambda place: (-score(found[place], frequency), place))
    return " ".join(found[place] for place in sorted(ranked[:sentences]))
