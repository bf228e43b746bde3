"""Explores the sidecar by its model: traces, webhooks and kills in any order, and prompts made of personal data."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from support.domains.sidecar import api, explainers, graphs, personal, pii, traces
from support.domains.sidecar.pii import Said
from support.domains.sidecar.sequences import TraceCallers, WebhookCallers
from support.domains.sidecar.traces import Traces
from support.model import Difference, Recording, Sequence, Step, curl, explore, explore_sequences
from support.subjects import exploration
from support.world.core import World

SEQUENCES, WITH_KILLS, WITH_WEBHOOKS, PROMPTS = 25, 4, 6, 60
"""Cases of each exploration where nothing else is asked for."""
PREAMBLE = (
    curl.PREAMBLE
    + "\n# TOKEN_USER, TOKEN_READER and TOKEN_NEIGHBOUR hold the callers' tokens. Ids in paths are those of "
    "the run that\n# found it: put in what was answered to you."
)
WORDS = (
    "Zoë",
    "waits",
    "for",
    "it",
    "at",
    "7",
    "=",
    "(",
    ").",
    "\n",
    "\u200b",
    "🧂",
    "tel:",
    "ID",
    "<b>",
    "100 %",
    "v2.1",
)


class KillingCallers(TraceCallers):
    """The same as TraceCallers, while explainers are killed."""

    @rule()
    def kill(self) -> None:
        """Kill an explainer without warning, and start it again."""
        self.recording.note(lambda: Step("an explainer is killed, and started again"))
        replica = explainers.group(self.world).replicas[len(self.recording) % 2]
        replica.kill()
        replica.restart()


def in_any_order(world: World) -> None:
    """Have callers of two tenants work with traces in generated orders, and compare each answer."""
    _sequences(world, TraceCallers, "sequences about traces", SEQUENCES)


def with_kills(world: World) -> None:
    """The same, while explainers are killed."""
    world.lease.dirty = True
    _sequences(world, KillingCallers, "sequences with killed explainers", WITH_KILLS)


def with_webhooks(world: World) -> None:
    """The same with webhooks."""
    _sequences(world, WebhookCallers, "sequences about webhooks", WITH_WEBHOOKS)


def _sequences(world: World, kind: type[Sequence], what: str, cases: int) -> None:
    bound = type(kind.__name__, (kind,), {"world": world})
    found = explore_sequences(bound, exploration.budget(world, cases))
    exploration.keep(world, what, found, PREAMBLE)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a prompt: a word, or personal data of a kind that follows from a seed."""

    text: str
    value: str = ""


def _personal(drawn: tuple[str, int]) -> Part:
    sample = personal.PERSONAL[drawn[0]](random.Random(drawn[1]))
    return Part(sample.text, sample.value)


def prompts() -> st.SearchStrategy[list[Part]]:
    """Prompts of words and personal data, in any order."""
    words = st.sampled_from(WORDS).map(Part)
    data = st.tuples(st.sampled_from(sorted(personal.PERSONAL)), st.integers(0, 2**32)).map(_personal)
    return st.lists(words | data, min_size=1, max_size=8)


def scrubbing(world: World) -> None:
    """Have chats with generated prompts explained, and search what is told of each; in the end, all other copies."""

    def judge(parts: list[Part], recording: Recording) -> int:
        prompt = " ".join(each.text for each in parts)
        recording.note(lambda: Step(f"a user has this chat explained: {prompt!r}"))
        traces.explain(world, prompt)
        trace = world.part(Traces).last
        if (end := traces.await_end(world, trace)) != traces.COMPLETE:
            raise Difference("the chat to be explained", f"the trace is {end}")
        values = [each.value for each in parts if each.value]
        world.part(Said).values.extend(values)
        if values and (found := pii.found_in(told(world), values)):
            raise Difference("no personal data in what is told of the trace", f"it is in {', '.join(found)}")
        return 1

    found = explore(prompts(), judge, exploration.budget(world, PROMPTS))
    exploration.keep(world, "made-up prompts", found, PREAMBLE)


def told(world: World) -> dict[str, str]:
    """What the API tells of the last trace, and the texts of its graph one after the other."""
    trace = world.part(Traces).last
    document: Any = api.done(graphs.ask(world, trace))
    texts = {kind: " ".join(graphs.texts(document["graph"], kind)) for kind in (graphs.PROMPT, graphs.ANSWER)}
    return {"the trace": traces.ask(world, trace).text, "the graph": str(document), **texts}
