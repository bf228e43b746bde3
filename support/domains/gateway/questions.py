"""What callers ask the gateway for: questions with a number of their own, and what an upstream answers to each.

The suite's upstreams answer with their name and the words of the prompt, as many as are asked for, again from the first
one where there are too few (``systems/backends``). So the answer shows who gave it, and to which question.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from support.load import numbers

TOKENS = 10
"""Tokens of the answer to a standard question, which has as many words itself."""
_PROMPT = "please answer the question number {number} with care and patience"
_numbers = count(numbers.first())


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its number, the model it asks for, its words, and how many tokens are wanted at which pace.

    ``wait`` are seconds before the upstream begins, ``pace`` seconds between two tokens; ``extra`` are more fields of
    the request, ``message`` more fields of its message.
    """

    model: str
    number: str = field(default_factory=lambda: str(next(_numbers)))
    words: str = ""
    tokens: int = TOKENS
    wait: float = 0.0
    pace: float = 0.0
    stream: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)
    message: Mapping[str, Any] = field(default_factory=dict)

    @property
    def prompt(self) -> str:
        """What the upstream reads: the question, then how it is to be paced."""
        paced = [f"{name}={value:g}" for name, value in (("wait", self.wait), ("pace", self.pace)) if value]
        return " ".join([*self.spoken, *paced])

    @property
    def spoken(self) -> list[str]:
        """The words of the question, which the answer repeats."""
        return [*_PROMPT.format(number=self.number).split(), *self.words.split()]

    @property
    def body(self) -> dict[str, Any]:
        """The request, as JSON."""
        messages = [{"role": "user", "content": self.prompt, **self.message}]
        streamed = {"stream": True} if self.stream else {}
        return {"model": self.model, "messages": messages, "max_tokens": self.tokens, **streamed, **self.extra}

    def answer_of(self, upstream: str) -> str:
        """What an upstream of this name answers."""
        words = self.spoken
        return "".join([f"{upstream}:", *(f" {words[i % len(words)]}" for i in range(self.tokens - 1))])

    def is_in(self, text: str) -> bool:
        """Whether a text, such as the body of a call, is about this question."""
        return f"number {self.number} " in text
