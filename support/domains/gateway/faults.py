"""The faults of upstreams that Gherkin speaks of, by their words."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from support.base.outcomes import Broken
from support.domains.gateway import asking
from support.domains.gateway.failover import NamedTimes
from support.upstreams import faults
from support.upstreams.client import Upstream
from support.upstreams.faults import UpstreamFault
from support.world.core import World
from support.world.upstreams import Upstreams

ONCE = " once"
WELL = "is well again"

_MADE: dict[str, Callable[..., UpstreamFault]] = {
    r"is dead": faults.refuse,
    r"resets the connection": faults.reset,
    r"hangs": faults.hang,
    r"fails with the error (\d+)": lambda code: faults.status(int(code)),
    r"fails with the error (\d+) and says to wait (\d+) seconds?": lambda code, seconds: faults.status(
        int(code), retry_after=seconds
    ),
    r"fails with the error (\d+) and names a time in (\d+) seconds": lambda code, seconds: faults.status(
        int(code), retry_after=_time_in(int(seconds))
    ),
    r"answers (\d+(?:\.\d+)?) seconds late": lambda seconds: faults.delay(float(seconds)),
    r"answers with a web page": faults.html,
    r"answers with an error as a success": faults.error_under_200,
    r"answers without any choice": faults.without_choices,
    r"answers with half a document": faults.not_json,
    r"falls silent before the first token": lambda: faults.silence(0),
    r"falls silent after (\d+) tokens": lambda count: faults.silence(int(count)),
    r"breaks off before the first token": lambda: faults.cut(0),
    r"breaks off after (\d+) tokens": lambda count: faults.cut(int(count)),
    r"resets the connection after (\d+) tokens": lambda count: faults.cut(int(count), reset=True),
    r"ends without \[DONE\] after (\d+) tokens?": lambda count: faults.unfinished(int(count)),
    r"sends half an event after (\d+) tokens": lambda count: faults.broken_event(int(count)),
    r"reports an error before the first token": lambda: faults.error_event(0),
    r"reports an error after (\d+) tokens": lambda count: faults.error_event(int(count)),
    r"writes comments between its events": lambda: faults.framing(comments=True),
    r"ends its lines with CR LF": lambda: faults.framing(crlf=True),
    r"sends its bytes one by one": lambda: faults.framing(piece=1),
    r"sends its bytes in pieces of (\d+)": lambda size: faults.framing(piece=int(size)),
    r"does all of this together": lambda: faults.framing(comments=True, crlf=True, piece=1),
}
"""Words, as a pattern → the fault, made of the numbers in them. Those of a key need the upstream: see ``_of``."""

_REPEATS_KEY = "refuses the gateway and repeats its key"

PATTERN = "|".join([*(re.sub(r"\((?!\?)", "(?:", each) for each in _MADE), re.escape(_REPEATS_KEY), WELL])
WORDS = f"(?:{PATTERN})(?:{ONCE})?"
"""Matches the words of any fault, and of its healing."""


def inject(world: World, upstreams: list[str], words: str) -> None:
    """Have something go wrong with upstreams, or heal them."""
    known = world.part(Upstreams)
    for name in upstreams:
        if words == WELL:
            known[name].heal()
        else:
            _note_time(world, name, words)
            known[name].inject(_of(known[name], words))


def _note_time(world: World, upstream: str, words: str) -> None:
    """Remember the time that an upstream names in its refusal, so that it can be judged whether it is kept."""
    if found := re.search(r"to wait (\d+) second", words):
        world.part(NamedTimes).seconds[upstream] = float(found[1])
    elif found := re.search(r"a time in (\d+) second", words):
        # The header has whole seconds: the time that it names lies up to one second before that.
        world.part(NamedTimes).at[upstream] = float(int(time.time()) + int(found[1]))


def upstreams_meant(world: World, which: str, route: str) -> list[str]:
    """Which upstreams of a route are meant by "the first", "the second" or "every"."""
    names = asking.route(world, route).upstreams
    return list(names) if which == "every" else [asking.upstream_of(world, which.removeprefix("the "), route)]


def _of(upstream: Upstream, words: str) -> UpstreamFault:
    times = 1 if words.endswith(ONCE) else None
    bare = words.removesuffix(ONCE)
    if bare == _REPEATS_KEY:
        return faults.status(401, message=f"Incorrect API key provided: {upstream.key}", kind="authentication_error")
    for pattern, make in _MADE.items():
        if found := re.fullmatch(pattern, bare):
            made = make(*found.groups())
            return made if times is None else replace(made, times=times)
    raise Broken(f"no fault is known by the words {words!r}")


def _time_in(seconds: int) -> str:
    """A time as Retry-After writes it (RFC 9110, 10.2.3), that lies at least so many whole seconds ahead."""
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
