"""Looks for keys and prompts in the gateway's log, and for the ids of requests in logs, answers and calls."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

from support.base.outcomes import WaitedInVain
from support.base.waiting import until
from support.checks.basis import enough
from support.deployments import HasLogs
from support.deployments.base import require_capability
from support.domains.gateway import asking, requests, routing
from support.domains.gateway.asking import Asked, Register
from support.domains.gateway.questions import Question
from support.domains.gateway.requests import RequestIds
from support.http import Exchange
from support.load import numbers
from support.upstreams.calls import RecordedCall
from support.world.core import World
from support.world.upstreams import Upstreams

WRITTEN_WITHIN = 3.0
"""Seconds within which the gateway must have written what it did."""
HIDDEN = (
    "the plain model",
    "a stream of the plain model",
    "a model that does not exist",
    "the plain model in half a request",
)
"""What callers with something to hide ask for."""
RESTS = 4
"""Looks at the log, a tenth of a second apart, in which it has not grown, so that it grows no more."""
_hidden = count(numbers.first())


@dataclass(slots=True)
class HiddenWords:
    """What callers of this scenario wrote that nobody else may read."""

    words: list[str] = field(default_factory=list)


def ask(world: World, name: str, what: str) -> Asked:
    """Have a caller ask for something in words that must not be in a log: a model, a stream, half a request …"""
    secret = f"my-diagnosis-{next(_hidden)}"
    world.part(HiddenWords).words.append(secret)
    model = "gpt-unknown" if what == "a model that does not exist" else asking.route(world, name).model
    question = Question(model, words=secret, stream=what.startswith("a stream"))
    if what.endswith("half a request"):
        content = requests.MISTAKES["that is cut in half"](question.body)
        # The words stand in the middle of the request, so that the half has them.
        content = (
            content
            if secret.encode() in content
            else requests.MISTAKES["that is cut in half"]({**question.body, "user": "x" * 400})
        )
        headers = {**asking.headers_of(world, name), "Content-Type": "application/json"}
        answer = world.http.post(asking.CHAT, content=content, headers=headers, timeout=asking.PATIENCE)
        return asking.keep(world, Asked(question, name, asking.CALLER, answer))
    return asking.ask_stream(world, name, question) if question.stream else asking.ask(world, name, question)


def leaks(world: World) -> list[str]:
    """The keys, and the hidden words of callers, that stand in the log, once the gateway has had time to write it.

    All of the log is judged, since the gateway was started: one that writes nothing else shows its start at least.
    """
    token = asking.token_of(world, asking.CALLER)
    secrets = {"the caller's key": token} if token else {}
    secrets |= {f"the key of {upstream.name}": upstream.key for upstream in world.part(Upstreams).all()}
    secrets |= {f"the words {words!r}": words for words in enough(world.part(HiddenWords).words, "hidden words")}

    def found() -> list[str]:
        text = whole(world)
        return [f"{what}, in {_line(text, secret)!r}" for what, secret in secrets.items() if secret in text]

    _await_rest(world)
    enough(whole(world).strip(), "lines in the log")
    return found()


def _await_rest(world: World) -> None:
    """Wait until the log grows no more."""
    sizes = [len(whole(world))]

    def rests() -> bool:
        sizes.append(len(whole(world)))
        return len(sizes) > RESTS and sizes[-1] == sizes[-RESTS]

    with suppress(WaitedInVain):
        until(rests, WRITTEN_WITHIN, "the log to grow no more", poll=0.1)


def whole(world: World) -> str:
    """All that the gateway has logged since it was started."""
    return require_capability(world.deployment, HasLogs).logs()  # type: ignore[type-abstract]


def _line(text: str, sought: str) -> str:
    at = text.index(sought)
    return text[max(0, text.rfind("\n", 0, at) + 1) : at + len(sought) + 40][-300:]


def not_logged(world: World) -> list[str]:
    """The ids of requests that do not stand in the log, once the gateway has had time to write it."""
    given = enough(world.part(RequestIds).given, "ids of requests")

    def missing() -> list[str]:
        text = whole(world)
        return [each for each in given if each not in text]

    with suppress(WaitedInVain):
        until(lambda: not missing(), WRITTEN_WITHIN, "the ids in the log", poll=0.1)
    return missing()


def not_returned(world: World) -> list[str]:
    """The answer, if it does not give the id back under which its request was made."""
    given, answer = world.part(RequestIds).given[-1], world.part(Register).last.exchange
    return [] if any(given in value for value in answer.headers.values()) else [answer.describe()]


def not_passed_on(world: World) -> list[str]:
    """The headers of the upstream's call, if none of them has the id under which the request was made."""
    given = world.part(RequestIds).given[-1]
    _, call = asking.call_of(asking.calls(world), world.part(Register).last.question)
    return [] if _has(call, given) else [f"the call had {sorted(name for name, _ in call.headers)}, none with {given}"]


def ids_made(world: World) -> list[str]:
    """What is wrong with the ids that the gateway has made itself: missing, given twice, or not passed on."""
    judged, made, wrong = routing.asked(world), asking.calls(world), []
    header = world.system.log("header")
    given = [_header(each.exchange, header) for each in enough(judged, "questions", 2)]
    wrong += [
        f"no {header} in\n{each.exchange.describe()}" for each, text in zip(judged, given, strict=True) if not text
    ]
    if len(set(given)) < len(given):
        wrong.append(f"ids were given twice: {given}")
    for each, text in zip(judged, given, strict=True):
        _, call = asking.call_of(made, each.question)
        if text and not _has(call, text):
            wrong.append(f"the upstream was not given {text}")
    return wrong


def _header(answer: Exchange, name: str) -> str:
    return answer.headers.get(name, "")


def _has(call: RecordedCall, text: str) -> bool:
    return any(text in value for _, value in call.headers)
