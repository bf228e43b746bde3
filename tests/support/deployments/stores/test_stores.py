"""A store runs in its own folder on the loopback address, keeps what was written, and ends whole."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from support.base.outcomes import Broken, DeploymentFailed
from support.base.waiting import until
from support.deployments.ports import HOST
from support.deployments.stores import KINDS, EmbeddedStore, PostgreSQL, Redis, Store
from tests.support.deployments.stores.clients import PostgreSQLClient, client_of

Make = Callable[..., EmbeddedStore]


def processes_of(store: EmbeddedStore) -> list[psutil.Process]:
    main = psutil.Process(store.pid)
    return [main, *main.children(recursive=True)]


def test_what_the_application_gets_is_a_store_with_a_url(store: EmbeddedStore) -> None:
    assert isinstance(store, Store)
    assert store.probe().ok
    with client_of(store.kind, store.url) as client:
        client.write("hello")
        assert client.read() == "hello"


def test_another_password_is_refused(store: EmbeddedStore) -> None:
    password = store.secrets()[0]
    assert password in store.url
    refused = store.probe(store.url.replace(password, "wrong"))
    assert not refused.ok
    assert "password" in refused.said


def test_it_listens_on_the_loopback_address_alone(store: EmbeddedStore) -> None:
    listening = {
        (each.laddr.ip, each.laddr.port)
        for process in processes_of(store)
        for each in process.net_connections("inet")
        if each.status == psutil.CONN_LISTEN
    }
    assert listening == {(HOST, store.port)}


def test_no_password_stands_in_a_command_or_log(store: EmbeddedStore) -> None:
    shown = store.logs() + "".join(" ".join(process.cmdline()) for process in processes_of(store))
    assert "ready to accept connections" in shown.lower()
    assert str(store.port) in shown
    assert not [secret for secret in store.secrets() if secret in shown]


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.kind)
def test_what_was_written_outlives_a_kill_and_a_restart(make: Make, kind: type[EmbeddedStore]) -> None:
    store = make(kind)
    store.start()
    url = store.url
    with client_of(store.kind, url) as client:
        client.write("kept")
    store.kill()
    assert not store.running
    assert not store.probe().ok
    store.start()
    with client_of(store.kind, url) as client:
        assert client.read() == "kept"
    store.restart()
    with client_of(store.kind, url) as client:
        assert client.read() == "kept"
    assert store.notes == []


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.kind)
def test_it_stops_though_clients_are_connected(make: Make, kind: type[EmbeddedStore]) -> None:
    store = make(kind)
    store.start()
    with client_of(store.kind, store.url):
        assert store.stop() == 0
    assert store.notes == []


def test_starting_it_twice_is_broken(store: EmbeddedStore) -> None:
    with pytest.raises(Broken, match="runs already"):
        store.start()


def test_a_kill_ends_a_backend_at_work_too(make: Make) -> None:
    store = make(PostgreSQL)
    store.start()
    with PostgreSQLClient(store.url) as client:
        client.connection.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 1000000000000)")
        backend = psutil.Process(client.connection.info.backend_pid)
        until(lambda: "SELECT" in " ".join(backend.cmdline()), 20, "the backend to be at work")
        started = processes_of(store)
        store.kill()
        assert not [process for process in started if process.is_running() and process.status() != "zombie"]
    store.start()
    assert store.probe().ok


def test_a_failed_start_shows_the_last_lines_of_the_log(make: Make) -> None:
    store = make(PostgreSQL)
    store.start()
    store.stop()
    with (store.data / "postgresql.conf").open("a") as configuration:
        configuration.write("no_such_setting = on\n")
    with pytest.raises(DeploymentFailed, match=r"the store own-0 \(postgresql\) .*(?s:.)*no_such_setting"):
        store.start()


def test_a_store_whose_data_cannot_be_read_does_not_start(make: Make) -> None:
    store = make(Redis)
    (store.data / "appendonly.aof").write_text("this is no append-only file\n")
    with pytest.raises(DeploymentFailed, match="Bad file format reading the append only file"):
        store.start()
    assert not store.running


def test_it_leaves_no_shared_memory_behind(make: Make) -> None:
    def segments(pid: int | None) -> list[str]:
        lines = Path("/proc/sysvipc/shm").read_text().splitlines()[1:]
        return [line for line in lines if line.split()[4] == str(pid)]

    store = make(PostgreSQL)
    store.start()
    assert segments(store.pid)  # which is how PostgreSQL sees that a data folder is in use
    assert "/dev/shm" not in Path(f"/proc/{store.pid}/maps").read_text()  # what a killed one would leave there
    store.close()
    assert not segments(store.pid)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become another user")
def test_as_root_it_runs_as_an_ordinary_user_and_opens_no_folder(make: Make, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    store = make(PostgreSQL)
    store.start()
    assert {process.uids().effective for process in processes_of(store)} == {65534}
    assert store.data.stat().st_uid == 65534
    assert stat.S_IMODE(store.data.stat().st_mode) == 0o700
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700
    assert tmp_path.stat().st_uid == 0


def test_its_small_disk_is_seen_by_nobody_else(make: Make) -> None:
    store = make(PostgreSQL, disk=160)
    store.start()
    assert list(store.data.iterdir()) == []
    assert str(store.data) not in Path("/proc/mounts").read_text()
    with PostgreSQLClient(store.url) as client:
        client.write("kept")
    store.restart()
    with PostgreSQLClient(store.url) as client:
        assert client.read() == "kept"
