"""What the model server answers: words that follow from its name and the prompt, in the OpenAI API's shapes.

The answer to "tell me" of the server ``a`` is ``a: tell me``: its name, then the words of the last message, begun again
as often as ``max_tokens`` (or ``max_completion_tokens``) needs; without it each word is given once. A word is a token.
Words of the prompt of the form ``name=number`` set the pace and are not repeated: ``wait=0.5`` (seconds before the
answer begins), ``pace=0.1`` (seconds between two tokens), ``tokens=20`` (as ``max_tokens``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from backends import embedder
from backends.service import Unusable

MOST_TOKENS = 100_000
CREATED = 1_760_000_000
"""When every answer was made (seconds since the epoch): the same request has the same answer."""

DIRECTIVES = ("wait", "pace", "tokens")


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be answered, and how."""

    name: str
    model: str
    prompt: str
    tokens: tuple[str, ...]
    prompt_tokens: int
    finish: str
    stream: bool
    include_usage: bool
    wait: float
    pace: float

    @property
    def identity(self) -> str:
        """What follows from the server's name and the prompt alone."""
        return hashlib.blake2b(f"{self.name}\n{self.prompt}".encode(), digest_size=12).hexdigest()

    @property
    def usage(self) -> dict[str, int]:
        """Tokens read and made."""
        made = len(self.tokens)
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": made,
            "total_tokens": self.prompt_tokens + made,
        }


@dataclass(frozen=True, slots=True)
class Shape:
    """How one kind of answer is written: as a whole, and in chunks."""

    prefix: str
    whole_object: str
    chunk_object: str
    whole_choice: Callable[[str, str], dict[str, Any]]
    chunk_choice: Callable[[str, str | None, bool], dict[str, Any]]

    def whole(self, task: Task) -> dict[str, Any]:
        """The answer in one piece."""
        choice = self.whole_choice("".join(task.tokens), task.finish)
        return {**self._head(task, self.whole_object), "choices": [choice], "usage": task.usage}

    def chunks(self, task: Task) -> Iterator[dict[str, Any]]:
        """One chunk for each token, one that ends the choice, and one with the usage if it is asked for."""
        head = self._head(task, self.chunk_object)
        none = {"usage": None} if task.include_usage else {}
        for number, token in enumerate(task.tokens):
            yield {**head, "choices": [self.chunk_choice(token, None, number == 0)], **none}
        yield {**head, "choices": [self.chunk_choice("", task.finish, False)], **none}
        if task.include_usage:
            yield {**head, "choices": [], "usage": task.usage}

    def _head(self, task: Task, kind: str) -> dict[str, Any]:
        return {
            "id": f"{self.prefix}-{task.identity}",
            "object": kind,
            "created": CREATED,
            "model": task.model,
            "system_fingerprint": f"fp_{task.name}",
        }


def _chat_choice(content: str, finish: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": content, "refusal": None}
    return {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}


def _chat_delta(token: str, finish: str | None, first: bool) -> dict[str, Any]:
    delta = {"role": "assistant", "content": token} if first else {"content": token} if finish is None else {}
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}


def _text_choice(content: str, finish: str) -> dict[str, Any]:
    return {"index": 0, "text": content, "logprobs": None, "finish_reason": finish}


def _text_delta(token: str, finish: str | None, _first: bool) -> dict[str, Any]:
    return {"index": 0, "text": token, "logprobs": None, "finish_reason": finish}


CHAT = Shape("chatcmpl", "chat.completion", "chat.completion.chunk", _chat_choice, _chat_delta)
TEXT = Shape("cmpl", "text_completion", "text_completion", _text_choice, _text_delta)


def chat_task(name: str, body: dict[str, Any]) -> Task:
    """Read a request for a chat. Raises Unusable."""
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise Unusable("messages: expected a list of at least one message")
    texts = [_content_of(message) for message in messages]
    return _task(name, body, texts[-1], " ".join(texts))


def text_task(name: str, body: dict[str, Any]) -> Task:
    """Read a request for the completion of a text. Raises Unusable."""
    prompt = body.get("prompt")
    if isinstance(prompt, list) and len(prompt) == 1:
        prompt = prompt[0]
    if not isinstance(prompt, str):
        raise Unusable("prompt: expected a text")
    return _task(name, body, prompt, prompt)


def _task(name: str, body: dict[str, Any], prompt: str, everything: str) -> Task:
    words, asked = _without_directives(prompt)
    made = _number_of_tokens(body, asked, len(words) + 1)
    available = [f"{name}:", *(f" {word}" for word in words)]
    repeated = [available[0], *(available[1 + i % len(words)] for i in range(made - 1))] if words else available
    tokens = repeated[:made]
    options = body.get("stream_options")
    return Task(
        name=name,
        model=_model_of(body),
        prompt=prompt,
        tokens=tuple(tokens),
        prompt_tokens=len(everything.split()),
        finish="length" if len(tokens) <= len(words) else "stop",
        stream=body.get("stream") is True,
        include_usage=isinstance(options, dict) and options.get("include_usage") is True,
        wait=asked.get("wait", 0.0),
        pace=asked.get("pace", 0.0),
    )


def _number_of_tokens(body: dict[str, Any], asked: dict[str, float], otherwise: int) -> int:
    given = body.get("max_completion_tokens", body.get("max_tokens"))
    if given is None:
        given = int(asked["tokens"]) if "tokens" in asked else otherwise
    if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= MOST_TOKENS:
        raise Unusable(f"max_tokens: expected a whole number from 1 to {MOST_TOKENS}")
    return given


def _without_directives(prompt: str) -> tuple[list[str], dict[str, float]]:
    words: list[str] = []
    asked: dict[str, float] = {}
    for word in prompt.split():
        name, equals, value = word.partition("=")
        number = _number(value) if equals and name in DIRECTIVES else None
        if number is None:
            words.append(word)
        else:
            asked[name] = number
    return words, asked


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if 0 <= found <= MOST_TOKENS else None


def _content_of(message: Any) -> str:
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, list):
        content = " ".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    if not isinstance(content, str):
        raise Unusable("messages: expected each with a text as its content")
    return content


def _model_of(body: dict[str, Any]) -> str:
    model = body.get("model")
    if not isinstance(model, str) or not model:
        raise Unusable("model: expected a name")
    return model


def embeddings(name: str, body: dict[str, Any]) -> dict[str, Any]:
    """The vectors of a request's inputs. Raises Unusable."""
    given = body.get("input")
    inputs = [given] if isinstance(given, str) else given
    if not isinstance(inputs, list) or not inputs or not all(isinstance(each, str) for each in inputs):
        raise Unusable("input: expected a text, or a list of texts")
    read = sum(len(each.split()) for each in inputs)
    vectors = [{"object": "embedding", "index": n, "embedding": embedder.embed(each)} for n, each in enumerate(inputs)]
    return {
        "object": "list",
        "data": vectors,
        "model": _model_of(body),
        "usage": {"prompt_tokens": read, "total_tokens": read},
    }


def model(name: str, owner: str) -> dict[str, Any]:
    """A model as the list of models has it."""
    return {"id": name, "object": "model", "created": CREATED, "owned_by": owner}
