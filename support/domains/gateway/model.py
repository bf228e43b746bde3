"""What a gateway promises of routes, failures and streams, said naively: which calls and which answers are allowed.

Written from the criteria (GW-ROUTE-01, GW-AUTH-03, GW-FAIL-01, GW-FAIL-02, GW-STREAM-01 to -04), never from the code
of a gateway. One question at a time is judged, by what each upstream of its model does with it and what was before:

- only upstreams of the model are called, no more often than configured, the first one first where there is an order;
- what an upstream answers, or says is the caller's mistake, is what the caller gets, and nobody is called after it;
- a failure is told only where no other upstream is left that could have answered;
- an upstream that failed several times in a row may rest for a while, and then need not be called;
- of a stream that broke its caller was told no more than the upstream has sent, and can tell that it broke.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

FAILED_FROM, OVERLOADED = 500, 429
UNKNOWN_CALLER = (401,)
FORBIDDEN = (401, 403, 404)


class Effect(Enum):
    """What comes of a call to an upstream."""

    WELL = "answers"
    FAILS = "fails before it has answered anything"
    MISTAKE = "says that the request is wrong"
    BREAKS = "breaks off in the middle"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What an upstream does with a question. ``status`` is that of a mistake; ``told`` says whether a break can be seen
    by who reads the upstream's stream, and so must be told: one that just ends must only not be called complete."""

    says: str
    effect: Effect
    status: int = 0
    told: bool = True


WELL = Behaviour("answers", Effect.WELL)


@dataclass(frozen=True, slots=True)
class RouteRules:
    """A model: its upstreams, in the order in which they are asked if ``ordered``, and the most calls of a question."""

    name: str
    upstreams: tuple[str, ...]
    attempts: int
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of one question: the upstreams called in order, and what the caller was told.

    ``speaker`` is the upstream whose whole answer the caller got, empty for none; ``begun`` the text so far; ``tells``
    and ``claims`` whether the caller can tell that it broke, and whether it was told that it is complete.
    """

    calls: tuple[str, ...]
    status: int | None
    speaker: str = ""
    begun: str = ""
    tells: bool = True
    claims: bool = False
    sent: str = ""
    """The text that the last upstream has sent."""


@dataclass(slots=True)
class Memory:
    """How often each upstream failed in a row, and until when it may rest. Times are seconds on any one clock."""

    patience: int
    rest: float
    failures: dict[str, int] = field(default_factory=dict)
    until: dict[str, float] = field(default_factory=dict)

    def note(self, calls: Iterable[str], behaviours: Mapping[str, Behaviour], now: float) -> None:
        """Take in the calls of a question."""
        for name in calls:
            effect = behaviours.get(name, WELL).effect
            if effect is Effect.WELL:
                self.failures[name] = 0
            elif effect in (Effect.FAILS, Effect.BREAKS):
                self.failures[name] = self.failures.get(name, 0) + 1
            if self.failures.get(name, 0) >= self.patience:
                self.until[name] = now + self.rest

    def resting(self, now: float) -> frozenset[str]:
        """The upstreams that may rest now."""
        return frozenset(name for name, until in self.until.items() if now < until)


def wrong(
    rules: RouteRules, behaviours: Mapping[str, Behaviour], resting: frozenset[str], seen: Seen
) -> tuple[str, str] | None:
    """What was expected and what was seen in its place; None where the question went as promised."""
    return (
        _wrong_calls(rules, behaviours, resting, seen)
        or _wrong_silence(rules, resting, seen)
        or (_wrong_answer(rules, behaviours, resting, seen) if seen.calls else None)
    )


def wrong_refusal(allowed: Sequence[int], seen: Seen) -> tuple[str, str] | None:
    """The same for a caller who may not ask: one of these refusals, and no upstream called."""
    if seen.calls:
        return "no upstream to be called for a caller who may not ask", f"{' and '.join(seen.calls)} was called"
    return None if seen.status in allowed else (f"a refusal ({_told(allowed)})", f"the status was {seen.status}")


def _wrong_calls(
    rules: RouteRules, behaviours: Mapping[str, Behaviour], resting: frozenset[str], seen: Seen
) -> tuple[str, str] | None:
    strangers = [name for name in seen.calls if name not in rules.upstreams]
    if strangers:
        return f"only {_told(rules.upstreams)} to be called for the {rules.name} model", f"{strangers[0]} was called"
    if len(seen.calls) > rules.attempts:
        return f"{rules.attempts} calls at most", f"there were {len(seen.calls)}: {_told(seen.calls)}"
    for name in seen.calls[:-1]:
        if (effect := behaviours.get(name, WELL).effect) is not Effect.FAILS:
            return f"nobody to be called after {name}, which {effect.value}", f"the calls were {_told(seen.calls)}"
    first = rules.upstreams[0]
    if rules.ordered and seen.calls and seen.calls[0] != first and first not in resting:
        return f"{first} to be called first", f"the calls were {_told(seen.calls)}"
    return None


def _wrong_silence(rules: RouteRules, resting: frozenset[str], seen: Seen) -> tuple[str, str] | None:
    """Where nobody was called: all upstreams may rest, and the caller was told that there is none."""
    if seen.calls:
        return None
    awake = [name for name in rules.upstreams if name not in resting]
    if awake:
        return f"{_told(awake)} to be called", f"no upstream was, and the status was {seen.status}"
    return (
        None if _is_failure(seen.status) else ("to be told that no upstream can serve", f"the status was {seen.status}")
    )


def _wrong_answer(
    rules: RouteRules, behaviours: Mapping[str, Behaviour], resting: frozenset[str], seen: Seen
) -> tuple[str, str] | None:
    last = seen.calls[-1]
    behaviour = behaviours.get(last, WELL)
    if behaviour.effect is Effect.WELL:
        right = seen.speaker == last and seen.status is not None and seen.status < 300
        return None if right else (f"the whole answer of {last}", _heard(seen))
    if behaviour.effect is Effect.MISTAKE:
        given = seen.status == behaviour.status
        return None if given else (f"the refusal of {last}, {behaviour.status}", _heard(seen))
    if behaviour.effect is Effect.BREAKS:
        return _wrong_break(last, behaviour, seen)
    return _wrong_failure(rules, behaviours, resting, seen)


def _wrong_failure(
    rules: RouteRules, behaviours: Mapping[str, Behaviour], resting: frozenset[str], seen: Seen
) -> tuple[str, str] | None:
    untried = [name for name in rules.upstreams if name not in seen.calls and name not in resting]
    could = [name for name in untried if behaviours.get(name, WELL).effect is Effect.WELL]
    if rules.ordered and could:
        return f"{could[0]} to be called after the failure of {seen.calls[-1]}", f"the calls were {_told(seen.calls)}"
    told = (_is_failure(seen.status) or seen.tells) and not seen.claims and not seen.begun
    return None if told else ("to be told that the upstreams failed", _heard(seen))


def _wrong_break(last: str, behaviour: Behaviour, seen: Seen) -> tuple[str, str] | None:
    if not seen.sent.startswith(seen.begun):
        return f"no more than {last} has sent, {seen.sent!r}", _heard(seen)
    if seen.claims or (behaviour.told and not seen.tells):
        return f"a stream by which its caller can tell that {last} {behaviour.says}", _heard(seen)
    return None


def _is_failure(status: int | None) -> bool:
    return status is not None and (status >= FAILED_FROM or status == OVERLOADED)


def _heard(seen: Seen) -> str:
    said = f"whole, from {seen.speaker}" if seen.speaker else repr(seen.begun)
    ends = "told as complete" if seen.claims else "told as broken" if seen.tells else "ended without a word"
    return f"the status was {seen.status}, the text {said}, {ends}; the calls were {_told(seen.calls)}"


def _told(names: Iterable[object]) -> str:
    return ", ".join(map(str, names)) or "none"
