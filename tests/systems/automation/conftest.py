"""An API in memory over a store in a temporary folder, without Redis; jobs are done when a test says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from automation import loading, server
from automation.api import create_app
from automation.identity import passwords
from automation.queue.link import RedisLink
from automation.queue.worker import Doer
from automation.queue.worker_health import WorkerHealth
from automation.settings import Settings
from automation.store import jobs
from automation.store.database import Store
from starlette.testclient import TestClient

SECRET = "for-unit-tests-only-0123456789abcdef"
USERS = (
    '[{"username": "user", "password": "user-password"}, {"username": "colleague", "password": "other-password"},'
    ' {"username": "stranger", "password": "stranger-password", "role": "admin", "tenant": "elsewhere"}]'
)

Make = Callable[..., TestClient]


def settings_of(folder: Path, **environment: str) -> Settings:
    told = {
        "AUTOMATION_DATA_DIR": str(folder),
        "AUTOMATION_AUTH_JWT_SECRET": SECRET,
        "AUTOMATION_AUTH_USERS": USERS,
        "AUTOMATION_AUTH_ENABLED": "true",
        "AUTOMATION_RATE_LIMIT_ENABLED": "false",
        "AUTOMATION_REDIS_URL": "redis://127.0.0.1:9/0",
        "AUTOMATION_REDIS_ALLOW_FALLBACK": "false",
        **environment,
    }
    return loading.load(environment=told)


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Hash passwords at next to no cost: each test makes its users anew."""
    before, passwords.HASHER = passwords.HASHER, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    yield
    passwords.HASHER = before


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Makes an API with more settings."""
    made: list[TestClient] = []

    def make(**environment: str) -> TestClient:
        settings = settings_of(tmp_path, **environment)
        server.prepare(settings)
        client = TestClient(create_app(settings), raise_server_exceptions=False)
        client.__enter__()
        made.append(client)
        return client

    yield make
    for client in made:
        client.__exit__(None, None, None)


def headers(client: TestClient, username: str = "admin", password: str = "admin123") -> dict[str, str]:
    """The headers of a user who has logged in."""
    answer = client.post("/api/auth/login", json={"username": username, "password": password})
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


@pytest.fixture
def api(make: Make) -> TestClient:
    """An API whose client is the admin."""
    client = make()
    client.headers.update(headers(client))
    return client


class Worker:
    """Does what is due, in this process."""

    def __init__(self, client: TestClient) -> None:
        instance = client.app.state.instance  # type: ignore[attr-defined]
        self.settings: Settings = instance.settings
        self.store = Store(self.settings.server.data_dir)
        self.doer = Doer(self.store, self.settings, WorkerHealth(RedisLink(self.settings.redis, Path("/nowhere"))))

    def work(self) -> int:
        """Do all that is due now; gives how many jobs that were."""
        rows = jobs.take_due(self.store, 1000)
        for row in rows:
            self.doer.do(row["id"])
        return len(rows)

    def make_due(self) -> None:
        """Let the time come of all that waits."""
        with self.store.writing() as transaction:
            transaction.execute("UPDATE jobs SET due_at = 0 WHERE state = 'pending'")

    def work_all(self) -> None:
        """Work until nothing is left that waits."""
        for _ in range(100):
            self.make_due()
            if not self.work():
                return


@pytest.fixture
def worker(api: TestClient) -> Worker:
    return Worker(api)


def errors(answer: Any) -> list[str]:
    """The fields that a refusal names."""
    return [each["field"] for each in answer.json()["errors"]]
