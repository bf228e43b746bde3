"""A model in the suite's own process that answers as the scenario's script says, and keeps what it was sent."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.base.outcomes import Broken, NotVerified
from support.checks.basis import enough
from support.deployments import RunJournal
from support.domains.sidecar import api
from support.domains.sidecar.server import LocalServer, Received, Reply
from support.world.core import World

SETTING = "LLM_PROXY_URL"
NOBODY = "http://127.0.0.1:1"
"""An address at which nobody listens."""
JSON = {"Content-Type": "application/json"}
STREAM = {"Content-Type": "text/event-stream"}
HEAD: Mapping[str, Any] = {"id": "chatcmpl-script", "created": 1_760_000_000, "model": api.MODEL}
TOOL = {"id": "call_1", "type": "function", "function": {"name": "look_up", "arguments": '{"word": "salt"}'}}

TOO_LONG = 7.0
"""Seconds after which a model answers that nobody waits for any more."""

Script = Callable[[bool], Reply]
"""How a chat is answered, streamed or not."""


class ScriptedModel(LocalServer):
    """The server; a chat is answered by the script whose mark stands in it."""

    def __init__(self) -> None:
        super().__init__(self._by_script)
        self.scripts: dict[str, Script] = {}

    def _by_script(self, received: Received) -> Reply:
        marks = [mark for mark in list(self.scripts) if mark.encode() in received.body]
        if not marks:
            return saying("An answer without a script.")(b'"stream": true' in received.body.replace(b'":t', b'": t'))
        return self.scripts[marks[0]](json.loads(received.body).get("stream") is True)


@dataclass(slots=True)
class Scripted:
    """The scripted model of the scenario, and the mark of the last chat that it answers."""

    model: ScriptedModel | None = None
    marks: list[str] = field(default_factory=list)

    @property
    def server(self) -> ScriptedModel:
        """The model. Raises Broken before a system was started with it."""
        if self.model is None:
            raise Broken("no system has been started with a scripted model")
        return self.model


def start(world: World, profile: str = "default") -> None:
    """Have a system running whose chats a scripted model answers."""
    if world.settings.deployment != "process":
        raise NotVerified("the scripted model listens on loopback, which only local processes reach")

    def make(_folder: Path, _journal: RunJournal) -> ScriptedModel:
        return ScriptedModel()

    world.part(Scripted).model = model = world.auxiliary.get("scripted model", make)
    world.start(profile, environment={SETTING: model.url})


def start_without(world: World) -> None:
    """Have a system running at whose model nobody listens."""
    world.start(environment={SETTING: NOBODY})


def add(world: World, script: Script) -> str:
    """Have the model answer chats that hold the mark, which is returned, by this script."""
    mark = f"mark{uuid.uuid4().hex[:12]}"
    world.part(Scripted).server.scripts[mark] = script
    world.part(Scripted).marks.append(mark)
    return mark


def sent(world: World) -> list[Received]:
    """What the model was sent for the last scripted chat."""
    mine = world.part(Scripted)
    mark = enough(mine.marks, "scripted chats")[-1].encode()
    return [each for each in mine.server.received if mark in each.body]


def saying(*pieces: str, message: Mapping[str, Any] | None = None, pace: float = 0.0) -> Script:
    """Answers with a text, which is streamed in these pieces."""

    def script(stream: bool) -> Reply:
        if not stream:
            said = {"role": "assistant", "content": "".join(pieces), **(message or {})}
            return Reply(200, JSON, (whole(said),))
        deltas: list[Mapping[str, Any]] = [{"role": "assistant", "content": ""}]
        deltas += [{"content": each} for each in pieces] + ([message] if message else [])
        return Reply(200, STREAM, (*map(chunk, deltas), chunk({}, "stop"), b"data: [DONE]\n\n"), pace=pace)

    return script


def failing(status: int, said: str) -> Script:
    """Answers with an error, as the OpenAI API has it."""
    body = json.dumps({"error": {"message": said, "type": "server_error", "param": None, "code": None}}).encode()
    return lambda stream: Reply(status, JSON, (body,))


def whole(message: Mapping[str, Any]) -> bytes:
    """An answer in one piece."""
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return json.dumps({**HEAD, "object": "chat.completion", "choices": [choice]}).encode()


def chunk(delta: Mapping[str, Any], finish: str | None = None) -> bytes:
    """A piece of a streamed answer."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return b"data: " + json.dumps({**HEAD, "object": "chat.completion.chunk", "choices": [choice]}).encode() + b"\n\n"


def _many(count: int) -> Sequence[str]:
    return [f"Sentence {number} is about water. " for number in range(count)]


ANSWERS: Mapping[str, Script] = {
    "2000 sentences": saying(*_many(2000)),
    "nothing": saying(""),
    "only emoji": saying("😀🎉🧂", "👩‍🔬💧", "🔥"),
    "one word without an end": saying("a" * 20_000),
    "a call of a tool": saying("", message={"content": None, "tool_calls": [TOOL]}),
    "control characters": saying("One\x00two\x1b[31m three\u2028four.\r\n", "\u202efive\ufeff."),
}
"""What the model answers, in the words of Gherkin."""

ERROR_EVENT = b'data: {"error": {"message": "the model has failed", "type": "server_error"}}\n\n'
FIRST = chunk({"role": "assistant", "content": "Salt"})
TROUBLES: Mapping[str, Script] = {
    "answers with an error": failing(500, "the model has failed"),
    "answers with what is no chat": lambda stream: Reply(200, {"Content-Type": "text/html"}, (b"<h1>Welcome</h1>",)),
    "breaks the connection": lambda stream: Reply(cut=True),
    "takes longer than it may": lambda stream: Reply(200, JSON, (whole({"role": "assistant"}),), wait=TOO_LONG),
    "refuses the chat as badly written": failing(400, "messages: too short"),
    "breaks off after one word": lambda stream: Reply(200, STREAM, (FIRST,), cut=True),
    "tells an error after one word": lambda stream: Reply(200, STREAM, (FIRST, ERROR_EVENT)),
}
"""What goes wrong with the model, in the words of Gherkin."""
