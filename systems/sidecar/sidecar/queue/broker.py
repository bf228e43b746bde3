"""The queue in Redis, by dramatiq: messages that name a trace's key."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import dramatiq
import orjson
import redis
from chassis import logs
from dramatiq.brokers.redis import RedisBroker
from redis.backoff import NoBackoff
from redis.retry import Retry

NAMESPACE = "sidecar"
QUEUE = "explanations"
ACTOR = "explain"
TIMEOUT_SECONDS = 0.5
HEARTBEAT_MILLISECONDS = 2_000
"""After so long without a sign of life a worker's messages are given to others."""

ALWAYS = 1_000_000
"""Maintenance with every command, as an idle queue sees few."""

EPOCH = f"{NAMESPACE}:epoch"
"""A value that a Redis has for as long as it forgets nothing."""

ERRORS = (redis.RedisError, OSError)
"""What says that Redis cannot be used."""


class Queue(RedisBroker):
    """One connection to the queue; nothing is tried again by itself."""

    def __init__(self, url: str, timeout: float = TIMEOUT_SECONDS) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            client=redis.Redis.from_url(
                url, socket_timeout=timeout, socket_connect_timeout=timeout, retry=Retry(NoBackoff(), 0)
            ),
            middleware=[],
            namespace=NAMESPACE,
            heartbeat_timeout=HEARTBEAT_MILLISECONDS,
            maintenance_chance=ALWAYS,
        )
        self._log = logs.get("queue")

    def send(self, key: str) -> None:
        """Say that a trace may be claimed. Raises one of ERRORS."""
        self.enqueue(dramatiq.Message(queue_name=QUEUE, actor_name=ACTOR, args=(key,), kwargs={}, options={}))

    def length(self) -> int:
        """Messages that nobody has taken. Raises one of ERRORS."""
        found: Any = self.client.llen(f"{NAMESPACE}:{QUEUE}")
        return int(found)

    def epoch(self) -> str:
        """What this Redis is known by until it forgets. Raises one of ERRORS."""
        self.client.set(EPOCH, uuid.uuid4().hex, nx=True)
        told: Any = self.client.get(EPOCH)
        return bytes(told).decode()

    def do_fetch(self, queue: str, most: int) -> list[bytes]:
        """Take messages, as dramatiq does; what is none is dropped, as it would stop the consumer."""
        found: list[bytes | None] = self._dispatch("fetch")(queue, most)  # type: ignore[no-untyped-call]
        usable = [entry for entry in found if entry is not None and is_message(entry)]
        if len(usable) < len(found):
            self._log.warning("entries of the queue cannot be read and are dropped", count=len(found) - len(usable))
            self._drop(queue)
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
        except ERRORS as error:
            self._log.warning("Redis could not be told", command=command, reason=str(error))

    def _drop(self, queue: str) -> None:
        """Take out what this consumer was given and cannot read."""
        taken, messages = f"{NAMESPACE}:__acks__.{self.broker_id}.{queue}", f"{NAMESPACE}:{queue}.msgs"
        members: Any = self.client.smembers(taken)
        for each in members:
            entry: Any = self.client.hget(messages, each)
            if entry is None or not is_message(entry):
                self.client.srem(taken, each)
                self.client.hdel(messages, each)


def is_message(entry: bytes) -> bool:
    """Whether an entry is a message that an explainer can do."""
    try:
        value = orjson.loads(entry)
    except orjson.JSONDecodeError:
        return False
    fields = {"queue_name": str, "actor_name": str, "args": list, "kwargs": dict, "options": dict}
    if not isinstance(value, dict) or not all(isinstance(value.get(name), kind) for name, kind in fields.items()):
        return False
    is_one_key = len(value["args"]) == 1 and isinstance(value["args"][0], str) and not value["kwargs"]
    return value["actor_name"] == ACTOR and is_one_key and isinstance(value["options"].get("redis_message_id"), str)


def declare(queue: Queue, work: Callable[[str], None]) -> None:
    """Have ``work`` done for each message."""
    dramatiq.actor(broker=queue, queue_name=QUEUE, actor_name=ACTOR)(work)
