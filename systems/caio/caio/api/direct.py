"""Answers the routes that are called for every request of a user, without the layers of the web framework.

These know what they need: no parameters to look for in the address, no dependencies to solve, no model to answer with.
FastAPI has the same functions as routes, and describes them; only it is not asked on the way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from chassis import problems
from chassis.problems import Problem
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from caio.api import answers
from caio.errors import CaioError

Answer = Callable[[Request], Awaitable[Response]]


class DirectRoutes:
    """The innermost middleware: who comes here has been identified, counted and admitted."""

    def __init__(self, app: ASGIApp, routes: Mapping[tuple[str, str], Answer], namespace: str) -> None:
        self.app = app
        self.routes = routes
        self.namespace = namespace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self.routes.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if answer is None:
            await self.app(scope, receive, send)
            return
        try:
            response = await answer(Request(scope, receive))
        except (CaioError, Problem) as refusal:
            problem = refusal if isinstance(refusal, Problem) else answers.problem_of(refusal)
            response = problems.respond(problem, self.namespace, scope["path"], scope.get("request_id"))
        await response(scope, receive, send)
