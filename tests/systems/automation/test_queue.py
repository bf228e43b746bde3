"""The queue in Redis: what is no message is put aside, and what is forgotten is sent again."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from automation.identity.limits import SharedLimiter
from automation.queue import broker
from automation.queue.broker import Queue, note_unreadable
from automation.queue.dispatcher import Dispatcher
from automation.queue.link import RedisLink
from automation.settings import RateLimit, Redis
from automation.store import database, jobs
from automation.store.database import Store
from fakeredis import TcpFakeServer
from pydantic import SecretStr

from tests.systems.automation.conftest import settings_of


class Server(TcpFakeServer):
    daemon_threads = True


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A Redis for the module."""
    server = Server(("127.0.0.1", 0), server_type="redis", server_version=(7,))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"redis://127.0.0.1:{server.server_address[1]}/0"
    server.shutdown()


@pytest.fixture
def url(server: str) -> str:
    with redis.Redis.from_url(server) as connection:
        connection.flushall()
    return server


@pytest.fixture
def store(tmp_path: Path) -> Store:
    database.prepare(tmp_path)
    return Store(tmp_path)


def names(store: Store) -> list[str]:
    return [row["error"] for row in store.all("SELECT error FROM unreadable ORDER BY error")]


def test_what_is_no_message_is_put_aside_and_the_others_are_done(url: str, store: Store) -> None:
    queue = Queue(url, 1, note_unreadable(store))
    done: list[str] = []
    broker.declare(queue, jobs.RUN, done.append)
    other = json.dumps(
        {
            "queue_name": "workflows",
            "actor_name": "dance",
            "args": [],
            "kwargs": {},
            "options": {"redis_message_id": "c"},
        }
    )
    for key, body in (("a", "not JSON"), ("b", "[]"), ("c", other)):
        queue.client.hset("automation:workflows.msgs", key, body)
        queue.client.rpush("automation:workflows", key)
    queue.client.rpush("automation:workflows", "nothing")
    queue.send(jobs.RUN, "job")
    (message,) = queue.do_fetch("workflows", 10)
    assert json.loads(message)["args"] == ["job"]
    assert names(store) == [
        "it has no body",
        "nobody knows the job type 'dance'",
        "not JSON: invalid literal, expected 'null': line 1 column 1 (char 0)",
        "not a message",
    ]
    assert queue.client.hlen("automation:workflows.msgs") == 1


def test_a_redis_that_is_away_keeps_no_worker_from_going_on(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = Queue("redis://127.0.0.1:9/0", 0.5)
    queue._max_unpack_size_val = 1000
    told: list[str] = []
    monkeypatch.setattr(queue._log, "warning", lambda _, command, **__: told.append(command), raising=False)
    queue.do_ack("workflows", "message")
    queue.do_nack("workflows", "message")
    queue.do_requeue("workflows", "one", "other")
    assert told == ["ack", "nack", "requeue"]


def test_a_redis_that_forgets_or_is_another_is_noticed(url: str, tmp_path: Path, store: Store) -> None:
    settings = settings_of(tmp_path, AUTOMATION_REDIS_URL=url)
    dispatcher = Dispatcher(store, settings, RedisLink(settings.redis, tmp_path))
    with store.writing() as transaction:
        jobs.add(transaction, jobs.RUN, "run", time.time())
    dispatcher.start()
    try:
        with redis.Redis.from_url(url) as connection:
            wait(lambda: connection.llen("automation:workflows") == 1)
            connection.flushall()
            wait(lambda: connection.llen("automation:workflows") == 1)
    finally:
        dispatcher.stop.set()
        dispatcher.join(10)


def test_what_cannot_be_sent_stays_pending(tmp_path: Path, store: Store) -> None:
    settings = settings_of(tmp_path)
    dispatcher = Dispatcher(store, settings, RedisLink(settings.redis, tmp_path))
    with store.writing() as transaction:
        jobs.add(transaction, jobs.RUN, "run", time.time())
    dispatcher.start()
    time.sleep(0.3)
    dispatcher.stop.set()
    dispatcher.join(10)
    assert store.count("SELECT count(*) FROM jobs WHERE state = 'pending'") == 1


def test_states_of_redis(url: str, tmp_path: Path) -> None:
    gone = SecretStr("redis://127.0.0.1:9/0")
    assert RedisLink(Redis(url=SecretStr(url)), tmp_path).state() == "ready"
    assert RedisLink(Redis(url=gone), tmp_path).state() == "unavailable"
    (tmp_path / "fallback-redis.url").write_text(url)
    link = RedisLink(Redis(url=gone), tmp_path)
    assert (link.state(), link.url) == ("fallback", url)
    assert RedisLink(Redis(url=gone, allow_fallback=False), tmp_path).state() == "unavailable"
    assert RedisLink(Redis(url=gone, required=True), tmp_path).state() == "unavailable"
    assert RedisLink(Redis(url=SecretStr(url), use_fake_redis=True), tmp_path).state() == "fallback"


def test_the_limit_is_one_for_all_who_share_redis(url: str, tmp_path: Path) -> None:
    limit = RateLimit(max_requests=3, window_seconds=1)
    link = RedisLink(Redis(url=SecretStr(url)), tmp_path)
    first, second = (SharedLimiter(limit, link, tmp_path / name) for name in ("one", "two"))
    assert [each.hit("ada").allowed for each in (first, second, first, second)] == [True, True, True, False]
    assert second.hit("ben").allowed
    time.sleep(1.1)
    assert first.hit("ada").allowed


def test_without_redis_the_limit_is_one_for_all_who_share_the_folder(tmp_path: Path) -> None:
    limit = RateLimit(max_requests=3, window_seconds=60)
    link = RedisLink(Redis(url=SecretStr("redis://127.0.0.1:9/0")), tmp_path)
    first, second = (SharedLimiter(limit, link, tmp_path) for _ in range(2))
    assert [each.hit("ada").allowed for each in (first, second, first, second)] == [True, True, True, False]


def wait(condition: object) -> None:
    assert callable(condition)
    ends = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.02)
