"""uvicorn's protocol with the fast path of ``chassis.fast_path`` in it, and one request on it."""

from __future__ import annotations

import time
from typing import Any, cast

from starlette.responses import Response
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from chassis.fast_path import Answer, FastPath
from chassis.observing import Observed
from chassis.one_write import OneWrite, OneWriteProtocol


class FastPathExchange:
    """One request on the fast path and its answer, with what uvicorn's protocol looks for in its own exchanges."""

    __slots__ = (
        "_answer",
        "_protocol",
        "body",
        "disconnected",
        "flow",
        "keep_alive",
        "message_event",
        "more_body",
        "response_complete",
        "scope",
        "seen",
        "started",
    )

    def __init__(self, protocol: FastPathProtocol, answer: Answer, scope: dict[str, Any], keep_alive: bool) -> None:
        self._protocol = protocol
        self._answer = answer
        self.scope = scope
        self.started = time.perf_counter()
        self.keep_alive = keep_alive
        self.flow: FlowControl = protocol.flow
        self.body = bytearray()
        self.more_body = True
        self.disconnected = False
        self.response_complete = False
        self.message_event = self
        self.seen: Observed

    def set(self) -> None:
        """Take note, in the place of an event, of a part of the body or of its end; or that the caller has gone."""
        if not self.more_body and not self.response_complete and not self.disconnected:
            self._protocol.serve(self, self._answer)

    @property
    def request_id(self) -> str | None:
        """Its id, once it has been let in or refused."""
        return cast("str | None", self.scope.get("request_id"))

    def reply(self, answer: Response | Exception) -> None:
        """Take the answer, or an error, once."""
        fast_path = self._protocol.fast_path
        try:
            fast_path.finish(
                self, fast_path.response_to(answer, self.scope) if isinstance(answer, Exception) else answer
            )
        except BaseException:
            # As on the long path: the caller is not left waiting.
            self.abort()
            raise

    def spelled(self, response: Response) -> bytes:
        """The whole answer as it is sent."""
        headers = [*self._protocol.server_state.default_headers, *response.raw_headers]
        if (b"connection", b"close") in headers:
            self.keep_alive = False
        elif not self.keep_alive:
            headers.append((b"connection", b"close"))
        head = b"".join([b"%b: %b\r\n" % header for header in headers])
        return b"".join((STATUS_LINE[response.status_code], head, b"\r\n", response.body))

    def send(self, spelled: bytes) -> None:
        """Write the whole answer at once, unless the caller has gone."""
        if not self.disconnected and not self.response_complete:
            self._protocol.write(spelled)
            self._end()

    def take_time(self) -> None:
        """Have a task of its own answer it."""
        self._protocol.serve_in_task(self, self._answer)

    def abort(self) -> None:
        """Hang up without an answer."""
        self.keep_alive = False
        self._end()

    def _end(self) -> None:
        if self.response_complete:
            return
        self.response_complete = True
        if not self.keep_alive:
            self._protocol.transport.close()
        self._protocol.on_response_complete()


class FastPathProtocol(OneWriteProtocol):
    """uvicorn's protocol with the fast path in it."""

    def __init__(self, fast_path: FastPath, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.fast_path = fast_path

    def on_headers_complete(self) -> None:
        """Choose the path. A request that comes while another is being answered waits its turn on the long path."""
        answer, before = None, self.cycle
        if (before is None or before.response_complete) and self.parser.get_http_version() == "1.1":
            answer = self.fast_path.answer_for(self.parser.get_method(), self.url, self.headers)
        if answer is None:
            super().on_headers_complete()
            return
        path = self.url.decode("ascii")
        scope = cast("dict[str, Any]", self.scope)
        scope.update(method=self.parser.get_method().decode("ascii"), path=path, raw_path=self.url, query_string=b"")
        self.cycle = cast(Any, FastPathExchange(self, answer, scope, self.parser.should_keep_alive()))

    def serve(self, exchange: FastPathExchange, answer: Answer) -> None:
        """Answer a request that is there as a whole."""
        if not self.fast_path.serve_in_batch(exchange, answer):
            self.serve_in_task(exchange, answer)

    def serve_in_task(self, exchange: FastPathExchange, answer: Answer) -> None:
        """Answer it as soon as all that it has to wait for is there."""
        task = self.loop.create_task(self.fast_path.serve(exchange, answer))
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)

    def write(self, answer: bytes) -> None:
        """Write a whole answer, after what has been written before."""
        cast(OneWrite, self.transport).write_whole(answer)
