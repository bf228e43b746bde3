"""The queue in Redis, by dramatiq: messages that name a job, and what is found there that is no such message."""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import dramatiq
import orjson
import redis
from chassis import logs
from dramatiq.brokers.redis import RedisBroker

from automation.queue.link import client
from automation.store import jobs
from automation.store.database import Store

NAMESPACE = "automation"
QUEUES = {jobs.RUN: "workflows", jobs.DELIVERY: "deliveries"}
"""Each kind of job has a queue and threads of its own: a CRM that is slow keeps no workflow waiting."""

ACTORS = {queue: f"do_{queue}" for queue in QUEUES.values()}
HEARTBEAT_MILLISECONDS = 2_000
"""After so long without a sign of life a worker's messages are given to others."""

ALWAYS = 1_000_000
"""Maintenance with every command, as an idle queue sees few."""

EPOCH = f"{NAMESPACE}:epoch"
"""A value that a Redis has for as long as it forgets nothing."""


class Queue(RedisBroker):
    """One connection to the queue. ``unreadable`` is told of entries (queue, entry, why) that nobody can do."""

    def __init__(self, url: str, timeout: float, unreadable: Callable[[str, bytes, str], None] | None = None) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            client=client(url, timeout),
            middleware=[],
            namespace=NAMESPACE,
            heartbeat_timeout=HEARTBEAT_MILLISECONDS,
            maintenance_chance=ALWAYS,
        )
        self._unreadable = unreadable
        self._log = logs.get("queue")

    def send(self, kind: str, job: str) -> None:
        """Send a message that a job can be done. Raises redis.RedisError."""
        queue = QUEUES.get(kind, QUEUES[jobs.RUN])
        self.enqueue(dramatiq.Message(queue_name=queue, actor_name=ACTORS[queue], args=(job,), kwargs={}, options={}))

    def do_fetch(self, queue: str, most: int) -> list[bytes]:
        """Take messages, as dramatiq does; what is none is put aside, as it would stop the consumer."""
        found: list[bytes | None] = self._dispatch("fetch")(queue, most)  # type: ignore[no-untyped-call]
        usable = [entry for entry in found if entry is not None and not self.problem(entry)]
        if len(usable) < len(found):
            self._put_aside(queue)
        return usable

    def do_ack(self, queue: str, message: str) -> None:
        """Say that a message is done with. Where Redis is away that is not waited for: the store knows it anyway."""
        self._tell("ack", queue, message)

    def do_nack(self, queue: str, message: str) -> None:
        """Say that a message cannot be done."""
        self._tell("nack", queue, message)

    def do_requeue(self, queue: str, *messages: str) -> None:
        """Give messages back; those that are lost with Redis are sent again from the store."""
        self._tell("requeue", queue, *messages)

    def _tell(self, command: str, queue: str, *messages: str) -> None:
        try:
            self._dispatch(command)(queue, *messages)  # type: ignore[no-untyped-call]
        except (redis.RedisError, OSError) as error:
            self._log.warning("Redis could not be told", command=command, queue=queue, reason=str(error))

    def problem(self, entry: bytes) -> str:
        """Why an entry is no message that somebody here can do; empty if it is one."""
        try:
            value = orjson.loads(entry)
        except orjson.JSONDecodeError as error:
            return f"not JSON: {error}"
        fields = {"queue_name": str, "actor_name": str, "args": list, "kwargs": dict, "options": dict}
        if not isinstance(value, dict) or not all(isinstance(value.get(name), kind) for name, kind in fields.items()):
            return "not a message"
        if value["actor_name"] not in self.actors:
            return f"nobody knows the job type {value['actor_name']!r}"
        if not isinstance(value["options"].get("redis_message_id"), str):
            return "not a message: it has no id"
        return ""

    def _put_aside(self, queue: str) -> None:
        """Keep what cannot be read as dead letters, and take it out of the queue."""
        taken, messages = f"{NAMESPACE}:__acks__.{self.broker_id}.{queue}", f"{NAMESPACE}:{queue}.msgs"
        members: Any = self.client.smembers(taken)
        for each in members:
            entry: Any = self.client.hget(messages, each)
            why = "it has no body" if entry is None else self.problem(entry)
            if why:
                if self._unreadable is not None:
                    self._unreadable(queue, each if entry is None else entry, why)
                self.client.srem(taken, each)
                self.client.hdel(messages, each)

    def epoch(self) -> str:
        """What this Redis is known by until it forgets. Raises redis.RedisError."""
        self.client.set(EPOCH, uuid.uuid4().hex, nx=True)
        told: Any = self.client.get(EPOCH)
        return bytes(told).decode()


def declare(queue: Queue, kind: str, work: Callable[[str], None]) -> None:
    """Have ``work`` done for each message of a kind."""
    name = QUEUES[kind]
    dramatiq.actor(broker=queue, queue_name=name, actor_name=ACTORS[name])(work)


def note_unreadable(store: Store) -> Callable[[str, bytes, str], None]:
    """What keeps unreadable entries in the store."""
    log = logs.get("queue")

    def note(queue: str, entry: bytes, why: str) -> None:
        log.error("an entry of the queue cannot be read", queue=queue, reason=why)
        with store.writing() as transaction:
            transaction.execute(
                "INSERT INTO unreadable VALUES (?, ?, ?, ?, ?)", (uuid.uuid4().hex, queue, entry, why, time.time())
            )

    return note


@contextlib.contextmanager
def closing(queue: Queue) -> Iterator[Queue]:
    """Close its connections at the end."""
    try:
        yield queue
    finally:
        queue.client.close()
