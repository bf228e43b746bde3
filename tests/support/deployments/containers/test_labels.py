"""Whose a container is: only what a dead process of this very machine has made is an orphan."""

from __future__ import annotations

import os

import pytest

from support.deployments import processes
from support.deployments.containers import labels

HOST, BOOT, SPACE = labels._here()
ME = processes.myself()
NOBODY = 2**22 + 1
"""A process number that Linux does not give."""


def owned(
    host: str = HOST, boot: str = BOOT, space: str = SPACE, pid: object = NOBODY, created: object = 1.0
) -> dict[str, str]:
    return {labels.RUN: "run", labels.OWNER: f"{host} {boot} {space} {pid} {created}"}


def test_what_this_process_makes_is_known_again_and_no_orphan() -> None:
    marks = labels.of_run("3f2a")
    assert marks[labels.RUN] == "3f2a"
    assert not labels.is_orphan(marks)
    assert marks == owned(pid=ME.pid, created=ME.created) | {labels.RUN: "3f2a"}


def test_the_owner_has_ended() -> None:
    assert labels.is_orphan(owned())


def test_the_owner_has_ended_and_its_number_was_given_to_another() -> None:
    assert labels.is_orphan(owned(pid=ME.pid, created=ME.created - 3600))


def test_the_owner_lives() -> None:
    parent = processes.ProcessIdentity.of(os.getppid())
    assert parent is not None
    assert not labels.is_orphan(owned(pid=parent.pid, created=parent.created))


def test_this_machine_was_started_anew_since() -> None:
    assert labels.is_orphan(owned(boot="another", pid=ME.pid, created=ME.created))


def test_another_machine_is_not_judged() -> None:
    assert not labels.is_orphan(owned(host="elsewhere"))
    assert not labels.is_orphan(owned(host="elsewhere", boot="another"))


def test_process_numbers_that_are_given_elsewhere_are_not_judged() -> None:
    """The suite in a container shares the engine of its host: there, other processes have these numbers."""
    assert not labels.is_orphan(owned(space="pid:[1]"))


@pytest.mark.parametrize(
    "marks",
    [
        {},
        {labels.RUN: "run"},
        {labels.RUN: "run", labels.OWNER: ""},
        {labels.RUN: "run", labels.OWNER: "someone"},
        owned(pid="", created=""),
        owned(pid="x", created="y"),
    ],
)
def test_what_nobody_can_read_is_not_judged(marks: dict[str, str]) -> None:
    assert not labels.is_orphan(marks)
