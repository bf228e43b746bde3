"""Real loads on a real server: users, rates, stages, workers, and every kind of failure."""

import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import pytest

from support.base.outcomes import Broken, NotVerified, Outcome, UsageError
from support.base.settings import ROOT
from support.checks.load_demands import Throughput, judge
from support.deployments.certificates import Authority
from support.load.messages import Progress
from support.load.plan import Call, Stage
from support.load.result import Generator, LoadResult, Noise
from support.load.runner import Workers, run
from support.load.site import Site
from tests.support.load.conftest import Target
from tests.support.load.loads import RUN_ID, left, plan

STALL = 1.0


def load(target: Target, **given: object) -> LoadResult:
    return run(plan(target.url, **given), run_id=RUN_ID)


def test_users_send_one_request_after_the_other(target: Target) -> None:
    calls = (Call(name="hello"), Call(name="note", method="POST", path="/notes", body=b"\x00\xff", contains=("hell",)))
    said: list[Progress] = []
    load = plan(target.url, users=3, seconds=1.0, calls=calls)
    result = run(load, target.usage, on_progress=said.append, run_id=RUN_ID)
    assert not result.partial, result.partial_because
    assert {one.name: one.failures for one in result.endpoints} == {"hello": {}, "note": {}}
    assert result.samples == result.total.count == sum(second.done for second in result.timeline)
    assert result.reached_rate * result.seconds == pytest.approx(result.samples, abs=3)
    assert result.most_open == 3
    assert result.server, "nothing was seen of the server"
    assert {process.name for process in result.generator.processes} == {"master", "local-1"}
    assert said[0].phase == "waiting"
    assert said[-1].result is not None
    assert left() == []


def test_a_thinking_user_sends_less(target: Target) -> None:
    result = load(target, users=2, seconds=1.0, think=(0.2, 0.3))
    assert 2 <= result.samples <= 10


def test_a_rate_is_held_and_its_warm_up_left_out(target: Target) -> None:
    result = load(target, rate=100.0, seconds=1.0, warm_up=0.5)
    assert (result.samples, result.left_out, result.unsent) == (100, 50, 0)
    assert result.asked_rate == 100
    assert result.generator.late is not None


def test_a_server_that_stalls_cannot_hide_behind_requests_that_were_not_sent(start: Callable[..., Target]) -> None:
    """At 100 per second, one second of standstill concerns about 100 of 200 arrivals: half of them must wait for long.

    Users who wait for their answers send nothing meanwhile, so that they see a single slow request each.
    """
    arrivals = load(start(stalls=50), rate=100.0, seconds=2.0)
    assert arrivals.samples == 200
    assert sum(count for micros, count in arrivals.total.times.buckets() if micros > 250_000) >= 60
    users = load(start(stalls=50), users=2, seconds=2.0, think=(0.01, 0.01))
    assert sum(count for micros, count in users.total.times.buckets() if micros > 250_000) <= 20


def test_a_stall_cannot_hide_either_when_all_connections_are_taken(start: Callable[..., Target]) -> None:
    result = load(start(stalls=50), rate=100.0, seconds=2.0, most_open=4)
    assert (result.samples, result.unsent, result.most_open) == (200, 0, 4)
    assert sum(count for micros, count in result.total.times.buckets() if micros > 250_000) >= 60


def test_a_fixed_number_of_requests_over_connections_opened_at_once(target: Target) -> None:
    result = load(target, users=400, requests=400, connections="at once")
    assert (result.samples, result.total.succeeded, result.most_open) == (400, 400, 400)


def test_connections_opened_at_once_over_tls(start: Callable[..., Target], tls: dict[str, str], tmp_path: Path) -> None:
    """What a server sends by itself as it is connected to, tickets for later connections, is no end of this one."""
    result = load(start(tls), users=50, requests=50, connections="at once", authority=tmp_path / "authority.pem")
    assert (result.total.succeeded, result.most_open) == (50, 50)


SEES_THE_END = """
    from support.load import engine
    import gevent, sys, time
    from pathlib import Path
    from support.load.site import Site
    from tests.support.load.loads import plan
    url, authority = sys.argv[1], Path(sys.argv[2]) if len(sys.argv) > 2 else None
    target = engine.prepare(Site(plan(url, users=3, requests=3, connections="at once", authority=authority), 0, 1, 1))
    engine.FastCaller.host = url
    users = [engine.FastCaller(engine.Environment()) for _ in range(3)]
    for user in users:
        user.connect()
    until = time.monotonic() + 10
    while any(user.is_connected() for user in users[:2]) and time.monotonic() < until:
        gevent.sleep(0.01)
    print([user.is_connected() for user in users])
"""


@pytest.mark.parametrize("secure", [False, True])
def test_a_connection_that_a_server_closed_again_is_not_open(
    start: Callable[..., Target], tls: dict[str, str], tmp_path: Path, secure: bool
) -> None:
    """It closes the first two. Who opens another as he sends is answered all the same, and tells nothing of it."""
    target = start(tls if secure else None, closes=2)
    command = [sys.executable, "-c", textwrap.dedent(SEES_THE_END), target.url]
    command += [str(tmp_path / "authority.pem")] if secure else []
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.stdout == "[False, False, True]\n", said.stderr


def test_only_connections_that_are_open_when_sending_begins_count() -> None:
    site = Site(plan(users=3, requests=3, connections="at once"), 0, 1, 1)
    for is_open in (True, False, True):
        site.standing.append(Mock(is_connected=lambda is_open=is_open: is_open))
    site.begin()
    assert site.tally.taken(time.monotonic(), 3, last=True).most_open == 2


def test_a_server_that_serves_fewer_than_arrive_serves_the_others_too_late(start: Callable[..., Target]) -> None:
    """It takes 20 ms for each, so 50 a second at most, and in the end has answered all 200 that came in two seconds."""
    result = load(start(takes=20), rate=100.0, seconds=2.0, timeout=30.0)
    assert (result.samples, result.total.succeeded) == (200, 200)
    assert 0 < (result.total.served or 0) <= 101
    # Whatever other tests leave of this machine to the load.
    alone = result.model_copy(update={"noise": Noise(), "generator": Generator(), "reached_rate": 100.0, "unsent": 0})
    assert judge(alone, Throughput(60)).outcome is Outcome.NOT_MET


def test_arrivals_that_wait_for_a_connection_are_the_doing_of_the_server(start: Callable[..., Target]) -> None:
    result = load(start(takes=20), rate=100.0, seconds=2.0, timeout=30.0, most_open=2)
    assert result.held >= 50
    assert result.reached_rate < 98
    quick = load(start(), rate=100.0, seconds=1.0)
    assert quick.held == 0


def test_who_thinks_thinks_after_a_failure_too(target: Target) -> None:
    """One call of two fails at once: its users would else send a lot more than the others."""
    calls = (Call(name="hello"), Call(name="reset", path="/reset"))
    result = load(target, users=20, seconds=2.0, think=(0.5, 0.5), calls=calls)
    assert result.samples <= 20 * 5


def test_stages_follow_each_other(target: Target) -> None:
    stages = (Stage(seconds=1.0, users=1), Stage(seconds=1.0, users=6), Stage(seconds=1.0, users=1))
    result = load(target, stages=stages, think=(0.02, 0.02))
    assert [(span.begin, span.end, span.users) for span in result.stages] == [(0, 1, 1), (1, 2, 6), (2, 3, 1)]
    first, second, third = (second.sent for second in result.timeline[:3])
    assert second > 2 * first
    assert second > 2 * third


def test_rates_in_stages(target: Target) -> None:
    result = load(target, stages=(Stage(seconds=1.0, rate=20.0), Stage(seconds=1.0, rate=60.0)))
    assert [second.sent for second in result.timeline[:2]] == [20, 60]
    assert result.asked_rate == 40


def test_several_workers_share_a_load(target: Target) -> None:
    result = run(plan(target.url, rate=100.0, seconds=1.0), workers=Workers(local=2), run_id=RUN_ID)
    assert [(worker.name, worker.samples) for worker in result.workers] == [("local-1", 50), ("local-2", 50)] or [
        (worker.name, worker.samples) for worker in result.workers
    ] == [("local-2", 50), ("local-1", 50)]
    assert result.total.times.count == result.samples == 100


@pytest.mark.parametrize("user_class", ["FastHttpUser", "HttpUser"])
def test_failures_are_told_by_kind(target: Target, user_class: str) -> None:
    calls = (
        Call(name="busy", path="/busy"),
        Call(name="reset", path="/reset"),
        Call(name="never", path="/never"),
        Call(name="moved", path="/moved"),
        Call(name="awaited", path="/busy", expects=503),
        Call(name="wrong", path="/", contains=("goodbye",)),
    )
    result = load(target, users=6, seconds=1.5, timeout=0.3, calls=calls, think=(0.01, 0.02), user_class=user_class)
    kinds = {one.name: list(one.failures) for one in result.endpoints}
    assert kinds == {
        "busy": ["status"],
        "reset": ["reset"],
        "never": ["time-out"],
        "moved": ["status"],
        "awaited": [],
        "wrong": ["wrong body"],
    }
    assert result.endpoint("busy").said["status"] == "503: too busy"


def test_new_connections_for_every_request(target: Target) -> None:
    result = load(target, users=2, seconds=0.5, connections="new", think=(0.02, 0.02))
    assert result.total.succeeded == result.samples > 0


def test_a_request_that_is_lost_is_not_sent_again_in_secret(target: Target) -> None:
    """A GET may be repeated by a client as it likes; then a server that loses connections would look sound."""
    calls = (Call(name="reset", path="/reset"),)
    result = load(target, users=5, requests=5, calls=calls)
    assert result.total.failures == {"reset": 5}
    after = load(target, users=1, requests=1, calls=(Call(name="count", path="/count", contains=("6",)),))
    assert after.total.success == 1, after.total.said


@pytest.fixture
def tls(tmp_path: Path) -> dict[str, str]:
    """A certificate of an authority of its own, which is in ``authority.pem``."""
    authority = Authority()
    authority.save(tmp_path / "authority.pem")
    authority.issue().write({"tls_certificate": tmp_path / "cert.pem", "tls_key": tmp_path / "key.pem"})
    return {"TARGET_CERTIFICATE": str(tmp_path / "cert.pem"), "TARGET_KEY": str(tmp_path / "key.pem")}


@pytest.mark.parametrize("user_class", ["FastHttpUser", "HttpUser"])
def test_a_target_over_tls(start: Callable[..., Target], tls: dict[str, str], tmp_path: Path, user_class: str) -> None:
    target = start(tls)
    result = load(target, users=2, requests=10, authority=tmp_path / "authority.pem", user_class=user_class)
    assert (result.total.succeeded, result.total.said) == (10, {})


def test_authorities_that_the_user_trusts(
    start: Callable[..., Target], tls: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = start(tls)
    strange = load(target, users=1, requests=2)
    assert strange.total.failures == {"other": 2}
    assert "certificate" in strange.total.said["other"].lower()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))
    assert load(target, users=1, requests=2).total.success == 1


# -- trouble


def test_a_target_that_refuses(start: Callable[..., Target]) -> None:
    target = start()
    target.process.kill()
    with pytest.raises(Broken, match=r"cannot be reached from local-1 .*refused.*, so no load was put on it"):
        load(target, users=2, seconds=1.0)
    assert left() == []


def test_a_target_that_dies_in_the_middle(start: Callable[..., Target]) -> None:
    result = load(start(dies=100), users=4, seconds=1.5, think=(0.005, 0.005))
    assert not result.partial
    assert set(result.total.failures) <= {"refused", "reset"}
    assert result.total.failures.get("refused", 0) > 0
    assert result.total.success is not None
    assert result.total.success < 1


def test_a_target_that_stops_answering_in_the_middle(start: Callable[..., Target]) -> None:
    result = load(start(hangs=50), users=5, requests=10_000, timeout=0.5)
    assert result.partial
    assert "the target answered nothing for" in result.partial_because
    assert result.total.succeeded == 49
    assert result.total.failures["time-out"] >= 5


def test_arrivals_at_a_target_that_stops_answering_all_time_out(start: Callable[..., Target]) -> None:
    result = load(start(hangs=50), rate=100.0, seconds=1.0, timeout=0.5, most_open=10)
    assert result.samples == 100
    assert (result.total.succeeded, result.total.failures) == (49, {"time-out": 51})


def test_a_rate_that_cannot_be_reached_is_told(target: Target) -> None:
    result = load(target, rate=200_000.0, seconds=1.0, most_open=20)
    assert result.asked_rate == 200_000
    assert result.reached_rate < 150_000
    assert result.unsent > 0 or result.generator.saturated or result.total.failures


def test_more_connections_than_the_machine_allows(target: Target) -> None:
    with pytest.raises(NotVerified, match=r"hard limit here is .*raise it"):
        load(target, users=3_000_000, requests=3_000_000, connections="at once")


def test_fewer_users_than_workers(target: Target) -> None:
    """Only so many of them send as there are users."""
    result = run(plan(target.url, users=1, requests=20), workers=Workers(local=2), run_id=RUN_ID)
    assert [(worker.name, worker.samples) for worker in result.workers] == [("local-1", 20)]


def test_a_stage_with_fewer_users_than_workers(target: Target) -> None:
    stages = (Stage(seconds=1.0, users=1), Stage(seconds=1.0, users=2))
    with pytest.raises(UsageError, match="1 users are too few for 2 load workers"):
        run(plan(target.url, stages=stages), workers=Workers(local=2), run_id=RUN_ID)


def test_which_workers_send_where_not_all_are_needed() -> None:
    hosts = Workers(local=0, hosts=("a", "b", "c"))
    assert hosts.at_most(2) == Workers(local=0, hosts=("a", "b"))
    assert hosts.at_most(3) == hosts
    assert Workers(local=2, hosts=("a", "b")).at_most(3) == Workers(local=2, hosts=("a",))
