"""What explorations by a model came to: kept with the cases and the seed that stand behind it, and judged."""

from __future__ import annotations

from dataclasses import dataclass, field

from support.base.outcomes import Broken
from support.checks.matchers import Described
from support.model import Budget, Explored
from support.world.core import World

STORY = "the whole story, and a script that repeats it, are attached to the step that explored"


@dataclass(slots=True)
class Explorations:
    """What the scenario explored; empty before it did."""

    found: list[Explored] = field(default_factory=list)


def explored(world: World) -> Explored:
    """The last exploration. Raises Broken before there was one."""
    if not world.part(Explorations).found:
        raise Broken("nothing has been explored yet")
    return world.part(Explorations).found[-1]


def agrees() -> Described[Explored]:
    """An exploration in which the system did nothing that the model does not."""
    return Described(
        "no difference from the model",
        lambda found: found.story is None and found.cases > 0,
        lambda found: f"{found.story.short()}\n({STORY})" if found.story else f"it judged {found}",
    )


def budget(world: World, cases: int) -> Budget:
    """How long to explore, by the settings of the run; so many cases where they do not say."""
    asked = world.settings.model
    return Budget(asked.examples or cases, asked.seed, asked.steps)


def keep(world: World, what: str, found: Explored, preamble: str) -> None:
    """Remember what came of an exploration, with how many cases and which seed stand behind it; attach its story.

    ``preamble`` is how the script of its story begins.
    """
    world.part(Explorations).found.append(found)
    world.evidence.observation(f"{what} explored", str(found), samples=found.cases)
    world.evidence.parameter("model.seed", found.seed)
    if found.story is not None:
        world.evidence.text("story: the shortest way found to the difference", found.story.text())
        world.evidence.text("story as a script of curl", found.story.script(preamble))
