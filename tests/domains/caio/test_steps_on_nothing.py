"""Every Then that speaks of all or of none is broken where there is none: no system could have failed it."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from behave.model import Table

from support.base import systems
from support.base.outcomes import NothingToJudge
from support.base.settings import ROOT
from support.checks.checklist_items import Reading
from support.domains.caio.answer import Answer
from support.domains.caio.session import Caio, Together
from support.http import Exchange
from support.requirements import sentences
from support.subjects.auth import Caller
from support.subjects.backup import Backup
from support.subjects.containers import Inside
from support.subjects.deployment import Start

DECISION = Answer({"decision_id": "d1", "service_id": "local-chat", "proofs": [], "trace": {"stages": []}})
ANSWERED = Exchange("GET", "http://it/", (), b"", 200, body=b"{}")
NO_METRICS = Exchange("GET", "http://it/metrics", (), b"", 200)
SILENT = Exchange("GET", "http://it/", (), b"", None, error="refused")


PARTS: dict[str, tuple[str, str]] = {
    "sights": ("BrowserPages", "results"),
    "origin": ("CrossOrigin", "origin"),
    "caller": ("Callers", "last"),
    "health": ("HealthReport", "body"),
    "tried": ("StartAttempt", "result"),
    "backup": ("Backups", "last"),
    "metrics_before": ("MetricsBaseline", "samples"),
    "rules": ("AlertRules", "rules"),
    "found_wrong": ("AlertRules", "found_wrong"),
    "alert_run": ("AlertRuns", "run"),
    "checklist": ("ChecklistState", "reading"),
    "image": ("ContainerSeen", "image"),
    "inside": ("ContainerSeen", "inside"),
    "ending": ("ContainerSeen", "ending"),
    "states": ("ContainerSeen", "states"),
    "addresses": ("ContainerSeen", "addresses"),
    "traffic": ("Rollout", "traffic"),
    "operator": ("Rollout", "operator"),
    "loads": ("Loads", "results"),
}
"""What is seen → the part of the world that remembers it, and under which name; all else is CAIO's, or the world's."""

CAIO = systems.find("caio")
OF_THE_WORLD = ("exchanges", "sent", "faults")


class World:
    """What steps remember, and a system that has nothing to say."""

    def __init__(self, **seen: Any) -> None:
        self.system = CAIO
        self.exchanges: list[Exchange] = []
        self.sent: list[str] = []
        self.faults: list[Any] = []
        self.companions = Mock()
        self.companions.calls.return_value = []
        self.evidence = Mock()
        self.http = Mock()
        self.http.get.return_value = NO_METRICS
        self.deployment = Mock()
        self.deployment.secrets.return_value = []
        self.settings = Mock()
        self.endpoint = self.system.endpoint
        self.logs = lambda: ""
        self.show = Mock()
        self._seen, self._parts = seen, dict[type[Any], Any]()
        for name in OF_THE_WORLD:
            setattr(self, name, seen.get(name, getattr(self, name)))

    @property
    def exchange(self) -> Exchange:
        return self.exchanges[-1]

    def having(self, _: Any) -> list[Any]:
        return [self.part(Caio)]

    def part(self, kind: type[Any]) -> Any:
        if kind not in self._parts:
            self._parts[kind] = made = kind.of(self) if hasattr(kind, "of") else kind()
            for name, value in self._seen.items():
                owner, field = PARTS.get(name, ("Caio", "_together" if name == "together" else name))
                if owner == kind.__name__ and name not in OF_THE_WORLD:
                    setattr(made, field, value)
            if kind is Caio:
                orchestrator = Mock()
                orchestrator.services.return_value = Answer([])
                orchestrator.decision.return_value = DECISION
                made.orchestrators.append(orchestrator)
        return self._parts[kind]


@pytest.fixture(scope="module")
def vocabulary() -> list[sentences.Sentence]:
    return sentences.load(ROOT / "steps")


@pytest.fixture
def says(vocabulary: list[sentences.Sentence]) -> Callable[..., None]:
    """Have a Then sentence judge a world, as behave would."""

    def judge(text: str, table: Table | None = None, **seen: Any) -> None:
        (found,) = [each for each in vocabulary if each.keyword == "then" and each.matches(text)]
        arguments = {each.name: each.value for each in found.matcher.match(text).arguments}
        found.function(SimpleNamespace(world=World(**seen), table=table), **arguments)

    return judge


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("every alert says how bad it is, what is wrong and what that means", {}),
        ('every call is refused as "forbidden"', {}),
        ('the first 3 answers are "allowed"', {}),
        ('the first 0 answers are "allowed"', {"exchanges": [ANSWERED]}),
        ("it does not repeat the token", {"exchanges": [ANSWERED], "caller": Caller("nobody", (), ())}),
        ("it does not repeat the token", {"exchanges": [SILENT], "caller": Caller("a user", (), ("secret",))}),
        ("every service from before the backup is there as it was", {"backup": Backup(ROOT)}),
        ("every audit record from before the backup is there as it was", {"backup": Backup(ROOT)}),
        (
            "every item names a test that exists, or who vouches for it",
            {"checklist": Reading((), *[frozenset()] * 3, ROOT)},
        ),
        (
            "every test that an item names is part of this acceptance",
            {"checklist": Reading((), *[frozenset()] * 3, ROOT)},
        ),
        (
            "whoever vouches for an item has a name and a reason, and what it rests on exists",
            {"checklist": Reading((), *[frozenset()] * 3, ROOT)},
        ),
        ("everyone who asked meanwhile got an answer or a clear error within 5 seconds", {}),
        ("the user got one answer each time, within 5 seconds", {}),
        ("CAIO still knows every decision that it gave", {}),
        ('"local-pad" has not kept "Buy milk"', {}),
        ("the engine found it healthy all the time, and never had to start it again", {}),
        ("each is a loopback address, in the container and in its compose file", {}),
        ("no process has a capability, or can gain one", {"inside": Inside([], [])}),
        ("all 1 decisions are the same", {"answers": [DECISION]}),
        ("all 0 decisions are the same", {}),
        ("they decide the same every time", {}),
        ("they decide the same every time", {"answers_of_all": [[DECISION]]}),
        ("it is the decision that was given, with its trace and its proofs", {"answers": [DECISION]}),
        ("every time it is the decision that was given, with its trace and its proofs", {"answers": [DECISION]}),
        ("each of the 0 decisions can be fetched as it was given", {}),
        ("the auditor finds all 0 genuine", {}),
        ('it does not show "secret"', {"tried": Start(False, 1, "\n")}),
        ('"local-chat" has received 0 calls', {}),
        ("every component is healthy", {"health": {"status": "healthy", "components": {}}}),
        ("the other components are healthy", {"health": {"components": {"database": {"status": "failed"}}}}),
        ('every line it wrote is one JSON object with "time, level"', {}),
        ("the metrics count 0 more decisions", {"metrics_before": {}}),
        ("together they are longer than nothing and no longer than the user waited", {}),
        ("nothing has been routed", {}),
        ('the 0 wrong requests are refused as "invalid-request"', {"together": Together([], [])}),
        ('the other 0 requests are routed to "local-chat"', {"together": Together([], [])}),
        ("every registration that it acknowledged is still there", {}),
        ('the decision proves that "local-chat" keeps every policy', {"answers": [DECISION]}),
        ('"local-chat" is chosen every time', {}),
        ('each of "local-chat, best-chat" is chosen at least 0 times', {}),
        ("at every size 95 % of decisions take at most 50 ms", {}),
        ('0 of the answers are "allowed"', {}),
        ('the registry holds exactly " , "', {}),
    ],
)
def test_a_judgement_of_nothing_is_broken(says: Callable[..., None], text: str, seen: dict[str, Any]) -> None:
    with pytest.raises(NothingToJudge, match=r"to judge"):
        says(text, **seen)


def test_a_table_without_rows_says_nothing(says: Callable[..., None]) -> None:
    with pytest.raises(NothingToJudge, match="at least one row"):
        says("the checklist has these items and no others", Table(["section", "items"]), checklist=Mock())


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("the registry is empty", {}),
        ("nothing has been routed", {"answers": [Answer(refusal=Mock())]}),
        ('"local-chat" has received 0 calls', {"sent": ["POST /"]}),
        ('0 of the answers are "forbidden"', {"exchanges": [ANSWERED]}),
        ("every component is healthy", {"health": {"components": {"database": {"status": "healthy"}}}}),
        ('it does not show "secret"', {"tried": Start(False, 1, "CAIO_PORT is no number")}),
        ("all 2 decisions are the same", {"answers": [DECISION, DECISION]}),
        ("it does not repeat the token", {"exchanges": [ANSWERED], "caller": Caller("a user", (), ("secret",))}),
    ],
)
def test_a_promise_that_there_is_none_is_kept_where_one_could_have_been(
    says: Callable[..., None], text: str, seen: dict[str, Any]
) -> None:
    says(text, **seen)
