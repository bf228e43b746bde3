"""Faults of containers take effect, are over when healed, and leave nothing behind: all for real."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest
import requests

from support.base import systems
from support.base.outcomes import Broken, NotVerified
from support.base.settings import Settings
from support.base.waiting import until
from support.deployments import ContainerCompanion, ContainerDeployment, LeasePool
from support.deployments.containers import engine
from support.faults import Fault, Killed, Paused
from support.faults.clock import TOLERANCE, ClockShift, lend
from support.faults.impairments import Change, NetworkImpairment, cut_off, late, losing, refused, swallowed, thin
from support.faults.network import Disconnected, NetworkImpaired, Readdressed
from support.faults.process import Restarted, Stopped
from support.faults.resources import FullDisk, MemoryLimit
from support.faults.side import lacking

NAME, PORT = "fault-chat", 9000
MEGABYTE = 1 << 20
ASK = "import sys, urllib.request as r; print(r.urlopen(sys.argv[1], timeout=float(sys.argv[2])).status)"
STOPPED = (requests.ConnectionError, requests.Timeout)


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LeasePool]:
    """All containers of this module; none of them is there when it is over."""
    if engine.why_not() and "CI" not in os.environ:
        pytest.skip(engine.why_not())
    pool = LeasePool(Settings(reports=tmp_path_factory.mktemp("reports")), systems.find("caio"))
    yield pool
    pool.close()


@pytest.fixture(scope="module")
def service(pool: LeasePool) -> ContainerCompanion:
    """A small HTTP service in a container."""
    found = pool.companion("backend", NAME, contained=True).deployment
    assert isinstance(found, ContainerCompanion)
    return found


@pytest.fixture(scope="module")
def caio(pool: LeasePool) -> ContainerDeployment:
    """A CAIO in a container, with a small disk and a clock that can be moved."""
    found = pool.fresh("container").deployment
    assert isinstance(found, ContainerDeployment)
    found.disk = 4
    lend(found, found.folder / "clock")
    found.start()
    return found


def asked(service: ContainerCompanion, timeout: float = 5.0) -> float:
    """Ask the service over a new connection; the seconds until its answer."""
    began = time.monotonic()
    assert requests.get(f"{service.url}/health", timeout=timeout).status_code == 200
    return time.monotonic() - began


def well(service: ContainerCompanion) -> bool:
    try:
        return asked(service) > 0
    except STOPPED:
        return False


def reached(caio: ContainerDeployment, service: ContainerCompanion) -> bool:
    """Whether one container reaches the other by its name."""
    return caio.run(["python3", "-c", ASK, f"{service.inside_url}/health", "1"]).exit_code == 0


def disturbed(service: ContainerCompanion, impairment: NetworkImpairment) -> NetworkImpaired:
    return NetworkImpaired(service, impairment, NAME, lambda: well(service))


def sides(service: ContainerCompanion, run_id: str) -> list[str]:
    return [each.name for each in service.host.engine.leftovers(run_id) if each.name.endswith("-side")]


@pytest.mark.parametrize("impairment", [refused(PORT), swallowed(PORT), losing(PORT, 1.0)], ids=str)
def test_nobody_gets_through_until_it_is_healed(service: ContainerCompanion, impairment: NetworkImpairment) -> None:
    with disturbed(service, impairment) as fault, pytest.raises(STOPPED):
        asked(service, timeout=0.3)
    assert asked(service)
    assert [event.kind.value for event in fault.journal] == ["steady", "injected", "healed", "steady"]


def test_a_refusal_is_told_at_once_and_a_black_hole_says_nothing(service: ContainerCompanion) -> None:
    with disturbed(service, refused(PORT)), pytest.raises(requests.ConnectionError) as told:
        asked(service)
    with disturbed(service, swallowed(PORT)), pytest.raises(requests.Timeout):
        asked(service, timeout=0.3)
    assert not isinstance(told.value, requests.Timeout)


def test_a_part_of_the_packets_is_lost_and_what_was_sent_still_arrives(service: ContainerCompanion) -> None:
    with disturbed(service, losing(PORT, 0.2)):
        assert all(asked(service, timeout=30) for _ in range(3))


def test_latency_is_added_to_each_packet(service: ContainerCompanion) -> None:
    with disturbed(service, late(PORT, 0.3)):
        assert asked(service) >= 0.6  # once for the connection, once for the request
    with disturbed(service, late(PORT, 0.3, jitter=0.2)):
        assert asked(service) >= 0.2


def test_a_thin_line_holds_back_what_is_more_than_passes_at_once(service: ContainerCompanion) -> None:
    text = " ".join(f"word{number}" for number in range(600))
    with disturbed(service, thin(16)):
        began = time.monotonic()
        answer = requests.post(f"{service.url}/chat", json={"message": text}, timeout=30)
        seconds = time.monotonic() - began
    assert seconds >= (len(answer.content) - 1600) * 8 / 16_000


def test_who_is_cut_off_reaches_nobody_and_is_reached(caio: ContainerDeployment, service: ContainerCompanion) -> None:
    with NetworkImpaired(caio, cut_off(PORT), "CAIO", lambda: reached(caio, service)):
        assert not reached(caio, service)
        assert requests.get(f"{caio.url}/health", timeout=5).ok


def test_a_pulled_cable_is_put_back_under_the_same_name(caio: ContainerDeployment, service: ContainerCompanion) -> None:
    network = service.host.network
    with Disconnected(service, network, [NAME], steady=lambda: well(service)):
        assert not service.container.address(network)
        assert not reached(caio, service)
    assert service.container.address(network)
    assert reached(caio, service)


def test_another_address_is_told_under_the_same_name(caio: ContainerDeployment, service: ContainerCompanion) -> None:
    before = service.container.address(service.host.network)
    with Readdressed(service, service.host.network, [NAME], steady=lambda: well(service)):
        assert service.container.address(service.host.network) not in ("", before)
        assert reached(caio, service)


def test_the_target_has_no_right_and_nothing_of_the_side_container_stays(service: ContainerCompanion) -> None:
    run_id = service.container.details()["Config"]["Labels"]["org.signoff.run"]
    with disturbed(service, refused(PORT)):
        assert len(sides(service, run_id)) == 1
        told = service.run(["python3", "-c", "print(open('/proc/self/status').read())"]).output
        assert "CapEff:\t0000000000000000" in told
    assert sides(service, run_id) == []


def test_what_could_not_be_injected_whole_is_undone(service: ContainerCompanion) -> None:
    wrong = Change(("iptables", "--no-such-option"), ("true",))
    fault = disturbed(service, NetworkImpairment("is half disturbed", (*refused(PORT).changes, wrong)))
    with pytest.raises(Broken, match="no-such-option"):
        fault.inject()
    assert asked(service)


def test_what_the_kernel_cannot_do_is_not_verified_and_leaves_nothing(service: ContainerCompanion) -> None:
    unknown = Change(("sh", "-c", "echo 'Error: Specified qdisc kind is unknown.'; exit 2"), ("true",))
    fault = disturbed(
        service, NetworkImpairment("is disturbed by a kernel that cannot", (*refused(PORT).changes, unknown))
    )
    with pytest.raises(NotVerified, match="this machine cannot disturb the network that way"):
        fault.inject()
    assert asked(service)
    assert sides(service, service.container.details()["Config"]["Labels"]["org.signoff.run"]) == []


def test_a_disturbance_that_ended_by_itself_says_nothing_about_the_product(service: ContainerCompanion) -> None:
    program = ("sh", "-c", "echo ready; sleep 0.5")
    fault = disturbed(
        service, NetworkImpairment("is disturbed for a moment", late(PORT, 0.1).changes, program, "ready")
    )
    fault.inject()
    until(lambda: fault._side is None or fault._side.said, 10, "the program to end")
    with pytest.raises(Broken, match="ended before the fault was healed"):
        fault.heal()
    assert asked(service), "packets pass at once when nobody holds them back"


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Error: Specified qdisc kind is unknown.", NotVerified),
        ("iptables v1.8.9 (nf_tables): RULE_INSERT failed (No such file or directory)", NotVerified),
        ("RTNETLINK answers: Operation not permitted", NotVerified),
        ("OSError: [Errno 1] the kernel refuses the queue", NotVerified),
        ("OSError: [Errno 93] Protocol not supported", NotVerified),
        ("iptables: unrecognized option '--no-such-option'", Broken),
        ("sh: tc: not found", Broken),
    ],
)
def test_what_this_machine_cannot_do_is_told_apart_from_a_mistake(said: str, kind: type[Exception]) -> None:
    error = lacking("tc qdisc add", said)
    assert type(error) is kind
    assert said in str(error)


@pytest.mark.parametrize("kind", [Killed, Paused, Stopped])
def test_a_container_answers_nobody_until_it_is_healed(
    service: ContainerCompanion, kind: type[Killed | Paused | Stopped]
) -> None:
    with kind(service, NAME, lambda: well(service)), pytest.raises(STOPPED):
        asked(service, timeout=0.3)
    assert asked(service)


def test_a_restarted_container_is_another_process_at_the_same_address(service: ContainerCompanion) -> None:
    before, url = service.state.pid, service.url
    with Restarted(service, NAME, lambda: well(service)):
        assert (service.state.pid != before, service.url) == (True, url)


def test_a_full_disk_takes_nothing_until_there_is_room_again(caio: ContainerDeployment) -> None:
    write = ["sh", "-c", "echo something > /data/note && cat /data/note"]
    with FullDisk(caio, "/data"):
        assert caio.run(write).exit_code != 0
    assert caio.run(write).output == "something\n"


def test_a_disk_that_is_not_the_scenarios_own_is_never_filled(pool: LeasePool) -> None:
    ordinary = pool.acquire("container").deployment
    assert isinstance(ordinary, ContainerDeployment)
    with pytest.raises(Broken, match="larger than one that may be filled"):
        FullDisk(ordinary, "/data").inject()
    assert not list(ordinary.data.glob(".filler"))


@pytest.mark.parametrize("seconds", [3600, -3600])
def test_a_clock_jumps_and_durations_do_not(caio: ContainerDeployment, seconds: int) -> None:
    tell = ["python3", "-c", "import time; print(time.time(), time.monotonic())"]
    _, ticks = map(float, caio.run(tell).output.split())
    with ClockShift(caio, caio.folder / "clock", seconds, "clock moved"):
        shown, later = map(float, caio.run(tell).output.split())
        assert abs(shown - time.time() - seconds) < TOLERANCE
        assert 0 <= later - ticks < TOLERANCE
    assert abs(float(caio.run(tell).output.split()[0]) - time.time()) < TOLERANCE


def test_a_clock_that_was_never_lent_cannot_be_moved(pool: LeasePool) -> None:
    ordinary = pool.acquire("container").deployment
    assert isinstance(ordinary, ContainerDeployment)
    (ordinary.folder / "clock").mkdir(exist_ok=True)
    with pytest.raises(NotVerified, match="a clock cannot be moved here"):
        ClockShift(ordinary, ordinary.folder / "clock", 3600, "clock moved").inject()


def test_memory_runs_out_and_the_limit_is_as_before(caio: ContainerDeployment) -> None:
    """The last test of this container: what lay on its disk is gone."""
    former = caio.container.details()["HostConfig"]["Memory"]
    limit = MemoryLimit(caio, spare=8 * MEGABYTE)
    with limit:
        assert caio.container.details()["HostConfig"]["Memory"] < former
        assert limit.exhaust(within=10) == 137
        assert caio.state.out_of_memory
    assert (caio.container.details()["HostConfig"]["Memory"], caio.running) == (former, True)


def test_faults_of_containers_are_faults_as_all_others() -> None:
    assert all(issubclass(kind, Fault) for kind in (NetworkImpaired, Disconnected, FullDisk, MemoryLimit, ClockShift))
