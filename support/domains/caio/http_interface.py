"""The HTTP interface of an orchestrator, by the paths that its ``system.yaml`` names."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from support.base.documents import Document
from support.base.outcomes import NotMet
from support.base.systems import System
from support.checks.shapes import Object, Page, named, read
from support.domains.caio.answer import Answer, Refusal, refusal
from support.domains.caio.interface import RouteRequest
from support.http import Exchange, HttpClient
from support.http.paths import query_value, segment

PAGE = 200
"""Entries asked for in one page of a list."""

MOST_PAGES = 10_000
"""Pages after which a list does not end."""

AT_A_TIME = 6
"""Services that are registered side by side where there are many."""
PLENTY = 60.0
"""Seconds that one of them may take."""


class HttpInterface:
    """Speaks to an orchestrator over HTTP. ``token``, where there is one, is shown with every request.

    Answers that come ``quiet`` do not hold their exchange as text: writing thousands takes longer than making them.
    """

    name = "http"

    def __init__(self, client: HttpClient, system: System, token: str | None = None, *, quiet: bool = False) -> None:
        self.client = client
        self._system = system
        self._token = token
        self._quiet = quiet

    def over(self, client: HttpClient) -> HttpInterface:
        """The same orchestrator as the same caller, quietly, over another client."""
        return HttpInterface(client, self._system, self._token, quiet=True)

    def register(self, contract: str) -> Answer:
        return self._send("POST", self._path("services"), contract)

    def register_all(self, documents: Sequence[Document]) -> Answer:
        """Register many services, some at a time, without leaving thousands of exchanges as evidence.

        The first that is refused is the answer; else it tells how many were registered.
        """
        quiet = HttpClient(self.client.base_url, lambda _: None, PLENTY, self.client.authority)

        def register(document: Document) -> Answer:
            return answer_of(quiet.post(self._path("services"), json=document, token=self._token))

        with ThreadPoolExecutor(AT_A_TIME) as pool:
            answers = list(pool.map(register, documents))
        quiet.close()
        refused = [answer for answer in answers if not answer.accepted]
        return refused[0] if refused else Answer(len(answers))

    def replace(self, service_id: str, contract: str) -> Answer:
        return self._send("PUT", self._path("services", service_id), contract)

    def remove(self, service_id: str) -> Answer:
        return self._send("DELETE", self._path("services", service_id))

    def service(self, service_id: str) -> Answer:
        return self._send("GET", self._path("services", service_id))

    def services(self) -> Answer:
        entries: list[Any] = []
        cursor, seen = "", set[str]()
        while True:
            query = f"?limit={PAGE}" + (f"&cursor={query_value(cursor)}" if cursor else "")
            page = self._send("GET", self._path("services") + query)
            if not page.accepted:
                return page
            entries += named(page.body, "items")
            seen.add(cursor)
            cursor = read(page.body, Page).next or ""
            if cursor and (cursor in seen or len(seen) > MOST_PAGES):
                raise NotMet(
                    f"expected the list of services to end, but after {len(seen)} pages it goes on at {cursor!r}"
                )
            if not cursor:
                return Answer(entries, shown=page.shown, duration=page.duration, status=page.status)

    def probe(self, service_id: str) -> Answer:
        return self._send("POST", self._path("services", service_id) + "/probe")

    def route(self, request: RouteRequest) -> Answer:
        return self._send("POST", self._path("route"), body=as_json(request))

    def route_text(self, text: str) -> Answer:
        """Send a text as a request for a decision, letter by letter."""
        plain_json = {"Content-Type": "application/json"}
        return self._send("POST", self._path("route"), content=text, headers=plain_json)

    def route_together(self, requests: Sequence[RouteRequest]) -> list[Answer]:
        with ThreadPoolExecutor(max_workers=len(requests)) as pool:
            return list(pool.map(self.route, requests))

    def dispatch(self, request: RouteRequest, payload: dict[str, Any], deadline_ms: int) -> Answer:
        """Have a request routed and carried out: ``payload`` is for the service, the deadline is the caller's."""
        body = {**as_json(request), "input": payload, "deadline_ms": deadline_ms}
        return self._send("POST", self._path("dispatch"), body=body, timeout=deadline_ms / 1000 + 10)

    def decision(self, decision_id: str) -> Answer:
        return self._send("GET", self._path("decisions", decision_id))

    def public_keys(self) -> Answer:
        answer = self._send("GET", self._path("keys"))
        return Answer(answer.read(list[Object], "keys"), shown=answer.shown) if answer.accepted else answer

    def _path(self, endpoint: str, name: str | None = None) -> str:
        base = self._system.endpoint(endpoint)
        return base if name is None else f"{base}/{segment(name)}"

    def _send(self, method: str, path: str, contract: str | None = None, **options: Any) -> Answer:
        if contract is not None:
            options |= {"content": contract, "headers": {"Content-Type": "application/yaml"}}
        if "body" in options:
            options["json"] = options.pop("body")
        return answer_of(self.client.request(method, path, token=self._token, **options), quiet=self._quiet)


def as_json(request: RouteRequest) -> dict[str, Any]:
    """The body that the route and dispatch endpoints take."""
    return {**request.body, "policies": request.policies, "history": request.history, "seed": request.seed}


def answer_of(exchange: Exchange, *, quiet: bool = False) -> Answer:
    """Read an exchange as an answer. No answer at all is a refusal of the kind "no-answer".

    ``quiet`` leaves the exchange as text out.

    Raises NotMet for a result that is no JSON.
    """
    common: dict[str, Any] = {
        "shown": "" if quiet else exchange.describe(),
        "duration": exchange.duration,
        "status": exchange.status,
        "request_id": exchange.headers.get("X-Request-ID"),
    }
    if exchange.status is None:
        return Answer(refusal=Refusal("no-answer", exchange.error or ""), **common)
    if exchange.ok:
        return Answer(exchange.json() if exchange.body else None, **common)
    if "problem+json" not in exchange.headers.get("Content-Type", ""):
        return Answer(refusal=Refusal("unexplained", f"{exchange.status}: {exchange.text[:500]}"), **common)
    try:
        problem = exchange.json()
    except NotMet:
        told = f"{exchange.status}: expected a problem document, but it is no JSON: {exchange.text[:500]}"
        return Answer(refusal=Refusal("unexplained", told), **common)
    return Answer(problem, refusal(problem), **common)
