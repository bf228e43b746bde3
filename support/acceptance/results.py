"""Reads the Allure results of a run. What cannot be read, or says nothing, is broken: an unknown is never a pass."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from support.base.outcomes import Outcome
from support.base.scenarios import criteria_of
from support.base.text import writable

KEY_LABEL = "signoff.key"
OBSERVATION = "observation"
OUTCOMES = {
    "passed": Outcome.MET,
    "failed": Outcome.NOT_MET,
    "broken": Outcome.BROKEN,
    "skipped": Outcome.NOT_VERIFIED,
}


class Observation(BaseModel):
    """A figure that a scenario judged: what was seen, against which limit, from how many samples."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    what: str
    observed: float | int | str | bool | None = None
    limit: float | int | str | bool | None = None
    unit: str | None = None
    samples: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was observed at all, so that nothing may be concluded from it."""
        seen = self.observed is not None and self.observed == self.observed  # NaN differs from itself
        return not seen or (self.samples is not None and self.samples <= 0)


class Attachment(BaseModel):
    """A piece of evidence, by its name and its file in the results folder."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: str = ""
    source: str = ""


class Result(BaseModel):
    """How one scenario ended, as recorded. ``unreadable`` names the file when the record itself could not be read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    name: str
    outcome: Outcome
    message: str = ""
    duration: float = 0.0
    interface: str = ""
    criteria: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    observations: tuple[Observation, ...] = ()
    uuid: str = ""
    unreadable: str | None = None


UNPRINTABLE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Terminal colours, control characters, and marks that turn text around."""


class _Unreadable(Exception):
    """A result file that does not hold what a result file holds."""


def read(folder: Path) -> list[Result]:
    """Read every ``*-result.json`` in ``folder`` (none when it does not exist), ordered by key.

    A file that cannot be read yields a broken Result whose ``unreadable`` says which file.
    """
    found = [_read_file(path) for path in sorted(folder.glob("*-result.json"))]
    return sorted(found, key=lambda result: (result.key, result.uuid))


def read_errors(folder: Path) -> list[str]:
    """What went wrong around the scenarios, in hooks and clean-ups of a feature, a rule or the run; each once.

    A file that cannot be read is an error too.
    """
    found = [message for path in sorted(folder.glob("*-globals.json")) for message in _read_globals(path)]
    return list(dict.fromkeys(found))


def _read_globals(path: Path) -> list[str]:
    try:
        errors = json.loads(path.read_text(encoding="utf-8")).get("errors") or []
        return [_clean(error.get("message") or "an error without a message") for error in errors]
    except (OSError, ValueError, TypeError, AttributeError) as error:
        return [f"The record {path.name} cannot be read: {error}"]


def _read_file(path: Path) -> Result:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return _result(data, path.parent)
    except (OSError, ValueError, TypeError, AttributeError, _Unreadable) as error:
        message = f"The record {path.name} cannot be read: {error}"
        return Result(key="", name=path.name, outcome=Outcome.BROKEN, message=message, unreadable=path.name)


def _result(data: Any, folder: Path) -> Result:
    if not isinstance(data, dict):
        raise _Unreadable("expected a JSON object")
    labels = [(label.get("name"), label.get("value")) for label in data.get("labels") or []]
    attachments = [Attachment.model_validate(item) for item in _attachments(data)]
    observations, trouble = _observations(attachments, folder)
    outcome, message = _outcome(data)
    if trouble and outcome in (Outcome.MET, Outcome.NOT_VERIFIED):
        outcome, message = Outcome.BROKEN, trouble
    key = next((value for name, value in labels if name == KEY_LABEL), "")
    return Result(
        key=key,
        name=_clean(data.get("name") or key),
        outcome=outcome,
        message=message,
        duration=max(0, (data.get("stop") or 0) - (data.get("start") or 0)) / 1000,
        interface=next((str(value) for name, value in labels if name == "interface"), ""),
        criteria=tuple(dict.fromkeys(criteria_of(str(value) for name, value in labels if name == "tag"))),
        attachments=tuple(attachments),
        observations=tuple(observations),
        uuid=str(data.get("uuid") or ""),
    )


def _outcome(data: dict[str, Any]) -> tuple[Outcome, str]:
    message = _clean((data.get("statusDetails") or {}).get("message") or "")
    status = data.get("status")
    outcome = OUTCOMES.get(str(status))
    if outcome is None:
        return Outcome.BROKEN, message or f"It ended with the status {status!r}, which says nothing."
    if outcome is Outcome.NOT_VERIFIED and not message:
        return Outcome.BROKEN, "It was left out without a reason."
    return outcome, message


def _clean(text: object) -> str:
    """Words as a reader can see them: a message may hold whatever the system answered."""
    return UNPRINTABLE.sub("", writable(str(text)).replace("\r\n", "\n")).strip()


def _attachments(node: dict[str, Any]) -> Iterator[Any]:
    yield from node.get("attachments") or []
    for step in node.get("steps") or []:
        yield from _attachments(step)


def _observations(attachments: list[Attachment], folder: Path) -> tuple[list[Observation], str]:
    """The observations among attachments, and what is wrong with them (empty when nothing is)."""
    observations: list[Observation] = []
    trouble = ""
    for attachment in attachments:
        if attachment.name != OBSERVATION:
            continue
        try:
            text = (folder / attachment.source).read_text(encoding="utf-8")
            observation = Observation.model_validate_json(text)
        except (OSError, ValueError, ValidationError) as error:
            trouble = f"Its observation {attachment.source} cannot be read: {error}"
            continue
        observations.append(observation)
        if observation.is_empty:
            trouble = f"It was judged without a sample: {observation.what}"
    return observations, trouble
