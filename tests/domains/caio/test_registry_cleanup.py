"""What the suite does to a system that belongs to somebody else: nothing that it would have to be sorry for."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import yaml

from support.base import documents, systems
from support.base.outcomes import Broken, NotMet, NotVerified
from support.base.settings import Settings
from support.deployments import LeasePool
from support.domains.caio import contracts
from support.domains.caio.session import Caio, caio
from support.evidence.attachments import Evidence
from support.load.result import LoadResult, WorkerState
from support.world import remote_target
from support.world.core import World
from tests.support.load.loads import endpoint, result

SERVICES = "/api/v1/services"


class Somebodys(ThreadingHTTPServer):
    """A registry that is not the suite's: services by id, and what it does to requests for a while."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.held: dict[str, dict[str, Any]] = {}
        self.removed: list[str] = []
        self.answers: dict[str, int] = {}
        """Method → the status that it is answered with, whatever is asked; 0 for no answer at all."""
        self.ready = True
        self.decodes, self.explains = True, True
        """Whether names in paths are decoded, and whether it says what is unknown, rather than "not found"."""
        self.says: Any = None
        """What a registration is answered with, in place of its own name."""
        self.deleted: list[str] = []
        """The paths of all deletions, as they were sent."""
        self.slow = 0.0
        """Seconds before any answer."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Somebodys
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/health/ready":
            return self._answer(200 if self.server.ready else 503, {})
        return self._unless_told({"items": list(self.server.held.values()), "next": None})

    def do_POST(self) -> None:
        contract = yaml.safe_load(self.rfile.read(int(self.headers["Content-Length"])))
        name = contract["service_id"]
        if name in self.server.held:
            return self._answer(409, {"type": "urn:caio:problem:service-exists"})
        if self.server.answers.get("POST", 201) in (0, 201, 502):
            self.server.held[str(name)] = {"service_id": str(name)}
        return self._unless_told(self.server.says or {"service_id": name}, 201)

    def do_DELETE(self) -> None:
        self.server.deleted.append(self.raw_requestline.decode("latin-1").split(" ")[1])
        name = unquote(self.path.rpartition("/")[2]) if self.server.decodes else self.path.rpartition("/")[2]
        if "DELETE" not in self.server.answers and name not in self.server.held:
            kind = "service-not-found" if self.server.explains else ""
            return self._answer(404, {"type": f"urn:caio:problem:{kind}"} if kind else {"detail": "Not Found"})
        if "DELETE" not in self.server.answers:
            self.server.held.pop(name)
            self.server.removed.append(name)
        return self._unless_told({}, 200)

    def _unless_told(self, body: Any, status: int = 200) -> None:
        told = self.server.answers.get(self.command, status)
        if told == 0:
            self.close_connection = True
            return
        self._answer(told, body)

    def _answer(self, status: int, body: Any) -> None:
        time.sleep(self.server.slow)
        content = json.dumps(body).encode()
        self.send_response(status)
        kind = "problem+json" if status in (404, 409, 429) else "json"
        self.send_header("Content-Type", f"application/{kind}")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def somebodys() -> Iterator[Somebodys]:
    server = Somebodys()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def world(somebodys: Somebodys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Makes worlds of scenarios that are aimed at that system, one after the other."""
    monkeypatch.setattr(Evidence, "text", lambda *_: None)
    system = systems.find("caio")
    settings = Settings(deployment="remote", url=somebodys.url, reports=tmp_path)
    pool = LeasePool(settings, system)
    yield lambda: World(settings, system, pool, Evidence(), parts=(Caio,))
    pool.close()


def service(name: str) -> documents.Document:
    return contracts.contract({"service": name})


def test_a_scenario_removes_what_it_has_registered(world: Any, somebodys: Somebodys) -> None:
    scenario = world()
    scenario.start()
    caio(scenario).register(service("ours"))
    scenario.close(failed=False)
    assert somebodys.removed == ["ours"]


def test_it_removes_it_also_when_it_failed(world: Any, somebodys: Somebodys) -> None:
    scenario = world()
    scenario.start()
    caio(scenario).register(service("ours"))
    scenario.close(failed=True)
    assert somebodys.held == {}


@pytest.mark.parametrize("name", ["../escape", "a/b", "a?b#c", "größe", "%2e%2e"])
def test_a_name_that_a_target_accepts_is_removed_by_that_name(world: Any, somebodys: Somebodys, name: str) -> None:
    scenario = world()
    scenario.start()
    assert caio(scenario).register(service("plain") | {"service_id": name}).accepted
    scenario.close(failed=True)
    assert somebodys.held == {}
    assert all(path.startswith("/api/v1/services/") and path.count("/") == 4 for path in somebodys.deleted)


@pytest.mark.parametrize("name", [".", ".."])
def test_a_name_that_no_address_can_carry_is_left_and_told(world: Any, somebodys: Somebodys, name: str) -> None:
    scenario = world()
    scenario.start()
    caio(scenario).register(service("plain") | {"service_id": name})
    with pytest.raises(Broken, match=r"could not be removed .* an address can carry"):
        scenario.close(failed=True)
    assert somebodys.deleted == []


@pytest.mark.parametrize("explains", [True, False])
def test_being_unknown_is_not_believed_of_what_is_listed_or_of_a_bare_404(
    world: Any, somebodys: Somebodys, explains: bool
) -> None:
    somebodys.decodes, somebodys.explains = False, explains
    scenario = world()
    scenario.start()
    caio(scenario).register(service("plain") | {"service_id": "../escape"})
    with pytest.raises(Broken, match=r"\.\./escape could not be removed"):
        scenario.close(failed=True)
    with pytest.raises(Broken, match="earlier scenario could not be cleaned up"):
        world().start()
    somebodys.decodes = True
    following = world()
    following.start()
    following.close(failed=False)
    assert somebodys.held == {}


@pytest.mark.parametrize("says", [{"service_id": "theirs"}, {"service_id": "../../admin"}, [], None, {"service_id": 5}])
def test_what_an_answer_names_is_no_reason_to_remove_it(world: Any, somebodys: Somebodys, says: Any) -> None:
    scenario = world()
    scenario.start()
    somebodys.held["theirs"] = {"service_id": "theirs"}
    somebodys.says = says
    caio(scenario).register(service("ours"))
    scenario.close(failed=True)
    assert somebodys.deleted == ["/api/v1/services/ours"]
    assert list(somebodys.held) == ["theirs"]


def test_a_name_that_is_a_number_is_removed_too(world: Any, somebodys: Somebodys) -> None:
    scenario = world()
    scenario.start()
    caio(scenario).register(service("plain") | {"service_id": 42})
    scenario.close(failed=True)
    assert somebodys.held == {}


def test_a_list_without_the_shape_of_one_is_the_products_fault_also_in_a_set_up(
    world: Any, somebodys: Somebodys
) -> None:
    somebodys.held = {"x": {"name": "no id"}}
    scenario = world()
    with pytest.raises(NotMet, match="service_id: Field required"):
        scenario.start()
    scenario.close(failed=True)


def test_what_somebody_registers_in_the_meantime_is_left_alone(world: Any, somebodys: Somebodys) -> None:
    scenario = world()
    scenario.start()
    caio(scenario).register(service("ours"))
    somebodys.held["theirs"] = {"service_id": "theirs"}
    scenario.close(failed=False)
    assert somebodys.removed == ["ours"]
    assert list(somebodys.held) == ["theirs"]


def test_what_was_refused_because_it_is_there_is_not_ours(world: Any, somebodys: Somebodys) -> None:
    scenario = world()
    scenario.start()
    somebodys.held["theirs"] = {"service_id": "theirs"}
    assert caio(scenario).register(service("theirs")).refusal.kind == "service-exists"
    scenario.close(failed=False)
    assert somebodys.removed == []


def test_services_of_somebody_else_keep_scenarios_out_and_are_named(world: Any, somebodys: Somebodys) -> None:
    somebodys.held = {f"theirs-{number}": {"service_id": f"theirs-{number}"} for number in range(7)}
    scenario = world()
    with pytest.raises(NotVerified, match=r"holds services already \(theirs-0, .* and 2 more\)"):
        scenario.start()
    scenario.close(failed=False)
    assert len(somebodys.held) == 7


@pytest.mark.parametrize("status", [0, 502])
def test_a_registration_whose_answer_was_lost_is_removed_too(world: Any, somebodys: Somebodys, status: int) -> None:
    scenario = world()
    scenario.start()
    somebodys.answers["POST"] = status
    assert not caio(scenario).register(service("ours")).accepted
    scenario.close(failed=True)
    assert somebodys.held == {}


def test_what_could_not_be_removed_is_told_and_removed_by_the_next_scenario(world: Any, somebodys: Somebodys) -> None:
    scenario = world()
    scenario.start()
    caio(scenario).register(service("ours"))
    somebodys.answers["DELETE"] = 403
    with pytest.raises(Broken, match="ours could not be removed"):
        scenario.close(failed=False)
    with pytest.raises(Broken, match="earlier scenario could not be cleaned up"):
        world().start()
    del somebodys.answers["DELETE"]
    following = world()
    following.start()
    assert somebodys.held == {}
    following.close(failed=False)


def test_being_told_to_wait_says_nothing_about_the_product(world: Any, somebodys: Somebodys) -> None:
    scenario = world()
    scenario.start()
    somebodys.answers["POST"] = 429
    with pytest.raises(Broken, match="told the suite to wait"):
        caio(scenario).register(service("ours"))
    scenario.close(failed=True)


@pytest.mark.parametrize("status", [0, 502])
def test_a_system_that_is_gone_is_not_judged(world: Any, somebodys: Somebodys, status: int) -> None:
    scenario = world()
    scenario.start()
    somebodys.ready, somebodys.answers["GET"] = False, status
    with pytest.raises(Broken, match="has stopped answering"):
        caio(scenario).orchestrator.services()
    scenario.close(failed=True)


def test_an_answer_that_takes_too_long_is_not_judged_by_the_suites_own_patience(
    world: Any, somebodys: Somebodys
) -> None:
    scenario = world()
    scenario.start()
    caio(scenario).orchestrator.client._timeout = 0.05
    somebodys.slow = 0.5
    with pytest.raises(Broken, match=r"no whole answer within 0\.05 s.*-D timeouts\.http"):
        caio(scenario).orchestrator.services()
    somebodys.slow = 0.0
    scenario.close(failed=True)


def test_one_answer_that_is_missing_from_a_system_that_is_well_is_for_the_steps_to_judge(
    world: Any, somebodys: Somebodys
) -> None:
    scenario = world()
    scenario.start()
    somebodys.answers["GET"] = 0
    assert caio(scenario).orchestrator.services().refusal.kind == "no-answer"
    scenario.close(failed=True)


def loaded(**failed: str) -> LoadResult:
    """A load of which one request succeeded, and one failed in each way, saying this."""
    kinds = {name.replace("_", "-"): said for name, said in failed.items()}
    one = endpoint("chat", [1_000], dict.fromkeys(kinds, 1))  # type: ignore[arg-type]
    return result(one.model_copy(update={"said": kinds}))


def test_a_load_that_is_told_to_wait_says_nothing_about_the_product(world: Any) -> None:
    scenario = world()
    scenario.start()
    with pytest.raises(Broken, match=r"told the senders of a load to wait \(429\): lift the limit"):
        scenario.saw_load(loaded(status="429: too many requests"))
    scenario.saw_load(loaded(status="503: too busy"))
    scenario.close(failed=False)


@pytest.mark.parametrize("kind", ["refused", "reset", "time_out"])
def test_a_system_that_is_gone_after_a_load_is_not_judged(world: Any, somebodys: Somebodys, kind: str) -> None:
    scenario = world()
    scenario.start()
    scenario.saw_load(loaded(**{kind: "no answer"}))
    somebodys.ready = False
    scenario.saw_load(loaded(status="500: a mistake"))
    with pytest.raises(Broken, match="has stopped answering under a load"):
        scenario.saw_load(loaded(**{kind: "no answer"}))
    scenario.close(failed=False)


def test_what_a_lost_load_worker_has_sent_is_waited_for(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be counted by the next scenario. One of this machine leaves nothing behind."""
    waited: list[tuple[float, str]] = []
    monkeypatch.setattr(remote_target, "let_pass", lambda seconds, why: waited.append((seconds, why)))
    scenario = world()
    scenario.start()
    lost = [WorkerState(name=name, host="there", lost="disconnected") for name in ("local-1", "far")]
    scenario.saw_load(loaded().model_copy(update={"workers": (lost[0],)}))
    assert waited == []
    scenario.saw_load(loaded().model_copy(update={"workers": tuple(lost)}))
    assert waited == [(remote_target.STRAY, "requests of far, who was lost, may still be on their way")]
    scenario.close(failed=False)


def test_a_registry_that_cannot_be_listed_is_broken_and_says_where_to_look(world: Any, somebodys: Somebodys) -> None:
    somebodys.answers["GET"] = 401
    scenario = world()
    with pytest.raises(Broken, match=r"cannot be listed.*identities\.admin"):
        scenario.start()
    scenario.close(failed=True)


def test_there_is_only_one_of_it(world: Any) -> None:
    with pytest.raises(NotVerified, match="of its own"):
        world().start(own=True)
