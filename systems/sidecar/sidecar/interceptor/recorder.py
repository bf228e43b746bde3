"""Runs in a process of its own: scrubs chats, stores what is to be explained, and queues it.

It is beside the gateway so that looking for personal data, a slow store or a Redis that is away take no time of chats.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import dataclass

import orjson
from chassis import logs

from sidecar.pii import chats
from sidecar.pii.chats import Passage
from sidecar.queue.broker import ERRORS, Queue
from sidecar.settings import Settings
from sidecar.status import open_store, rules, traces
from sidecar.status.blobs import Blobs
from sidecar.status.store import StatusStore
from sidecar.status.traces import NewTrace

SNIPPET = 200
"""Characters of a snippet."""

REST_SECONDS = 1.0
"""After Redis could not be used; sweepers send what was not sent meanwhile."""

LOOK_SECONDS = 0.5


@dataclass(slots=True)
class Recorder:
    """What the process works with."""

    store: StatusStore
    blobs: Blobs
    queue: Queue
    gateway: str
    silent_until: float = 0.0

    def begin(self, trace: NewTrace, now: float) -> None:
        """Make the record of a trace. Doing it again changes nothing."""
        self.store.create({**traces.record_of(trace, now), "gateway": self.gateway})

    def finish(self, trace: NewTrace, now: float, request: bytes, answer: bytes, streamed: bool) -> str:
        """Store what is to be explained, and queue it. Gives the status of the trace."""
        self.begin(trace, now)
        prompt, said = chats.prompt_of(request), chats.answer_of(answer, streamed)
        self.blobs.put(content_of(trace.trace_id), orjson.dumps({"prompt": prompt, "answer": said}))
        found = traces.record(self.store, trace.key, snippet_of(prompt, said), time.time())
        if found is None:
            present = self.store.get(trace.key)
            return present["status"] if present is not None else rules.FAILED
        self.send(trace.key)
        return rules.QUEUED

    def abandon(self, trace: NewTrace, now: float, status: str, reason: str) -> str:
        """End a trace whose answer never came to its end."""
        self.begin(trace, now)
        traces.end(self.store, trace.key, status, reason, lambda item: item["status"] == rules.QUEUED)
        return status

    def send(self, key: str) -> None:
        """Queue a trace, if Redis can be used."""
        if time.monotonic() < self.silent_until:
            return
        try:
            self.queue.send(key)
        except ERRORS as error:
            self.silent_until = time.monotonic() + REST_SECONDS
            logs.get("recorder").warning("Redis is away: traces wait in the store", reason=str(error))


def content_of(trace_id: str) -> str:
    """The name of what is to be explained."""
    return f"content/{trace_id}.json"


def snippet_of(prompt: list[Passage], answer: list[Passage]) -> dict[str, str]:
    """The beginning of the last user message and of the answer."""
    asked = next((passage.text for passage in reversed(prompt) if passage.role == "user"), "")
    return {"prompt": asked[:SNIPPET], "answer": " ".join(passage.text for passage in answer)[:SNIPPET]}


_recorders: list[Recorder] = []
_done = [0]
"""How many orders have been carried out."""


def start(settings: Settings, parent: int, gateway: str) -> None:
    """Make the process ready. It ends with the gateway that started it, and not by signals meant for that."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=end_with, args=(parent,), daemon=True).start()
    os.nice(settings.sidecar_explainer_nice)
    logs.configure(settings.sidecar_log_format, settings.sidecar_log_level)
    _recorders.append(Recorder(open_store(settings), Blobs(settings.blobs), Queue(settings.redis_url), gateway))


def end_with(parent: int) -> None:
    """End this process once its parent is another, and what that has still handed over is stored."""
    done = -1
    while os.getppid() == parent or done != _done[0]:
        done = _done[0]
        time.sleep(LOOK_SECONDS)
    os._exit(0)


def begin(trace: NewTrace, now: float) -> None:
    """See Recorder.begin."""
    _recorders[0].begin(trace, now)
    _done[0] += 1


def finish(trace: NewTrace, now: float, request: bytes, answer: bytes, streamed: bool) -> str:
    """See Recorder.finish."""
    status = _recorders[0].finish(trace, now, request, answer, streamed)
    _done[0] += 1
    return status


def abandon(trace: NewTrace, now: float, status: str, reason: str) -> str:
    """See Recorder.abandon."""
    _recorders[0].abandon(trace, now, status, reason)
    _done[0] += 1
    return status
