"""Peers are compared round by round, and one that could not be measured is named with the reason and never beaten."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from bench.caio.peers import in_process, litellm_child, standing
from bench.caio.peers.clients import Sample
from bench.caio.peers.contenders import DISPATCH, LITELLM, PORTKEY, ROUTE, STUB, Ask, contenders
from bench.caio.peers.effort import Effort
from bench.caio.peers.in_process import OURS, Row
from bench.caio.peers.litellm_child import LiteLLM
from bench.caio.peers.rounds import Seats, ratios, rotated
from bench.caio.peers.standing import Seat, Seen
from bench.figures import Figure
from bench.servers import NotAvailable
from support.deployments import processes

EFFORT = Effort(rounds=3, sizes=(10,))
NAMES = [STUB, DISPATCH, ROUTE, LITELLM, PORTKEY]
RATES = {STUB: 9000, DISPATCH: 1500, ROUTE: 4000, LITELLM: 100, PORTKEY: 1000}


def seen(rate: float, *, refused: int = 0, p95: float = 10.0) -> Seen:
    return Seen(Sample(round(rate * 4) + refused, refused, 0, 4.0, 5.0, p95, 20.0), cpu=2.0)


def seats(**changed: float) -> Seats[Seat, Seen]:
    full: Seats[Seat, Seen] = Seats(EFFORT.rounds)
    for connections in EFFORT.connections:
        for name in NAMES:
            rate = changed.get(name, RATES[name])
            full.given[Seat(name, connections)] = [seen(rate * factor) for factor in (1.0, 1.1, 0.9)]
    return full


def figure(found: Sequence[Figure], *words: str) -> Figure:
    (one,) = [each for each in found if all(word in f"{each.what} {each.aspect}" for word in words)]
    return one


def judged(measured: Seats[Seat, Seen], peer: str, quantity: str = "answers per second") -> Figure:
    found = standing.figures(measured, NAMES, EFFORT, "wrk")
    return figure(found, "50 connections", f"{DISPATCH} / {peer}", quantity)


def test_ratios_are_of_the_same_round() -> None:
    assert ratios([2.0, 9.0], [1.0, 3.0]) == (2.0, 3.0)


@pytest.mark.parametrize(("ours", "theirs"), [([], []), ([1.0], [1.0, 2.0]), ([1.0], [0.0]), ([0.0], [1.0])])
def test_what_cannot_be_compared_gives_no_ratio(ours: list[float], theirs: list[float]) -> None:
    with pytest.raises(NotAvailable):
        ratios(ours, theirs)


def test_another_one_is_first_in_each_round() -> None:
    assert ["".join(rotated("abc", number)) for number in range(4)] == ["abc", "bca", "cab", "abc"]


def test_who_fails_once_is_out_with_all_it_gave() -> None:
    asked: list[str] = []

    def once(name: str) -> int:
        asked.append(name)
        if name == "b" and asked.count("b") == 2:
            raise NotAvailable("it fell over")
        return len(asked)

    found: Seats[str, int] = Seats(3)
    found.measure(["a", "b"], once)
    assert list(found.given) == ["a"]
    assert len(found.given["a"]) == 3
    assert found.out == {"b": "it fell over"}
    assert asked.count("b") == 2


def test_the_median_of_the_ratios_is_judged() -> None:
    found = judged(seats(), PORTKEY)
    assert found.samples == pytest.approx((1.5, 1.5, 1.5))
    assert (found.wanted, found.judged) == ("at least 1.2 ×", "yes")
    assert judged(seats(**{PORTKEY: 1300}), PORTKEY).judged == "no"
    assert judged(seats(**{LITELLM: 160}), LITELLM).judged == "no"


def test_an_equal_p95_is_not_lower() -> None:
    assert judged(seats(), PORTKEY, "p95").judged == "no"


def test_a_peer_that_is_not_there_is_named_and_not_beaten() -> None:
    measured = seats()
    for connections in EFFORT.connections:
        measured.drop(Seat(PORTKEY, connections), "npm is not installed here")
    found = standing.figures(measured, NAMES, EFFORT, "wrk")
    ratio = figure(found, "50 connections", f"{DISPATCH} / {PORTKEY}", "answers per second")
    assert (ratio.value, ratio.judged) == ("not measured", "unknown")
    assert ratio.note == f"{PORTKEY}: npm is not installed here"
    rows = [each for each in found if each.what == f"{PORTKEY}, 50 connections"]
    assert [(row.value, row.note) for row in rows] == [("not measured", "npm is not installed here")]


@pytest.mark.parametrize("who", [DISPATCH, PORTKEY])
def test_nobody_is_compared_by_answers_that_failed(who: str) -> None:
    measured = seats()
    measured.given[Seat(who, 50)][1] = seen(1500, refused=1000)
    found = judged(measured, PORTKEY)
    assert found.judged == "unknown"
    assert found.note == f"{who}: 14.3% of the requests of a round failed"


def test_only_good_answers_count() -> None:
    sample = Sample(answers=100, refused=25, broken=50, seconds=2.0, p50=1, p95=1, p99=1)
    assert (sample.good, sample.rate, sample.failed) == (75, 37.5, 0.5)
    assert Sample(0, 0, 0, 1.0, 0, 0, 0).failed == 1.0


def test_the_output_of_a_client_is_read() -> None:
    line = {"answers": 7, "refused": 1, "broken": 0, "seconds": 2.0, "p50": 1500.0, "p95": 2500.0, "p99": 3000.0}
    printed = f"Running 2s test @ http://127.0.0.1\n  7 requests in 2.00s\n{json.dumps(line)}\n"
    assert Sample.parse(printed) == Sample(7, 1, 0, 2.0, 1.5, 2.5, 3.0)


@pytest.mark.parametrize("printed", ["", "unable to connect", '{"answers": 3}', "[1]", '{"answers": 1, "p50": "x"}'])
def test_a_client_that_says_nothing_is_no_result(printed: str) -> None:
    with pytest.raises(NotAvailable, match="the client gave no result"):
        Sample.parse(printed)


def test_every_request_is_whole_and_has_its_number_once() -> None:
    for contender in contenders():
        request = contender.ask.on_the_wire("http://127.0.0.1:9000")
        head, _, body = request.partition(b"\r\n\r\n")
        assert request.count(b"0" * 12) == 1, contender.name
        assert f"Content-Length: {len(body)}".encode() in head
        assert json.loads(body)
        assert b"{backend}" not in head


def test_a_header_can_name_the_backend() -> None:
    assert Ask("/", {}, {"to": "{backend}/v1"}).headers_for("http://here")["to"] == "http://here/v1"


def test_being_faster_in_process_is_judged_at_p50_and_p95() -> None:
    found: Seats[Row, list[float]] = Seats(2)
    found.given = {Row(OURS, 10): [[10.0] * 20, [20.0] * 20]}
    found.given[Row("litellm.Router, simple-shuffle", 10)] = [[40.0] * 20, [40.0] * 20]
    for name in (in_process.SPELLED_OUT, "litellm.Router, least-busy", "litellm.Router, latency-based-routing"):
        found.drop(Row(name, 10), "it did not answer within 180 s")
    figures = in_process.figures(found, EFFORT)
    assert figure(figures, "simple-shuffle", "route_request, p95").samples == (4.0, 2.0)
    assert figure(figures, "simple-shuffle", "route_request, p50").judged == "yes, not each time"
    assert figure(figures, "10 services: litellm.Router, least-busy", "p50").note == "it did not answer within 180 s"


def test_the_ratio_is_to_the_strategy_that_is_fastest_at_that_percentile() -> None:
    found: Seats[Row, list[float]] = Seats(1)
    found.given = {Row(OURS, 10): [[10.0] * 20]}
    found.given[Row("litellm.Router, simple-shuffle", 10)] = [[50.0] * 11 + [60.0] * 9]
    found.given[Row("litellm.Router, least-busy", 10)] = [[40.0] * 11 + [90.0] * 9]
    figures = in_process.figures(found, EFFORT)
    assert figure(figures, "10 services: litellm.Router, least-busy / CAIO", "p50").samples == (4.0,)
    assert figure(figures, "10 services: litellm.Router, simple-shuffle / CAIO", "p95").samples == (6.0,)


def test_a_strategy_that_takes_too_long_costs_the_others_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(litellm_child, "PATIENCE", 2.0)
    answer = (
        "import sys, time\n"
        "for line in sys.stdin:\n"
        "    'slow' in line and time.sleep(60)\n"
        "    print('{\"times\": [1.5]}', flush=True)\n"
    )
    log = tmp_path / "log.txt"

    def start() -> subprocess.Popen[bytes]:
        with log.open("wb") as output:
            return processes.spawn([sys.executable, "-c", answer], {}, tmp_path, output, piped=True)

    litellm = LiteLLM(start, log)
    try:
        with pytest.raises(NotAvailable, match="it did not answer within 2 s"):
            litellm.times("slow", 10, EFFORT)
        monkeypatch.setattr(litellm_child, "PATIENCE", 60.0)
        assert litellm.times("quick", 10, EFFORT) == [1.5]
    finally:
        litellm.close()
