"""Requests that are answered together: each step for all of them, and nobody's trouble is anybody else's."""

from __future__ import annotations

import asyncio
from typing import Any

from chassis import logs
from chassis.batch_handler import BatchHandler, Reply, RequestBatch
from starlette.responses import Response

TAKES_TIME, HUNG_UP = "takes time", "hung up"


class Caller:
    """Somebody with a name, who keeps what they are told; ``deaf`` ones cannot be told anything.

    ``TAKES_TIME`` and ``HUNG_UP`` stand for what else can become of them.
    """

    def __init__(self, name: str, deaf: bool = False) -> None:
        self.request_id: str | None = name
        self.told: list[Response | Exception | str] = []
        self.deaf = deaf

    def reply(self, answer: Response | Exception) -> None:
        if self.deaf:
            raise RuntimeError(f"{self.request_id} hears nothing")
        self.told.append(answer)

    def take_time(self) -> None:
        self.told.append(TAKES_TIME)

    def abort(self) -> None:
        self.told.append(HUNG_UP)


class Panic(BaseException):
    """As a library in Rust raises it."""


class Steps:
    """Two steps and an end, which note for whom they were taken, and fail for those whose name says so."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, Any, str | None]] = []
        self.ready = True
        self.handler = BatchHandler(lambda: self.ready, (self.first, self.second), self.end)

    def first(self, value: str) -> str:
        return self.note("first", value)

    def second(self, value: str) -> str:
        return self.note("second", value)

    def end(self, value: str, reply: Reply) -> None:
        reply(Response(self.note("end", value)))

    def note(self, step: str, value: str) -> str:
        self.taken.append((step, value, logs.request_id.get()))
        if value.startswith(step):
            raise ValueError(value)
        if value.startswith(f"panic in {step}"):
            raise Panic(value)
        return value


def answered(steps: Steps, *callers: Caller) -> list[str]:
    """Answer them in one turn of an event loop; gives what the loop was told went wrong."""

    async def turn() -> list[str]:
        loop, wrong = asyncio.get_running_loop(), list[str]()
        loop.set_exception_handler(lambda _, context: wrong.append(str(context["exception"])))
        batch = RequestBatch()
        for caller in callers:
            batch.add(caller, steps.handler, caller.request_id)
        assert steps.taken == [], "nothing before all have been read"
        await asyncio.sleep(0)
        return wrong

    return asyncio.run(turn())


def bodies(caller: Caller) -> list[Any]:
    return [bytes(each.body).decode() if isinstance(each, Response) else str(each) for each in caller.told]


def test_whether_it_can_be_done_is_asked_once_all_have_been_read() -> None:
    async def turn(steps: Steps, caller: Caller) -> None:
        batch = RequestBatch()
        batch.add(caller, steps.handler, caller.request_id)
        steps.ready = False
        await asyncio.sleep(0)

    steps, caller = Steps(), Caller("a")
    asyncio.run(turn(steps, caller))
    assert (bodies(caller), steps.taken) == ([TAKES_TIME], [])


def test_nobody_is_left_waiting_whatever_happens() -> None:
    callers = [Caller("a"), Caller("panic in second"), Caller("b")]
    assert answered(Steps(), *callers) == ["panic in second"]
    assert [bodies(caller) for caller in callers] == [[HUNG_UP]] * 3


def test_each_step_is_taken_for_all_before_the_next_and_under_their_own_ids() -> None:
    steps, callers = Steps(), [Caller("a"), Caller("b")]
    assert answered(steps, *callers) == []
    names = [(step, name, name) for step in ("first", "second", "end") for name in ("a", "b")]
    assert steps.taken == names
    assert [bodies(caller) for caller in callers] == [["a"], ["b"]]


def test_an_error_in_any_step_is_told_to_its_caller_alone_and_once() -> None:
    callers = [Caller(name) for name in ("first-fails", "a", "second-fails", "b", "end-fails", "c")]
    assert answered(Steps(), *callers) == []
    assert [bodies(caller) for caller in callers] == [[caller.request_id] for caller in callers]
    failed = [caller.request_id for caller in callers if isinstance(caller.told[0], Exception)]
    assert failed == ["first-fails", "second-fails", "end-fails"]


def test_one_who_cannot_be_told_keeps_nobody_else_waiting() -> None:
    callers = [Caller("first-deaf", deaf=True), Caller("deaf", deaf=True), Caller("a")]
    assert answered(Steps(), *callers) == ["first-deaf hears nothing", "deaf hears nothing"]
    assert [bodies(caller) for caller in callers] == [[], [], ["a"]]


def test_requests_of_several_kinds_go_on_by_themselves() -> None:
    steps, caller, other = Steps(), Caller("a"), Caller("b")
    short = BatchHandler(lambda: True, (), lambda value, reply: reply(Response(f"at once {value}")))

    async def turn() -> None:
        batch = RequestBatch()
        batch.add(caller, steps.handler, "a")
        batch.add(other, short, "b")
        await asyncio.sleep(0)

    asyncio.run(turn())
    assert (bodies(caller), bodies(other)) == (["a"], ["at once b"])
