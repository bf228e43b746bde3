"""Figures: percentiles, their confidence, moments at which requests are due, and how reports are put together."""

import json
import math
import random
import socket
import statistics
from pathlib import Path

import pytest

from support.base.outcomes import UsageError
from support.deployments import processes
from support.load import confidence, due, noise
from support.load.clock import Share
from support.load.collecting import Collector
from support.load.failures import TooLate, kind_of
from support.load.histogram import LONGEST, Histogram
from support.load.plan import Call, Stage
from support.load.result import Failure, LoadResult, Noise, WorkerState, together
from support.load.tally import Report, Tally
from tests.support.load.loads import endpoint, plan, result

PERCENTILES = (1, 50, 90, 95, 99, 99.9, 100)


def spread(seed: int, count: int = 20_000) -> list[int]:
    """Times as servers have them: many short ones, a few a thousand times as long."""
    draw = random.Random(seed)
    return [max(1, int(draw.lognormvariate(7, 1.5))) for _ in range(count)]


def test_percentiles_are_exact_to_three_digits() -> None:
    times = spread(1)
    ordered, seen = sorted(times), endpoint("a", times)
    for percent in PERCENTILES:
        exact = ordered[math.ceil(len(times) * percent / 100) - 1] / 1e6
        assert seen.percentile(percent) == pytest.approx(exact, rel=1e-3)
    assert (seen.percentile(100), seen.min) == (max(times) / 1e6, min(times) / 1e6)


def test_histograms_add_up() -> None:
    one, two = spread(2), spread(3)
    both = together("all", (endpoint("a", one, {"status": 2}), endpoint("b", two, {"status": 1, "reset": 4})))
    assert both.times.buckets() == endpoint("c", one + two).times.buckets()
    assert (both.count, both.failures) == (len(one) + len(two) + 7, {"status": 3, "reset": 4})
    assert (both.min, both.max) == (min(one + two) / 1e6, max(one + two) / 1e6)


def test_a_histogram_survives_its_text_and_bounds_what_it_takes() -> None:
    times = Histogram()
    times.record([0, 5, LONGEST * 2])
    again = Histogram.decode(times.encode())
    assert again.buckets() == times.buckets()
    assert (again.count, again.at_rank(1)) == (3, 1)
    with pytest.raises(ValueError, match="no time at place 4 of 3"):
        again.at_rank(4)


def test_failures_do_not_make_a_server_look_fast() -> None:
    """Ninety quick answers and ten refusals: the 95th percentile of all requests was never answered."""
    seen = endpoint("a", [1000] * 90, {"refused": 10})
    assert seen.percentile(95) == 0.001
    assert seen.percentile_of_all(90) == 0.001
    assert seen.percentile_of_all(95) == math.inf
    assert seen.success == 0.9


def test_without_samples_there_is_no_figure() -> None:
    nothing = endpoint("a", [])
    assert (nothing.percentile(95), nothing.success, nothing.interval(95), nothing.max) == (None, None, None, None)


def test_the_places_of_a_percentile() -> None:
    """By the binomial distribution, as in the tables: the median of 100 lies between the 40th and the 61st."""
    assert confidence.places(100, 50) == (40, 61)
    low, high = confidence.places(1000, 95)
    assert (low, high) == (936, 964)
    assert confidence.places(1_000_000, 99) == pytest.approx((989_805, 990_196), abs=2)


def test_too_few_samples_do_not_bound_a_percentile() -> None:
    seen = endpoint("a", [1000] * 50).interval(99)
    assert seen is not None
    assert seen.high == math.inf


def test_an_interval_holds_the_percentile_as_often_as_it_says() -> None:
    draw, held = random.Random(4), 0
    low, high = confidence.places(200, 90)
    for _ in range(1000):
        ordered = sorted(draw.random() for _ in range(200))
        held += ordered[low - 1] <= 0.9 <= ordered[high - 1]
    assert held >= 940


def test_moments_are_fixed_beforehand_and_dealt_out() -> None:
    stages = (Stage(seconds=1.0, rate=10.0), Stage(seconds=2.0, rate=2.0))
    alone = list(due.moments(stages, warm_up=0.5))
    assert alone[:5] == pytest.approx([-0.5, -0.4, -0.3, -0.2, -0.1])
    assert alone[5:] == pytest.approx([n / 10 for n in range(10)] + [1, 1.5, 2, 2.5])
    dealt = [list(due.moments(stages, 0.5, index, 3)) for index in range(3)]
    assert sorted(moment for part in dealt for moment in part) == alone
    assert {len(part) for part in dealt} == {6, 7}
    assert statistics.pstdev(alone[6 + n] - alone[5 + n] for n in range(9)) < 1e-9


def test_reports_of_workers_make_one_result() -> None:
    calls = (Call(name="a"), Call(name="b"))
    collector = Collector(plan(users=2, seconds=2.0, calls=calls))
    for name, shift in (("one", 0), ("two", 1000)):
        collector.workers[name] = WorkerState(name=name, host="here")
        tally = Tally(2, zero=100.0, end=102.0)
        tally.counted(0, 99.0, 99.5, None)
        tally.sending(100.1, 100.1)
        tally.ended(0, 100.1, 100.2 + shift / 1e6, None)
        tally.counted(1, 100.5, 101.5, ("status", "503"))
        early = Report.unpacked(json_like(tally.taken(101.05, users=1).packed()))
        late = Report.unpacked(json_like(tally.taken(102.0, users=1, last=True).packed()))
        collector.add(name, early)
        collector.add(name, late)
    seen = collector.result(0.0, ())
    assert [(one.name, one.count, one.failures) for one in seen.endpoints] == [("a", 2, {}), ("b", 2, {"status": 2})]
    assert seen.endpoint("a").max == pytest.approx(0.101)
    assert [(one.at, one.sent, one.done, one.failed, one.users) for one in seen.timeline] == [
        (0, 4, 2, 0, 2),
        (1, 0, 0, 2, 2),
    ]
    assert (seen.left_out, seen.samples) == (2, 4)
    assert [worker.samples for worker in seen.workers] == [2, 2]


def test_what_ends_while_it_is_measured_was_served_whenever_it_was_sent() -> None:
    tally = Tally(2, zero=100.0, end=102.0)
    tally.counted(0, 99.9, 100.2, None)
    tally.counted(1, 99.8, 99.95, None)
    tally.counted(1, 101.0, 101.9, None)
    tally.counted(1, 101.9, 102.3, None)
    tally.counted(1, 101.0, 101.5, ("status", "503"))
    report = tally.taken(103.0, users=1, last=True)
    assert (report.served, report.left_out) == ([1, 1], 2)
    collector = Collector(plan(rate=2.0, seconds=2.0, calls=(Call(name="a"), Call(name="b"))))
    collector.workers["one"] = WorkerState(name="one", host="here")
    collector.add("one", Report.unpacked(json_like(report.packed())))
    seen = collector.result(0.0, ())
    assert [(one.served, one.succeeded) for one in seen.endpoints] == [(1, 0), (1, 2)]
    assert seen.total.served == 2


@pytest.mark.parametrize(
    ("until", "seconds", "lies"),
    [
        (101.0, 1.0, True), (104.0, 1.0, True), (100.0, 2.0, False), (101.0, 3.0, False), (105.0, 1.0, False),
        (104.4, 1.0, True), (104.6, 1.0, False), (110.0, 10.0, True),
    ],
)  # fmt: skip
def test_what_a_process_used_counts_for_the_load_that_it_lies_within(until: float, seconds: float, lies: bool) -> None:
    """A load from 100 to 104; of a load that is shorter than the span, most of it counts."""
    share = Share(seconds, 0.5, 0.0)
    assert share.lies_within(until, 100.0, 104.0) is lies
    assert share.lies_within(until, 100.0, None) is (lies or until > 104)


def test_a_second_in_which_nothing_happened_is_a_second_too() -> None:
    collector = Collector(plan(users=1, seconds=6.0))
    collector.workers["one"] = WorkerState(name="one", host="here")
    tally = Tally(1, zero=100.0, end=106.0)
    tally.counted(0, 100.5, 100.6, None)
    tally.counted(0, 104.1, 104.2, None)
    collector.add("one", tally.taken(106.0, users=1, last=True))
    assert [(one.at, one.done, one.p50 is None) for one in collector.result(0.0, ()).timeline] == [
        (0, 1, False), (1, 0, True), (2, 0, True), (3, 0, True), (4, 1, False),
    ]  # fmt: skip


def json_like(values: dict[str, object]) -> dict[str, object]:
    """As messages arrive: tuples have become lists."""
    plain = json.loads(json.dumps(values, default=lambda packed: {"bytes": packed.hex()}))
    return dict(_with_bytes(plain))  # type: ignore[arg-type]


def _with_bytes(value: object) -> object:
    if isinstance(value, dict):
        if "bytes" in value:
            return bytes.fromhex(value["bytes"])
        return {name: _with_bytes(part) for name, part in value.items()}
    return [_with_bytes(part) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ConnectionRefusedError(111, "refused"), "refused"),
        (ConnectionResetError(104, "reset"), "reset"),
        (BrokenPipeError(32, "broken pipe"), "reset"),
        (TooLate("late"), "time-out"),
        (socket.timeout("timed out"), "time-out"),  # noqa: UP041 - by the name that clients raise it under
        (OSError(24, "Too many open files"), "other"),
        (ValueError("what?"), "other"),
    ],
)
def test_kinds_of_failures(error: BaseException, kind: Failure) -> None:
    assert kind_of(error)[0] == kind
    wrapped = RuntimeError("the client's own")
    wrapped.__cause__ = error
    assert kind_of(wrapped)[0] == kind


def test_a_result_survives_its_file() -> None:
    kept = result(endpoint("a", spread(5), {"time-out": 3}))
    assert LoadResult.model_validate_json(kept.model_dump_json()) == kept


def test_a_result_tells_which_endpoints_it_has() -> None:
    with pytest.raises(UsageError, match="has no endpoint 'b'; there are: a"):
        result(endpoint("a", [1])).endpoint("b")


def test_noise_is_what_neither_suite_nor_server_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Over ten seconds on two cores: 12 used in all, of which 5 are known, and 2 stolen."""
    stat, moments = tmp_path / "stat", iter([100.0, 110.0, 111.0])
    monkeypatch.setattr(noise, "_STAT", stat)
    monkeypatch.setattr(noise, "_TICKS", 1)
    monkeypatch.setattr(noise.os, "cpu_count", lambda: 2)
    monkeypatch.setattr(noise.clock, "now", lambda: next(moments))
    known = iter([7.0, 12.0, 12.0])
    monkeypatch.setattr(noise.processes, "usage", lambda _: processes.Usage(0, next(known), 1, 1))
    watch = noise.NoiseWatch()
    assert watch.between(100, 110) == Noise(cores=2)
    for user, stolen in ((50, 3), (62, 5), (99, 99)):
        stat.write_text(f"cpu {user} 0 0 1000 0 0 0 {stolen} 0 0\ncpu0 …\n", encoding="utf-8")
        watch.look()
    assert watch.between(100.5, 109.5) == Noise(steal=2 / 20, foreign=7 / 20, cores=2)
