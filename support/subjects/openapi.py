"""A system's own OpenAPI document: everything that it allows is asked, and each answer compared with what it says."""

from __future__ import annotations

from dataclasses import dataclass, field

from support.base.outcomes import Broken, NotMet, NotVerified
from support.checks.matchers import Described
from support.model import Budget, Story, curl
from support.model.openapi_exploration import ApiDocument, Unreadable
from support.subjects.openapi_asking import Asker, token_of
from support.world.core import World

CASES = 20
"""Cases of each operation, where nothing else is asked for."""
SHRINKING = 2.0
"""Seconds that smaller cases of one difference are looked for; there may be one for each operation."""
LIMITED_AT_MOST = 0.1
"""Part of the answers that may be refusals because of too many calls; beyond it too little has been seen."""
STORY = "each whole story, and a script that repeats it, are attached to the step that asked"


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of asking everything: requests, operations, seed, and a story for each operation that differs."""

    asked: int
    operations: int
    seed: int
    stories: tuple[Story, ...]
    note: str = ""

    def __str__(self) -> str:
        return f"{self.asked:,} requests of {self.operations} operations, seed {self.seed}{self.note}"


@dataclass(slots=True)
class DocumentExplorations:
    """What the scenario has compared; empty before it did."""

    found: list[Compared] = field(default_factory=list)


def compared(world: World) -> Compared:
    """The last comparison. Raises Broken before there was one."""
    if not world.part(DocumentExplorations).found:
        raise Broken("nothing that a document allows has been asked yet")
    return world.part(DocumentExplorations).found[-1]


def described() -> Described[Compared]:
    """A comparison in which every answer was one that the document describes."""
    return Described("answers that the document describes", lambda found: not found.stories and found.asked > 0, _told)


def _told(found: Compared) -> str:
    if not found.stories:
        return f"it judged {found}"
    others = f", and {len(found.stories) - 1} more differences" if len(found.stories) > 1 else ""
    return f"{found.stories[0].short()}{others}; {found}; {STORY}"


def ask_everything(world: World) -> None:
    """Ask all that the system's own document allows, and some that it does not; judge and count every answer.

    A system of somebody else's is only asked what changes nothing. Raises NotMet where the document cannot be read, and
    NotVerified where the definition does not say where it is, or where too many calls were refused for being too many.
    """
    seed = world.settings.model.seed
    asker = Asker(world, read(world))
    world.lease.dirty = True  # nobody knows what all these requests have left behind
    stories = tuple(asker.differences(Budget(world.settings.model.examples or CASES, seed, shrinking=SHRINKING)))
    found = Compared(asker.asked, len(asker.operations), seed, stories, asker.note)
    if asker.limited > LIMITED_AT_MOST * asker.asked:
        raise NotVerified(
            f"{asker.limited} of {asker.asked} requests were refused because they were too many; "
            "this needs a deployment that allows more, or fewer of them (-D model.examples)"
        )
    _keep(world, found)
    world.evidence.text("answers by operation and status", asker.seen())


def read(world: World) -> ApiDocument:
    """The system's own document. Raises NotMet if it is none."""
    exchange = world.http.get(world.endpoint("openapi"), token=token_of(world))
    if not exchange.ok:
        raise NotMet(f"expected an OpenAPI document, but {exchange}")
    try:
        return ApiDocument.read(exchange.json())
    except Unreadable as error:
        raise NotMet(f"expected a valid OpenAPI document, but of {exchange} it must be said: {error}") from error


def _keep(world: World, found: Compared) -> None:
    world.part(DocumentExplorations).found.append(found)
    world.evidence.observation("answers compared with the document", str(found), samples=found.asked)
    world.evidence.parameter("model.seed", found.seed)
    preamble = curl.PREAMBLE if token_of(world) is None else curl.AUTHORIZED
    for number, story in enumerate(found.stories, 1):
        world.evidence.text(f"difference {number}: what was asked and answered", story.text())
        world.evidence.text(f"difference {number} as a script of curl", story.script(preamble))
