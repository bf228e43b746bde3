"""Reads answers with the ``openai`` package, the makers' own client: whether it can is a judgement of its own.

The package is imported when it is needed: only gateways need it (``systems/gateway/requirements-suite.txt``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from support.base.outcomes import Broken, NotVerified
from support.domains.gateway import asking
from support.domains.gateway.questions import Question
from support.world.core import World

RETRIES = 0
"""Tries of the client's own: it hides nothing."""


@dataclass(slots=True)
class OfficialClient:
    """What the official client read last, or the trouble that it had; None before it was used."""

    read: Any = None
    trouble: str = ""
    question: Question | None = None
    used: bool = False
    texts: list[str] = field(default_factory=list)


def complete(world: World, name: str) -> None:
    """Have the official client ask for a route."""
    question = asking.question_for(world, name)
    _use(world, name, question, lambda client: _whole(client.chat.completions.create(**question.body)))


def stream(world: World, name: str) -> None:
    """Have the official client ask for a stream of a route, and read all of it."""
    question = asking.question_for(world, name, stream=True)
    _use(world, name, question, lambda client: _streamed(client.chat.completions.create(**question.body)))


def models(world: World) -> None:
    """Have the official client list the models."""
    _use(world, "plain", None, lambda client: sorted(_valid(model).id for model in client.models.list()))


def embed(world: World, name: str, texts: list[str]) -> None:
    """Have the official client ask for embeddings, as numbers."""
    world.part(OfficialClient).texts = texts
    model = asking.route(world, name).model

    def read(client: Any) -> list[list[float]]:
        answer = client.embeddings.create(model=model, input=texts, encoding_format="float")
        return [list(each.embedding) for each in _valid(answer).data]

    _use(world, name, None, read)


def used(world: World) -> OfficialClient:
    """What the official client read last. Raises Broken before it was used."""
    if not world.part(OfficialClient).used:
        raise Broken("no official client has been used yet")
    return world.part(OfficialClient)


def right_answers(world: World) -> list[str]:
    """What the upstreams of the model say to the question of the official client."""
    used_ = used(world)
    if used_.question is None:
        raise Broken("the official client has asked no question")
    names = [
        name
        for route in world.system.routes.values()
        if route.model == used_.question.model
        for name in route.upstreams
    ]
    return [used_.question.answer_of(name) for name in names]


def wrong_in_error(world: World) -> list[str]:
    """What the official client could not read of an error that it raised: status, message, type, and code."""
    error = used(world).read
    if not isinstance(error, _package().APIStatusError):
        return [f"it raised no error with a status, but {error!r}"]
    return [trouble] if (trouble := trouble_with_error(error.body)) else []


def trouble_with(kind: Callable[[Any], Any], value: Any) -> str:
    """Why a document is none of this kind (a type of the package), as its own model says; empty if it is one."""
    from pydantic import ValidationError

    try:
        kind(value)
    except ValidationError as error:
        wrong = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
        return f"{error.title}: {'; '.join(wrong)}"
    return ""


def trouble_with_error(value: Any) -> str:
    """Why a document is no error object of the OpenAI API; empty if it is one."""
    return trouble_with(_package().types.ErrorObject.model_validate, value)


def _use(world: World, name: str, question: Question | None, read: Callable[[Any], Any]) -> None:
    package, used = _package(), world.part(OfficialClient)
    headers = {key: text for key, text in asking.headers_of(world, name, None).items() if key != "Authorization"}
    token = asking.token_of(world, asking.CALLER) or "no-key-is-needed"
    client = package.OpenAI(
        base_url=f"{world.deployment.url}/v1",
        api_key=token,
        max_retries=RETRIES,
        timeout=asking.PATIENCE,
        default_headers=headers,
    )
    used.used, used.question, used.read, used.trouble = True, question, None, ""
    try:
        used.read = read(client)
    except (package.OpenAIError, ValueError) as error:
        used.trouble, used.read = f"{type(error).__name__}: {error}", error
    finally:
        client.close()
    world.evidence.text("what the official client read", f"{used.read!r}\n{used.trouble}")


def _whole(answer: Any) -> str:
    text = _valid(answer).choices[0].message.content
    return "" if text is None else str(text)


def _streamed(chunks: Any) -> str:
    pieces = [_valid(chunk).choices for chunk in chunks]
    return "".join(choices[0].delta.content or "" for choices in pieces if choices)


def _valid(answer: Any) -> Any:
    """The answer, checked by its own type: the client itself takes any document for one. Raises ValidationError."""
    return type(answer).model_validate(answer.to_dict(mode="json"))


def _package() -> Any:
    try:
        import openai
    except ImportError as error:
        raise NotVerified(
            "the official client is not installed: pip install -r systems/gateway/requirements-suite.txt"
        ) from error
    return openai
