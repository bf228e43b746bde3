"""The requests that a definition declares: sent one by one or as loads, and whether an answer is the right one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from support.base import documents
from support.base.outcomes import Broken, NotVerified
from support.base.requests import NUMBER, Request, sought
from support.checks.basis import enough
from support.http import Exchange
from support.load import numbers
from support.load.plan import Call
from support.load.result import LoadResult
from support.world.core import ADMIN, World


@dataclass(frozen=True, slots=True)
class Sent:
    """A declared request as it was sent, with its number, and what came of it."""

    name: str
    request: Request
    number: str
    exchange: Exchange


@dataclass(slots=True)
class DeclaredRequests:
    """The part that sends declared requests; ``sent`` is the last one of a step."""

    world: World
    sent: Sent | None = None

    @classmethod
    def of(cls, world: World) -> Self:
        """The part of a world."""
        return cls(world)

    def load_call(self, name: str) -> Call | None:
        """A declared request, each with a number of its own; None for a name that is not declared."""
        declared = self.world.system.requests
        if sought(name, declared) not in declared:
            return None
        request, content = declared[sought(name, declared)], declared[sought(name, declared)].content
        return Call(
            name=name,
            method=request.method,
            path=_marked(self.world.endpoint(request.endpoint) + request.below),
            body=None if content is None else _marked(content).encode(),
            headers={**request.all_headers, **self._token()},
            expects=request.answer.statuses,
            contains=tuple(map(_marked, request.answer.contains)),
        )

    def load_in_process(self, title: str, name: str, users: int, each: int) -> Callable[[], LoadResult] | None:
        """None: declared requests go over HTTP."""
        return None

    def _token(self) -> dict[str, str]:
        system = self.world.system
        return {"Authorization": f"Bearer {system.token(ADMIN)}"} if ADMIN in system.identities else {}


Send = Callable[[str, str, list[tuple[str, str]], str | None], Exchange]
"""Sends method, path, headers and body."""


def send(world: World, name: str, request: Request, by: Send) -> Exchange:
    """Send a declared request, or a changed one, with a number of its own."""
    number = str(numbers.first())
    path = (world.endpoint(request.endpoint) + request.below).replace(NUMBER, number)
    content = None if request.content is None else request.content.replace(NUMBER, number)
    exchange = by(request.method, path, list(request.all_headers.items()), content)
    world.part(DeclaredRequests).sent = Sent(name, request, number, exchange)
    return exchange


def last_sent(world: World) -> Sent:
    """The declared request that was sent last. Raises Broken before there was one."""
    if (sent := world.part(DeclaredRequests).sent) is None:
        raise Broken("no declared request has been sent yet")
    return sent


def mismatches(world: World) -> list[str]:
    """What shows that the last answer is not the one to its own request: status, or a text that is not there.

    Raises NotVerified where no text in the declared answer tells it from the answers to other requests.
    """
    sent = last_sent(world)
    answer, (first, last) = sent.request.answer, sent.request.answer.statuses
    if not any(NUMBER in text for text in answer.contains):
        raise NotVerified(f"{world.system.path} does not declare requests.{sent.name}.answer.contains with {NUMBER}")
    texts = enough([text.replace(NUMBER, sent.number) for text in answer.contains], "texts to look for")
    wrong = [] if first <= (sent.exchange.status or 0) <= last else [f"{sent.exchange}"]
    return wrong + [f"{text!r} is not in it" for text in texts if text not in sent.exchange.text]


def answered_by(world: World) -> str | None:
    """The companion that the last answer names; None if it names none.

    Raises NotVerified if the definition does not declare where it would.
    """
    sent = last_sent(world)
    where = sent.request.answered_by
    if where is None:
        raise NotVerified(f"{world.system.path} does not declare requests.{sent.name}.answered_by, which this needs")
    if where.header is not None:
        return sent.exchange.headers.get(where.header)
    named = documents.read(sent.exchange.json(), where.json_path or "")
    return None if named is None else str(named)


def _marked(text: str) -> str:
    return text.replace(NUMBER, numbers.MARK)
