"""Requests of any form, generated from the OpenAI API's operations: sound ones are answered, others refused properly.

Described is the part of the API that every gateway must know (https://platform.openai.com/docs/api-reference):
a request that it allows is answered; one that it does not allow may be passed on to an upstream that knows more, but
whatever is refused is refused as the caller's mistake, as an error of that API, and nothing ever fails on it (5xx).
"""

from __future__ import annotations

from typing import Any

from support.domains.gateway import asking, errors
from support.domains.gateway.telling import ports
from support.http import Exchange
from support.model import Difference, Explored, Recording, Step, curl, explore
from support.model.openapi_exploration import ApiDocument, Asking, Operation, said
from support.subjects import exploration
from support.world.core import World

CASES = 80
"""Requests of each operation where nothing else is asked for."""
TEXT = {"type": "string", "minLength": 1, "maxLength": 40}


def document(chat_model: str, embeddings_model: str = "") -> dict[str, Any]:
    """The operations, for these models, as an OpenAPI document."""
    roles = {"enum": ["system", "user", "assistant"]}
    message = _object({"role": roles, "content": TEXT}, "role", "content")
    chat = _object(
        {
            "model": {"const": chat_model},
            "messages": {"type": "array", "items": message, "minItems": 1, "maxItems": 3},
            "max_tokens": {"enum": [1, 7, 30]},
            "temperature": {"type": "number", "minimum": 0, "maximum": 2},
            "user": TEXT,
            "stop": {"type": "array", "items": TEXT, "maxItems": 4},
        },
        "model",
        "messages",
    )
    paths = {asking.CHAT: {"post": _operation("ask for a chat", chat)}}
    if embeddings_model:
        inputs = {"oneOf": [TEXT, {"type": "array", "items": TEXT, "minItems": 1, "maxItems": 5}]}
        embed = _object({"model": {"const": embeddings_model}, "input": inputs}, "model", "input")
        paths[asking.EMBEDDINGS] = {"post": _operation("ask for embeddings", embed)}
    return {"openapi": "3.1.0", "info": {"title": "OpenAI API, in part", "version": "1"}, "paths": paths}


def explore_all(world: World) -> Explored:
    """Send generated requests of each operation; the first that is answered otherwise is the story."""
    world.lease.dirty = True  # nobody knows what all these requests have left behind
    embedding = [route.model for route in world.system.routes.values() if route.embeddings]
    known = embedding[0] if embedding and "embeddings" in world.system.capabilities else ""
    cases, story = 0, None
    budget = exploration.budget(world, CASES)
    for operation in ApiDocument.read(document(asking.route(world, "plain").model, known)).operations:
        found = _explore(world, operation, budget)
        cases, story = cases + found.cases, story or found.story
    return Explored(cases, budget.seed, story)


def _explore(world: World, operation: Operation, budget: Any) -> Explored:
    headers, inside = asking.headers_of(world, "plain"), ports(world)

    def judge(case: Asking | None, recording: Recording) -> int:
        if case is None:
            return 0
        recording.note(lambda: _step(case))
        sent = {**headers, "Content-Type": case.media_type or "application/json"}
        answer = world.http.request(case.method, case.path, headers=sent, content=case.body, timeout=asking.PATIENCE)
        if difference := wrong(answer, inside, allowed=case.allowed):
            raise Difference(*difference)
        return 1

    return explore(operation.askings({}), judge, budget)


def wrong(answer: Exchange, inside: dict[str, int], *, allowed: bool) -> tuple[str, str] | None:
    """What was expected of an answer and what was seen; None where it is right."""
    seen = f"the status was {answer.status}: {said(answer.body)}"
    if allowed and not answer.ok:
        return "a sound request to be answered", seen
    if answer.ok:
        return None
    if answer.status is None or answer.status >= 500:
        return "a malformed request to be refused as such (4xx)", f"{seen} {answer.error or ''}".rstrip()
    problems = [*errors.wrong_in_error(answer), *errors.told_of_inside(answer, inside)]
    return (
        ("an error of the OpenAI API that tells nothing of the inside", f"{'; '.join(problems)}; {seen}")
        if problems
        else None
    )


def _step(case: Asking) -> Step:
    outside = "" if case.allowed else ", which the API does not describe"
    text = case.body.decode("utf-8", "replace")
    command = curl.command(case.method, case.path, text, case.media_type or "application/json", token=True)
    return Step(f"a caller sends {said(case.body)} to {case.path}{outside}", command)


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def _operation(summary: str, body: dict[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": body}}
    answers = {"200": {"description": "the answer"}, "4XX": {"description": "a refusal"}}
    return {"summary": summary, "requestBody": {"required": True, "content": content}, "responses": answers}
