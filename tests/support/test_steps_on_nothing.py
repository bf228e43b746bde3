"""Every Then that speaks of all or of none is broken where there is none: no system could have failed it."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from behave.model import Table

from support import sentences, systems
from support.actions.backups import Backup
from support.actions.callers import Caller
from support.actions.containers import Inside
from support.actions.lifecycle import Start
from support.checks.checklists import Reading
from support.http import Exchange
from support.interfaces import Answer
from support.memory import Memory, Together
from support.outcomes import NothingToJudge
from support.settings import ROOT

DECISION = Answer({"decision_id": "d1", "service_id": "local-chat", "proofs": [], "trace": {"stages": []}})
ANSWERED = Exchange("GET", "http://it/", (), b"", 200, body=b"{}")
NO_METRICS = Exchange("GET", "http://it/metrics", (), b"", 200)
SILENT = Exchange("GET", "http://it/", (), b"", None, error="refused")


class World(Memory):
    """What steps remember, and a system that has nothing to say."""

    def __init__(self, **seen: Any) -> None:
        super().__init__()
        self.system = systems.find("caio")
        self.orchestrator = Mock()
        self.orchestrator.services.return_value = Answer([])
        self.orchestrator.decision.return_value = DECISION
        self.services = Mock()
        self.services.calls.return_value = []
        self.evidence = Mock()
        self.http = Mock()
        self.http.get.return_value = NO_METRICS
        self.deployment = Mock()
        self.deployment.secrets.return_value = []
        self.settings = Mock()
        self.endpoint = self.system.endpoint
        self.logs = lambda: ""
        self.show = Mock()
        for name, value in seen.items():
            setattr(self, name, value)


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
        ('"local-chat" has received 0 calls', {"answers": [DECISION]}),
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
