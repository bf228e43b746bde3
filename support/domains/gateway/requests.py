"""Requests with something special in them: fields that the gateway does not know, mistakes, ids, and embeddings."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from support.base.outcomes import NotVerified
from support.checks.basis import enough
from support.domains.gateway import asking
from support.domains.gateway.asking import Asked, Register
from support.domains.gateway.questions import TOKENS, Question
from support.domains.gateway.reading import field as at
from support.domains.gateway.reading import parsed
from support.domains.gateway.routing import changed
from support.http import Exchange
from support.http.client import HttpClient
from support.world.core import World
from support.world.upstreams import Upstreams

LANGUAGES = "Łódź 李白 🜁🜂 עברית naïve"
TOOL = {
    "type": "function",
    "function": {
        "name": "look_up",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "enum": ["Łódź", "Zürich"]}},
            "required": ["city"],
            "additionalProperties": False,
        },
    },
}

SPECIAL: dict[str, dict[str, Any]] = {
    "a field that nobody knows": {"extra": {"signoff_note": "keep me"}},
    "fields of a certain server": {
        "extra": {"top_k": 40, "min_p": 0.05, "repetition_penalty": 1.1, "chat_template_kwargs": {"thinking": False}}
    },
    "a nested field": {"extra": {"signoff_note": {"deep": [1, 2.5, {"er": ["x", True, "y"]}]}}},
    "values that are false or zero": {
        "extra": {"temperature": 0, "presence_penalty": 0.0, "signoff_flag": False, "signoff_count": 0}
    },
    "letters of many languages": {"words": LANGUAGES, "extra": {"signoff_note": LANGUAGES}},
    "an unknown field in a message": {"message": {"name": "ada", "signoff_note": {"mood": "good"}}},
    "tools and their parameters": {"extra": {"tools": [TOOL], "tool_choice": "none", "stop": ["\n\n", "END"]}},
}
"""What Gherkin calls a request with something special → how its question is made."""

_USAGE = {"stream_options": {"include_usage": True}}

MISTAKES: dict[str, Callable[[dict[str, Any]], bytes]] = {
    "that is cut in half": lambda body: _json(body)[: len(_json(body)) // 2],
    "that is empty": lambda body: b"",
    "that is a list": lambda body: _json([body]),
    "without a model": lambda body: _json({name: value for name, value in body.items() if name != "model"}),
    "whose model is a number": lambda body: _json({**body, "model": 7}),
    "without messages": lambda body: _json({name: value for name, value in body.items() if name != "messages"}),
    "whose messages are a text": lambda body: _json({**body, "messages": "hello"}),
    "with letters that are no text": lambda body: _json(body).replace(b"please", b"ple\xff\xfe\xe9se"),
}
"""What Gherkin says is wrong with a request → its body, made of a good one."""

INPUTS: dict[str, Any] = {
    "twelve texts in no order": [f"text {letter}" for letter in "kcjalebidhgf"],
    "two equal texts with one between": ["the same", "another", "the same"],
    "one text in a list": ["all alone"],
    "one text by itself": "all alone",
    "a hundred texts": [f"text number {(number * 37) % 100}" for number in range(100)],
}
"""What Gherkin calls the inputs of embeddings."""


@dataclass(slots=True)
class Embeddings:
    """The inputs of the last request for embeddings, and its answer."""

    inputs: list[str] = field(default_factory=list)
    exchange: Exchange | None = None


ITSELF = "the gateway"
"""Whoever answers for a model that a gateway has built in, such as one for trials."""


@dataclass(slots=True)
class Models:
    """The models that the gateway has listed, and which upstream answered for each, or ITSELF; empty where none did."""

    listed: list[str] = field(default_factory=list)
    speakers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class RequestIds:
    """The ids under which requests were made."""

    given: list[str] = field(default_factory=list)


def special(model: str, what: str, *, stream: bool = False) -> Question:
    """A question with something special in its request."""
    made = SPECIAL[what]
    question = Question(model, words=made.get("words", ""), stream=stream)
    return Question(
        model,
        number=question.number,
        words=question.words,
        tokens=max(TOKENS, len(question.spoken) + 1),
        stream=stream,
        extra=made.get("extra", {}),
        message=made.get("message", {}),
    )


def ask_special(world: World, name: str, what: str, *, stream: bool = False) -> Asked:
    """Have a caller ask for a route in such a request."""
    question = special(asking.route(world, name).model, what, stream=stream)
    return asking.ask_stream(world, name, question) if stream else asking.ask(world, name, question)


def ask_with_usage(world: World, name: str) -> Asked:
    """Have a caller ask for a stream of a route that tells the number of tokens at its end."""
    question = Question(asking.route(world, name).model, stream=True, extra=_USAGE)
    return asking.ask_stream(world, name, question)


def not_as_sent(world: World) -> list[str]:
    """What of the last question's fields did not reach the upstream as it was sent."""
    question = world.part(Register).last.question
    _, call = asking.call_of(asking.calls(world), question)
    sent = {**question.extra, "messages": question.body["messages"]}
    return changed(sent, parsed(call.body))


def ask_wrongly(world: World, name: str, mistake: str) -> Asked:
    """Have a caller ask for a route in a request with a mistake."""
    question = asking.question_for(world, name)
    headers = {**asking.headers_of(world, name), "Content-Type": "application/json"}
    content = MISTAKES[mistake](question.body)
    exchange = world.http.post(asking.CHAT, content=content, headers=headers, timeout=asking.PATIENCE)
    return asking.keep(world, Asked(question, name, asking.CALLER, exchange))


def call_nowhere(world: World) -> None:
    """Have a caller call an API path that no document of the OpenAI API knows."""
    headers = asking.headers_of(world, "plain")
    answer = world.http.post("/v1/no-such-path-of-the-api", json={"model": "x"}, headers=headers)
    world.exchanges.append(answer)


def list_models(world: World, who: str = asking.CALLER) -> list[str]:
    """Have somebody list the models. Raises NotMet where the answer is no such list."""
    answer = world.http.get(asking.MODELS, headers=asking.headers_of(world, "plain", who), timeout=asking.PATIENCE)
    world.exchanges.append(answer)
    data = at(answer.json(), "data")
    listed = [at(each, "id") for each in data] if isinstance(data, list) else []
    world.part(Models).listed = [str(each) for each in enough(listed, f"models in the list: {answer.describe()}")]
    return world.part(Models).listed


def ask_for_each(world: World, who: str = asking.CALLER) -> None:
    """Have somebody ask for each model that was listed, but for the limited one, whose limit other scenarios count."""
    routes = {route.model: name for name, route in world.system.routes.items()}
    for model in [each for each in world.part(Models).listed if routes.get(each) != "limited"]:
        made = asking.ask(world, routes.get(model, ""), Question(model), who)
        itself = ITSELF if made.exchange.ok and at(made.exchange.json(), "choices", 0) is not None else ""
        world.part(Models).speakers[model] = made.speaker or itself


def embed(world: World, name: str, what: str) -> None:
    """Have a caller ask for the embeddings of some inputs."""
    given = INPUTS[what]
    body = {"model": embeddings_model(world, name), "input": given}
    answer = world.http.post(asking.EMBEDDINGS, json=body, headers=asking.headers_of(world, name))
    world.exchanges.append(answer)
    world.part(Embeddings).inputs = [given] if isinstance(given, str) else given
    world.part(Embeddings).exchange = answer


def embeddings_model(world: World, name: str) -> str:
    """The model of a route that serves embeddings. Raises NotVerified if it does not."""
    route = asking.route(world, name)
    if not route.embeddings:
        raise NotVerified(f"{world.system.path} does not declare routes.{name}.embeddings, which this needs")
    return route.model


def embeddings_route(world: World) -> str:
    """The first route that serves embeddings. Raises NotVerified if none does."""
    found = [name for name, route in world.system.routes.items() if route.embeddings]
    if not found:
        raise NotVerified(f"{world.system.path} declares no route with embeddings, which this needs")
    return found[0]


def out_of_order(vectors: Mapping[int, Any], alone: list[Any]) -> list[str]:
    """The inputs whose embedding is not the one that the upstream makes of them alone."""
    wrong = [] if len(vectors) == len(alone) else [f"{len(vectors)} embeddings for {len(alone)} inputs"]
    for number, expected in enumerate(alone):
        if (seen := vectors.get(number)) != expected:
            other = [n for n, each in enumerate(alone) if each == seen]
            wrong.append(f"input {number} has {'none' if seen is None else f'the embedding of input {other}'}")
    return wrong


def vectors_of(answer: Exchange) -> dict[int, Any]:
    """The embeddings of an answer: position → vector, and a position that disagrees with its ``index`` is left out."""
    data = at(answer.json(), "data")
    found = enumerate(data) if isinstance(data, list) else ()
    return {number: at(each, "embedding") for number, each in found if at(each, "index") == number}


def embedded_alone(world: World, name: str, texts: list[str]) -> list[Any]:
    """What an upstream of a route makes of each text by itself, asked directly."""
    upstream = world.part(Upstreams)[asking.route(world, name).upstreams[0]]
    client, made = HttpClient(upstream.address.direct, lambda _: None), {}
    for text in dict.fromkeys(texts):
        body = {"model": asking.route(world, name).model_upstream, "input": text}
        made[text] = at(client.post(asking.EMBEDDINGS, json=body, token=upstream.key).json(), "data", 0, "embedding")
    client.close()
    return [made[text] for text in texts]


def ask_under_id(world: World, name: str, *, stream: bool = False) -> Asked:
    """Have a caller ask for a route under a request id of its own."""
    given = uuid4().hex
    world.part(RequestIds).given.append(given)
    question, added = asking.question_for(world, name, stream=stream), {world.system.log("header"): given}
    send = asking.ask_stream if stream else asking.ask
    return send(world, name, question, added=added)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
