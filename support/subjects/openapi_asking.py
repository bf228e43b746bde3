"""Asks a system what its own document allows, and a little that it does not, and judges each answer by the document."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from support.base.outcomes import NotVerified, UsageError
from support.deployments import RemoteDeployment
from support.http import Exchange
from support.http.paths import check
from support.model import Budget, Difference, Recording, Story, explore
from support.model.openapi_exploration import ApiDocument, Asking, Operation
from support.subjects import requests
from support.subjects.openapi_words import UNKNOWN_TOKEN, let_in, seen, step
from support.world.core import World

_ALL = "admin"
"""The role of who may do everything."""
KEPT = 3
"""Names of one kind that are remembered of answers, to be asked for."""
REFUSED = (401, 403)
"""How callers are refused who do not say who they are, or may not do what they ask (RFC 9110, 15.5.2 and 15.5.4)."""
MALFORMED = (400, 415, 422)
"""How requests are refused that are not in the form that is asked for."""
UNKNOWN_METHOD = (404, 405, 501)
"""How methods are refused that an address does not have."""
UNKNOWN_TYPE = "application/x-unknown-to-everybody"
"""A media type of bodies that no document names."""

Once = Callable[[Recording], None]
"""Asks once, notes what it asks, and raises Difference for an answer that the document does not describe."""


def token_of(world: World) -> str | None:
    """The token of who may do everything: the administrator, else the first who is limited in nothing; None: nobody."""
    able = [
        (name, each.role) for name, each in world.system.identities.items() if each.routes is None and not each.expired
    ]
    first = min(able, key=lambda each: each[1] != _ALL, default=None)
    return None if first is None else world.system.token(first[0])


class Asker:
    """Asks one system. ``asked`` counts its requests, ``limited`` those refused because they were too many."""

    def __init__(self, world: World, document: ApiDocument) -> None:
        self.world, self.document = world, document
        self.foreign = isinstance(world.deployment, RemoteDeployment)
        may = [each for each in document.operations if each.is_safe or not self.foreign]
        self.operations = sorted(may, key=lambda each: each.method == "DELETE")
        if not self.operations:
            raise NotVerified("the document has no operation that may be tried here")
        self.asked = self.limited = 0
        self._seen: Counter[tuple[str, str]] = Counter()
        self._known: dict[str, list[str]] = {}
        self._accepted: dict[str, Asking] = {}
        declared = world.system.refusals.get("rate-limited")
        self._too_many = 429 if declared is None else declared.status
        self._token = token_of(world)

    @property
    def note(self) -> str:
        """What limits what was seen; empty if nothing does."""
        notes = ["only what changes nothing, as the system is somebody else's"] if self.foreign else []
        notes += [f"{self.limited} refused because they were too many"] if self.limited else []
        return f" ({'; '.join(notes)})" if notes else ""

    def seen(self) -> str:
        """How often each operation gave each status, as a text."""
        lines = [f"{count:6} {label} → {status}" for (label, status), count in sorted(self._seen.items())]
        return "\n".join(["answers to requests that were compared with the document", *lines]) + "\n"

    def differences(self, budget: Budget) -> Iterator[Story]:
        """The smallest story of each operation whose answers differ, and of each single request beside them.

        The system's declared requests come first: their answers tell of names that others can ask for.
        """
        yield from _stories(self._declared())
        for operation in self.operations:
            cases = Budget(budget.cases if operation.varies else 1, budget.seed, shrinking=budget.shrinking)
            if story := self._explore(operation, cases):
                yield story
        if not self.foreign:
            yield from _stories(self._strangers())
            yield from _stories(self._other_bodies())
            yield from _stories(self._unknown_methods())

    def _explore(self, operation: Operation, budget: Budget) -> Story | None:
        def judge(asking: Asking | None, recording: Recording) -> int:
            if asking is not None:
                exchange = self._compared(operation, asking, recording)
                if asking.allowed and exchange is not None and self._token is not None:
                    self._as_stranger(operation, asking, recording, exchange)
            return 1

        return explore(operation.askings(self._known), judge, budget).story

    # -- single requests

    def _declared(self) -> Iterator[Once]:
        for name, request in self.world.system.requests.items():
            path = self.world.endpoint(request.endpoint) + request.below
            operation = self.document.of(request.method, path)
            if operation not in self.operations or operation is None or request.method == "DELETE":
                continue

            def once(
                recording: Recording, name: str = name, request: Any = request, operation: Operation = operation
            ) -> None:
                def by(method: str, to: str, headers: list[tuple[str, str]], content: str | None) -> Exchange:
                    asking = Asking(method, to, tuple(headers), (content or "").encode())
                    exchange = self._send(asking, recording, self._token)
                    self._learn(operation, asking, exchange)
                    self._compare(operation, exchange)
                    return exchange

                requests.send(self.world, name, request, by)

            yield once

    def _strangers(self) -> Iterator[Once]:
        for operation in [each for each in self.operations if each.needs_credentials]:
            nothing = Asking(operation.method, operation.filled(self._known))
            asking = self._accepted.get(operation.label, nothing)
            for token in (None, UNKNOWN_TOKEN):

                def once(
                    recording: Recording,
                    operation: Operation = operation,
                    asking: Asking = asking,
                    token: str | None = token,
                ) -> None:
                    exchange = self._send(asking, recording, token)
                    self._compare(operation, exchange)
                    if exchange.ok:
                        raise let_in(operation, exchange)

                yield once

    def _other_bodies(self) -> Iterator[Once]:
        for operation in [each for each in self.operations if each.body is not None]:
            sound = Asking(operation.method, operation.filled(self._known), body=b"{}")
            path = sound.path
            if not any("*" in each for each in operation.media_types):
                sound = self._accepted.get(operation.label, sound)
                other = Asking(sound.method, sound.path, (("Content-Type", UNKNOWN_TYPE),), sound.body, allowed=False)
                yield self._refused(operation, other, f"a body of type {UNKNOWN_TYPE}, which it does not name,")
            if operation.body:
                nothing = Asking(operation.method, path, allowed=False)
                yield self._refused(operation, nothing, "no body, although it requires one,")
            elif not operation.demands_parameters:
                yield self._not_malformed(operation, Asking(operation.method, path))

    def _unknown_methods(self) -> Iterator[Once]:
        for method, operation in self.document.unknown_methods():

            def once(recording: Recording, method: str = method, operation: Operation = operation) -> None:
                path = operation.filled(self._known)
                exchange = self._send(Asking(method, path, allowed=False), recording, self._token)
                if self._is_limited(exchange):
                    return
                if exchange.status not in UNKNOWN_METHOD:
                    raise Difference(f"{method} to be refused, which the document does not name here", seen(exchange))
                if exchange.status == 405 and "Allow" not in exchange.headers:
                    raise Difference("a header Allow beside status 405 (RFC 9110, 15.5.6)", seen(exchange))

            yield once

    def _refused(self, operation: Operation, asking: Asking, what: str) -> Once:
        def once(recording: Recording) -> None:
            exchange = self._compared(operation, asking, recording)
            if exchange is not None and exchange.ok:
                raise Difference(f"{what} to be refused by {operation.label}", seen(exchange))

        return once

    def _not_malformed(self, operation: Operation, asking: Asking) -> Once:
        def once(recording: Recording) -> None:
            exchange = self._compared(operation, asking, recording)
            if exchange is not None and exchange.status in MALFORMED:
                raise Difference(f"{operation.label} to need no body, as the document says", seen(exchange))

        return once

    # -- what is sent, and what its answer is compared with

    def _compared(self, operation: Operation, asking: Asking, recording: Recording) -> Exchange | None:
        try:
            check(asking.path)
        except UsageError:
            return None  # would be sent as another path
        exchange = self._send(asking, recording, self._token)
        if self._is_limited(exchange):
            return None
        self._learn(operation, asking, exchange)
        self._compare(operation, exchange)
        return exchange

    def _as_stranger(self, operation: Operation, asking: Asking, recording: Recording, known: Exchange) -> None:
        """Ask the same without a token: it must be refused where the document says that callers identify themselves."""
        if not operation.needs_credentials:
            return
        exchange = self._send(asking, recording, None)
        self._compare(operation, exchange)
        if exchange.ok or (known.ok and exchange.status not in REFUSED and not self._is_limited(exchange)):
            raise let_in(operation, exchange)

    def _send(self, asking: Asking, recording: Recording, token: str | None) -> Exchange:
        recording.note(lambda: step(asking, token))
        exchange = self.world.http.request(
            asking.method, asking.path, headers=asking.headers, content=asking.body, token=token
        )
        self.asked += 1
        self.limited += self._is_limited(exchange)
        return exchange

    def _compare(self, operation: Operation, exchange: Exchange) -> None:
        if self._is_limited(exchange):
            return  # how often one may call is not what is asked here
        self._seen[operation.label, str(exchange.status or exchange.error)] += 1
        if differences := operation.undescribed(exchange):
            raise Difference(f"{operation.describes()}", f"{seen(exchange)}: {'; '.join(differences)}")

    def _is_limited(self, exchange: Exchange) -> bool:
        return exchange.status == self._too_many

    def _learn(self, operation: Operation, asking: Asking, exchange: Exchange) -> None:
        """Remember a request that was accepted, and names in its answer that operations have in their address."""
        if not exchange.ok:
            return
        self._accepted.setdefault(operation.label, asking)
        try:
            body = json.loads(exchange.body)
        except ValueError:
            return
        for name in {name: None for each in self.operations for name in each.parameters}:
            below = f"{operation.path}/{{{name}}}"
            keys = {name, "id"} if any(each.path.startswith(below) for each in self.operations) else {name}
            known = self._known.setdefault(name, [])
            for value in _values(body, keys):
                if value not in known and len(known) < KEPT:
                    known.append(value)


def _stories(askings: Iterable[Once]) -> Iterator[Story]:
    for once in askings:
        recording = Recording()
        try:
            once(recording)
        except Difference as difference:
            yield Story(recording.steps(), difference.expected, difference.seen)


def _values(document: Any, keys: set[str]) -> Iterator[str]:
    """Texts that stand under one of the keys, the outermost of each branch first."""
    if isinstance(document, dict):
        yield from (value for key, value in document.items() if key in keys and isinstance(value, str) and value)
    if isinstance(document, dict | list):
        for each in document.values() if isinstance(document, dict) else document:
            yield from _values(each, keys)
