"""The parts of the gateway by themselves: configuration, shares, rests, events, budgets."""

from __future__ import annotations

import textwrap
from collections import Counter
from pathlib import Path

import pytest
from chassis.settings import SettingsError
from gateway import calling, choosing, loading, sse
from gateway.budget import Budgets
from gateway.config import origin_of
from gateway.upstreams import Upstreams

BASIS = """
upstreams:
  a: {url: "http://127.0.0.1:1", key: one-key-of-a}
  b: {url: "http://127.0.0.1:2"}
models:
  small: {upstreams: [a, b], strategy: weighted, weights: [3, 1]}
  equal: {upstreams: [a, b], strategy: least-busy}
  sure: {upstreams: [a], fallbacks: [equal]}
keys:
  - {name: me, key: sk-of-mine-123}
"""


def loaded(tmp_path: Path, more: str = "", basis: str = BASIS) -> loading.Loaded:
    """The basis with another file on top."""
    files = [tmp_path / "basis.yaml", tmp_path / "more.yaml"]
    files[0].write_text(basis)
    files[1].write_text(textwrap.dedent(more) or "{}")
    return loading.load(files, {"SET": "a-key"})


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("server: {worker: 2}", "more.yaml: server.worker is not a known setting; did you mean 'workers'?"),
        ("upstream: {}", "more.yaml: upstream is not a known setting; did you mean 'upstreams'?"),
        ("upstreams: {c: {url: x}}", "more.yaml: upstreams.c.url: expected a URL"),
        ("upstreams: {b: {key_from: UNSET}}", "upstreams.b.key_from: the environment variable UNSET is not set"),
        ("upstreams: {a: {key_from: SET}}", "give the key, or the variable that holds it"),
        ("models: {equal: {upstreams: [a, d]}}", "models.equal.upstreams.1: no upstream 'd' is configured"),
        ("models: {sure: {fallbacks: [smal]}}", "no model 'smal' is configured; did you mean 'small'?"),
        ("models: {sure: {fallbacks: [sure]}}", "a model cannot fall back to itself"),
        ("models: {small: {weights: [1]}}", "models.small.weights: 1 weights for 2 upstreams"),
        ("models: {small: {weights: [0, 0]}}", "no upstream has a weight above 0"),
        ("models: {equal: {limit: often}}", "expected a number per unit of time"),
        ("models: {equal: {timeout: -1}}", "models.equal.timeout: input should be greater than 0"),
        ("keys: [{name: me, key: sk-of-mine-123}, {name: me, key: sk-of-another}]", "another key has the same name"),
        ("keys: [{name: me, key: sk-of-mine-123, models: [none]}]", "keys.0.models.0: no model 'none'"),
        ("allowed_upstreams: ['http://a/b']", "expected a scheme, a host and perhaps a port"),
        ("server: [", "more.yaml is not YAML"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(tmp_path: Path, more: str, says: str) -> None:
    with pytest.raises(SettingsError) as refused:
        loaded(tmp_path, more)
    assert says in str(refused.value)
    assert "sk-of" not in str(refused.value)


def test_later_files_add_to_earlier_ones(tmp_path: Path) -> None:
    found = loaded(tmp_path, "upstreams: {a: {key: null, key_from: SET}}\nmodels: {more: {upstreams: [b]}}")
    assert found.upstream_keys == {"a": "a-key"}
    assert list(found.config.models) == ["small", "equal", "sure", "more"]


def order(router: choosing.Router, model: str) -> list[str]:
    """The names of those who are asked, in their order."""
    route = router.find(model)
    assert route is not None
    return [each.upstream.name for each in router.order(route)]


def test_shares_follow_weights_exactly(tmp_path: Path) -> None:
    found = loaded(tmp_path)
    router = choosing.Router(found.config, Upstreams(found))
    assert Counter(order(router, "small")[0] for _ in range(40)) == {"a": 30, "b": 10}


def test_the_least_busy_is_asked_and_equals_take_turns(tmp_path: Path) -> None:
    found = loaded(tmp_path)
    upstreams = Upstreams(found)
    router = choosing.Router(found.config, upstreams)
    firsts = []
    for _ in range(4):
        firsts.append(order(router, "equal")[0])
        router.begin(upstreams[firsts[-1]])
        upstreams[firsts[-1]].active = 0
    assert firsts == ["a", "b", "a", "b"]
    upstreams["a"].active = 3
    assert order(router, "equal") == ["b", "a"]


def test_those_of_fallbacks_come_after_and_the_dead_last(tmp_path: Path) -> None:
    found = loaded(tmp_path)
    upstreams = Upstreams(found)
    router = choosing.Router(found.config, upstreams)
    assert order(router, "sure") == ["a", "b"] or order(router, "sure") == ["a", "a", "b"]
    upstreams["a"].server.alive = False
    assert order(router, "sure")[0] == "b"


def test_an_upstream_rests_after_failures_in_a_row_and_then_one_is_enough(tmp_path: Path) -> None:
    now = [0.0]
    upstream = Upstreams(loaded(tmp_path, "cooldown: {failures: 3, seconds: 2}"), lambda: now[0])["a"]
    upstream.failed()
    upstream.failed()
    upstream.succeeded()
    upstream.failed()
    upstream.failed()
    assert upstream.rest_left == 0
    upstream.failed()
    assert upstream.rest_left == 2
    now[0] = 2.5
    assert upstream.rest_left == 0
    upstream.failed()
    assert upstream.rest_left == 2


def test_an_upstream_is_left_alone_for_as_long_as_it_asks(tmp_path: Path) -> None:
    upstream = Upstreams(loaded(tmp_path), lambda: 0.0)["a"]
    upstream.failed(3600.0)
    assert (upstream.rest_left, upstream.wants_rest) == (3600.0, True)


@pytest.mark.parametrize(
    ("text", "seconds"), [("3", 3.0), (" 0 ", 0.0), ("soon", None), ("", None), ("inf", None), ("-5", 0.0)]
)
def test_retry_after_is_read(text: str, seconds: float | None) -> None:
    assert calling.seconds_of(text) == seconds


def test_retry_after_in_the_past_is_now() -> None:
    assert calling.seconds_of("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_events_are_read_in_whatever_pieces_they_come(size: int, end: str) -> None:
    stream = f"\ufeff: comment{end}{end}data: Grüße 🜁{end}{end}data: one{end}data:two{end}id: 1{end}{end}data: un"
    reader, found = sse.EventReader(), []
    raw = stream.encode()
    for start in range(0, len(raw), size):
        found += reader.feed(raw[start : start + size])
    assert found == ["Grüße 🜁", "one\ntwo"]


def test_an_event_of_several_lines_is_written_as_such() -> None:
    assert sse.event("one\ntwo") == b"data: one\ndata: two\n\n"


def test_budgets_are_reserved_and_settled(tmp_path: Path) -> None:
    ours, theirs = Budgets(tmp_path / "budgets.db"), Budgets(tmp_path / "budgets.db")
    first, second = ours.reserve("me", 100, 60), theirs.reserve("me", 100, 60)
    assert first is not None
    assert second is None
    ours.settle(first, 10)
    rest = theirs.reserve("me", 100, 1, rest=True)
    assert rest is not None
    assert rest.tokens == 90
    assert ours.reserve("me", 100, 1) is None
    assert ours.reserve("another", 100, 100) is not None


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://127.0.0.1:80", "http://127.0.0.1:80"),
        ("https://Host/", "https://host"),
        ("http://good@evil", None),
        ("http://good/path", None),
        ("http://good?x", None),
        ("file:///etc/passwd", None),
        ("http://[", None),
        ("http://good:port", None),
    ],
)
def test_the_origin_of_a_url_is_all_of_it_or_none(url: str, origin: str | None) -> None:
    assert origin_of(url) == origin
