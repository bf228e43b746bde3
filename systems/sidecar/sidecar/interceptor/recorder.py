"""Runs in a process of its own: scrubs chats, stores what is to be explained, and queues it.

It is beside the gateway so that looking for personal data, a slow store or a Redis that is away take no time of chats.
Its orders come by a socket (see ``channel``), from nobody but the gateway that started it.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import socket
import time
from dataclasses import dataclass
from typing import Any

import orjson
from chassis import logs

from sidecar.interceptor.frames import Frames, frame
from sidecar.pii import chats
from sidecar.pii.chats import Passage
from sidecar.queue.broker import ERRORS, Queue
from sidecar.settings import Settings
from sidecar.status import open_store, rules, traces
from sidecar.status.blobs import Blobs
from sidecar.status.store import StatusStore, StoreUnavailable
from sidecar.status.traces import NewTrace

SNIPPET = 200
"""Characters of a snippet."""

REST_SECONDS = 1.0
"""After Redis could not be used; sweepers send what was not sent meanwhile."""

TRIES = 20
RETRY_SECONDS = 0.5
"""A store that cannot be used is tried again for so long."""


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


ACTS = ("begin", "finish", "abandon")
"""What may be ordered."""


def done(recorder: Recorder, act: str, arguments: tuple[Any, ...]) -> bool:
    """Carry out an order; a store that is away is tried again for a while. False if it was in vain."""
    if act not in ACTS:
        return False
    for _ in range(TRIES):
        try:
            getattr(recorder, act)(*arguments)
        except StoreUnavailable as error:
            logs.get("recorder").warning("a trace cannot be stored yet", reason=str(error))
            time.sleep(RETRY_SECONDS)
        except Exception as error:  # noqa: BLE001 - one chat keeps no other from being recorded
            logs.get("recorder").error("a trace cannot be recorded", exc_info=error)
            return False
        else:
            return True
    logs.get("recorder").error("a trace is given up, as it cannot be stored")
    return False


def serve(gateway: socket.socket) -> None:
    """Carry out orders until the gateway is gone, and those that it has left."""
    frames = Frames()
    recorder: Recorder | None = None
    while read := gateway.recv(65_536):
        for text in frames.take(read):
            if recorder is None:
                recorder = introduced(*pickle.loads(text))
                continue
            number, act, arguments = pickle.loads(text)
            answer = frame(pickle.dumps((number, done(recorder, act, arguments))))
            with contextlib.suppress(OSError):
                gateway.sendall(answer)


def introduced(settings: Settings, gateway: str) -> Recorder:
    """A recorder by the settings of its gateway."""
    os.nice(settings.sidecar_explainer_nice)
    logs.configure(settings.sidecar_log_format, settings.sidecar_log_level)
    return Recorder(open_store(settings), Blobs(settings.blobs), Queue(settings.redis_url), gateway)


def work(number: int) -> int:
    """Serve the socket of this number until the gateway is gone."""
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, signal.SIG_IGN)
    with socket.socket(fileno=number) as gateway:
        serve(gateway)
    return 0
