"""What the steps of one scenario remember for each other; ``World`` is built on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from support.http import Exchange
from support.http.handshake import Handshake
from support.interfaces import Answer, RouteRequest
from support.interfaces.contracts import Document
from support.outcomes import Broken

if TYPE_CHECKING:  # these rooms are built on World themselves
    from support.actions.auditing import Audit
    from support.actions.backups import Backup
    from support.actions.callers import Caller
    from support.actions.containers import Ending, Image, Inside, Share
    from support.actions.lifecycle import Start
    from support.actions.operators import Operator
    from support.actions.rollouts import InFlight
    from support.actions.traffic import Traffic
    from support.actions.vigils import Post
    from support.browsers import Sight
    from support.checks.alarms import Vigil
    from support.checks.alerts import Alert
    from support.checks.capacity import Step
    from support.checks.checklists import Reading
    from support.checks.exposition import Samples
    from support.checks.growth import Round
    from support.deployments.containers.container import ContainerState
    from support.faults import Fault
    from support.load.result import LoadResult, Noise

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Together:
    """Answers to requests that were made at the same time: to those that were wrong, and to the sound ones."""

    wrong: list[Answer]
    sound: list[Answer]


@dataclass
class Memory:
    """The typed state of a scenario. What is None or empty has not happened yet.

    ``faults`` are those that belong on the scenario's timeline, besides what befell its real services.
    """

    policies: list[dict[str, Any]] = field(default_factory=list)
    history: dict[str, Any] = field(default_factory=dict)
    contracts: dict[str, Document] = field(default_factory=dict)
    asked: list[RouteRequest] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    answers_of_all: list[list[Answer]] = field(default_factory=list)
    together: Together | None = None
    exchanges: list[Exchange] = field(default_factory=list)
    sights: list[Sight] = field(default_factory=list)
    origin: str = ""
    caller: Caller | None = None
    health: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    tried: Start | None = None
    handshake: Handshake | None = None
    backup: Backup | None = None
    acknowledged: set[str] = field(default_factory=set)
    meanwhile: list[Answer] = field(default_factory=list)
    audits: list[Audit] = field(default_factory=list)
    audit_keys: list[dict[str, str]] = field(default_factory=list)
    metrics_before: Samples = field(default_factory=dict)
    waited: float = 0.0
    rules: list[Alert] = field(default_factory=list)
    found_wrong: str | None = None
    post: Post | None = None
    vigil: Vigil | None = None
    checklist: Reading | None = None
    image: Image | None = None
    inside: Inside | None = None
    ending: Ending | None = None
    states: list[ContainerState] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    exit_code: int | None = None
    share: Share | None = None
    operator: Operator | None = None
    traffic: Traffic | None = None
    in_flight: InFlight | None = None
    loads: list[LoadResult] = field(default_factory=list)
    drawn: list[LoadResult] = field(default_factory=list)
    noise: Noise | None = None
    populated: int = 0
    rounds: list[Round] = field(default_factory=list)
    sizes: list[tuple[int, LoadResult]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    @property
    def answer(self) -> Answer:
        """The last answer. Raises Broken before there is one."""
        return last(self.answers, "nothing has been asked yet")

    @property
    def exchange(self) -> Exchange:
        """The last exchange that a step made over HTTP by itself. Raises Broken before there is one."""
        return last(self.exchanges, "nothing has been asked over HTTP yet")

    @property
    def load(self) -> LoadResult:
        """The last load. Raises Broken before there was one."""
        return last(self.loads, "no load has been put on any system yet")

    @property
    def watched(self) -> Vigil:
        """What was seen while conditions were brought about. Raises Broken before any was."""
        return last([self.vigil] if self.vigil else [], "nothing has befallen anybody who is watched")

    @property
    def sight(self) -> Sight:
        """What the last page in a browser was given. Raises Broken before there was one."""
        return last(self.sights, "no page has been opened in a browser yet")


def last(items: list[T], otherwise: str) -> T:
    """The last of the items. Raises Broken, with the text given, if there is none."""
    if not items:
        raise Broken(otherwise)
    return items[-1]
