"""What a definition says of requests and their answers is read strictly, and short names find their request."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.base import systems
from support.base.outcomes import NotVerified, UsageError

GOOD = """\
name: demo
says: Demo
title: Demo
version: "1"
deployments: {}
endpoints: {talk: /talk}
identities: {}
requests:
  ask for a talk:
    endpoint: talk
    method: POST
    body: {say: "number {number}"}
    answer: {contains: ["number {number}"]}
    answered_by: {header: X-By}
errors: {kind: error.type}
refusals: {not-found: {status: 404, kind: missing}}
metrics: {plain: demo_total, labelled: {name: demo_requests, labels: {endpoint: route}, paths: {/talk: talking}}}
"""


def load(folder: Path, text: str = GOOD) -> systems.System:
    (folder / "system.yaml").write_text(text, encoding="utf-8")
    return systems.load(folder / "system.yaml")


def test_a_request_is_found_by_its_name_and_by_what_it_asks_for(tmp_path: Path) -> None:
    system = load(tmp_path)
    assert system.request("a talk") is system.request("ask for a talk")
    with pytest.raises(NotVerified, match=r"does not declare requests\.a walk"):
        system.request("a walk")


def test_labels_are_those_that_the_definition_names(tmp_path: Path) -> None:
    system = load(tmp_path)
    assert system.metric_labels("labelled", "/talk") == {"route": "talking"}
    assert system.metric_labels("labelled", "/other") == {"route": "/other"}
    with pytest.raises(NotVerified, match=r"metrics\.labelled\.labels\.status"):
        system.metric_labels("labelled", "/talk", 200)
    with pytest.raises(NotVerified, match=r"metrics\.plain\.labels\.endpoint"):
        system.metric_labels("plain", "/talk")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('body: {say: "number {number}"}', "body: {say: it}", "answer.contains[0]: the request has no {number}"),
        ("{header: X-By}", "{header: X-By, json: by}", "answered_by: "),
        ("errors: {kind: error.type}", "errors: {message: error}", "refusals.not-found.kind: errors.kind"),
        ("errors: {kind:", "errors: {sort:", "errors.sort"),
    ],
)
def test_what_contradicts_itself_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(UsageError) as refusal:
        load(tmp_path, GOOD.replace(old, new))
    assert said in str(refusal.value)
