"""Locust, behind its only importer: users who send, and the runners of worker and master.

Importing this patches the standard library, so it is for child processes alone.
"""

from __future__ import annotations

import locust  # first of all imports: it patches what the others use

# isort: split
import socket
import ssl
import time
from typing import Any, ClassVar, cast
from urllib.parse import urlsplit

import requests
from geventhttpclient.client import HTTPClient
from geventhttpclient.connectionpool import ConnectionPool
from geventhttpclient.response import HTTPSocketPoolResponse
from locust import FastHttpUser, HttpUser, task
from locust.env import Environment
from locust.exception import RPCError, StopUser
from locust.rpc import Message
from locust.runners import MasterRunner, WorkerRunner
from locust.stats import RequestStats
from locust.user.task import LOCUST_STATE_RUNNING

from support.load import numbers
from support.load.plan import Call, LoadPlan
from support.load.site import Site

# A worker that makes ten thousand users, or has no core to itself for a while, is silent for longer than Locust's 3 s.
locust.runners.HEARTBEAT_LIVENESS = 10
# A worker that has heard nothing of its master for so long is cut off, and must not go on loading the target.
locust.runners.MASTER_HEARTBEAT_TIMEOUT = 20
# A worker that waits asks this often, in seconds, whether a master has room for it, for five minutes.
locust.runners.CONNECT_TIMEOUT = 1
locust.runners.CONNECT_RETRY_COUNT = 300

_TRIES = 3
"""Connections that are opened to learn how far away a target is."""


class FastCaller(FastHttpUser):
    """A user who calls by geventhttpclient, over a connection of its own."""

    site: ClassVar[Site]
    target: ClassVar[Target]

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self._pool: ConnectionPool | None = None
        self._opened: Any = None

    @task
    def work(self) -> None:
        self.site.work(self)
        raise StopUser

    @property
    def stopping(self) -> bool:
        return bool(self._state != LOCUST_STATE_RUNNING)

    def connect(self) -> None:
        pool = self._connected()
        self._opened = pool.get_socket()
        pool.return_socket(self._opened)

    def is_connected(self) -> bool:
        return _alive(self._opened)

    def drop(self) -> None:
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    def exchange(self, call: Call, number: bytes) -> tuple[int, bytes]:
        # What HTTPClient.request() does, less what it does in secret: it sends a GET again when the connection is
        # lost, and puts the same request together each time, which is a third of the work.
        pool = self._connected()
        sock = pool.get_socket()
        try:
            sock.sendall(self.target.request(call, number))
        except BaseException:
            pool.release_socket(sock)
            raise
        response = HTTPSocketPoolResponse(sock, pool, method=call.method)
        body = response.read()
        return response.status_code, bytes(body)

    def _connected(self) -> ConnectionPool:
        if self._pool is None:
            self._pool = self.target.pool()
        return self._pool


class PlainCaller(HttpUser):
    """A user who calls by python-requests: slower, and as most Python programs call."""

    site: ClassVar[Site]
    target: ClassVar[Target]

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)  # type: ignore[no-untyped-call]
        # Not Locust's session: that one turns errors into answers, and takes its time to note them.
        self._session = requests.Session()

    @task
    def work(self) -> None:
        self.site.work(self)
        raise StopUser

    @property
    def stopping(self) -> bool:
        return bool(self._state != LOCUST_STATE_RUNNING)

    def connect(self) -> None:
        raise NotImplementedError("python-requests opens its connections only when it sends: use FastHttpUser")

    def is_connected(self) -> bool:
        return False

    def drop(self) -> None:
        self._session.close()

    def exchange(self, call: Call, number: bytes) -> tuple[int, bytes]:
        plan = self.site.plan
        path = numbers.put(call.path.encode(), number).decode()
        response = self._session.request(
            call.method,
            self.target.base + path,
            data=None if call.body is None else numbers.put(call.body, number),
            headers=dict(call.headers),
            timeout=plan.timeout,
            allow_redirects=False,
            verify=True if plan.authority is None else str(plan.authority),
        )
        return response.status_code, response.content


class Target:
    """Where a plan's requests go, and each request as it is sent."""

    def __init__(self, plan: LoadPlan) -> None:
        parts = urlsplit(plan.url)
        self.host, self.secure = parts.hostname or "", parts.scheme == "https"
        self.port = parts.port or (443 if self.secure else 80)
        self.base = plan.url.rstrip("/")
        self._prefix = parts.path.rstrip("/")
        self._requests: dict[str, list[bytes]] = {}
        self._plan = plan
        self._addresses: Any = None
        self._tls = ssl.create_default_context(cafile=plan.authority) if self.secure else None

    def pool(self) -> ConnectionPool:
        """A new place for one connection, which is opened when it is first asked for."""
        pool: Any = self._client()._connection_pool
        pool._is_socket_alive = _alive
        pool._resolve = self._resolve
        return cast(ConnectionPool, pool)

    def request(self, call: Call, number: bytes) -> bytes:
        """A request as it goes over the connection; a number is as long as its mark, so that the lengths are right."""
        made = self._requests.get(call.name)
        if made is None:
            closes = {"Connection": "close"} if self._plan.connections == "new" else {}
            headers, body = {**closes, **call.headers}, call.body or b""
            head = self._client()._build_request(call.method, self._prefix + call.path, body, headers)
            made = self._requests[call.name] = numbers.parts(head.encode("latin-1") + body)
        return number.join(made)

    def _client(self) -> HTTPClient:
        timeout, context = self._plan.timeout, self._context if self.secure else None
        return HTTPClient(
            self.host,
            self.port,
            connection_timeout=timeout,
            network_timeout=timeout,
            ssl=self.secure,
            ssl_context_factory=context,
        )

    def try_out(self) -> float:
        """Open a connection and close it, some times; how many seconds it took at least. Raises OSError."""
        with socket.create_connection((self.host, self.port), self._plan.timeout) as opened:
            address = opened.getpeername()[:2]  # so that looking up a name is no part of the time
        taken = []
        for _ in range(_TRIES):
            began = time.monotonic()
            socket.create_connection(address, self._plan.timeout).close()
            taken.append(time.monotonic() - began)
        return min(taken)

    def _context(self, **_: Any) -> Any:
        return self._tls

    def _resolve(self) -> Any:
        if self._addresses is None:
            self._addresses = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        return self._addresses


CLASSES: dict[str, type[FastCaller | PlainCaller]] = {"FastHttpUser": FastCaller, "HttpUser": PlainCaller}


class MasterOfOneLoad(MasterRunner):
    """A runner for one load, who takes no more workers once it has those that it needs.

    A worker that it does not know is one of the load before or after this one: it is told to quit, and starts anew.
    """

    is_closed = False

    def close_to_others(self, clients: set[str]) -> None:
        """Let only these workers in from now on, by Locust's names for them."""
        self.is_closed = True
        for client in set(self.clients) - clients:
            self._dismiss(client)

    def handle_message(self, client_id: str, msg: Message) -> None:
        """Locust's, for the workers that belong here."""
        if msg.type == "client_ready":
            if self.is_closed:
                return  # not acknowledged, so that it goes on asking until the next load's master is there
        elif client_id not in self.clients:
            self._dismiss(client_id)
            return
        super().handle_message(client_id, msg)

    def _dismiss(self, client_id: str) -> None:
        self.clients.pop(client_id, None)
        self.server.send_to_client(Message("quit", None, client_id))  # type: ignore[no-untyped-call]


class WorkerOfOneLoad(WorkerRunner):
    """A runner that notices when its master sends it away while it is still being set up.

    Locust ends the greenlets that it has by then, the one that listens to the master among them, and goes on to start
    the others: such a worker would seem alive and hear nothing any more.
    """

    is_dismissed = False

    def handle_message(self, msg: Message) -> None:
        """Locust's, and whoever waits to be connected learns that it is over."""
        if msg.type == "quit":
            self.is_dismissed = True
            self.connection_event.set()
        super().handle_message(msg)

    def connect_to_master(self) -> None:
        """Locust's. Raises ConnectionError if the master wants no more of this worker."""
        super().connect_to_master()  # type: ignore[no-untyped-call]
        if self.is_dismissed:
            raise ConnectionError(f"the master at {self.master_host}:{self.master_port} has sent this worker away")


def master(plan: LoadPlan, bind: str, port: int) -> MasterOfOneLoad:
    """A runner that tells the workers that come to a port how many users to have. Raises OSError if it is taken."""
    environment = Environment(user_classes=[CLASSES[plan.user_class]], host=plan.url, stop_timeout=plan.timeout)
    try:
        return environment._create_runner(MasterOfOneLoad, bind, port)
    except (RPCError, SystemExit) as error:
        raise OSError(str(error)) from error


def worker(host: str, port: int) -> WorkerOfOneLoad:
    """A runner that has users for a master; comes back once it has found it.

    Raises ConnectionError if it waits in vain, or is sent away at once.
    """
    environment = Environment(user_classes=list(CLASSES.values()))
    environment.stats = RequestStats(use_response_times_cache=False)  # as Locust has it for its own workers
    return environment._create_runner(WorkerOfOneLoad, host, port)


def prepare(site: Site) -> Target:
    """Have the users to come work for a site."""
    target = Target(site.plan)
    for each in CLASSES.values():
        each.site, each.target = site, target
    return target


def _alive(sock: Any) -> bool:
    """Whether an idle connection is still good: asked of the kernel without waiting, nothing is there to be read."""
    if sock is None or sock.fileno() < 0:
        return False
    try:
        if hasattr(sock, "_sslobj"):
            sock._sslobj.read(1)  # below it lie the server's tickets for later connections, which are no answer
        else:
            sock._sock.recv(1, socket.MSG_PEEK)  # gevent's sockets never block underneath
    except (BlockingIOError, ssl.SSLWantReadError):
        return True
    except OSError:
        return False
    return False
