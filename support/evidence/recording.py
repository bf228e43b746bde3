"""The result being written while a scenario runs, in the shape of Allure's result files."""

from __future__ import annotations

import os
import platform
import uuid
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from support import clock
from support.evidence.attachments import Media
from support.evidence.identity import Identity
from support.evidence.judging import Judgement
from support.evidence.results_folder import ResultsFolder
from support.outcomes import Outcome

STATUS = {
    Outcome.MET: "passed",
    Outcome.NOT_MET: "failed",
    Outcome.BROKEN: "broken",
    Outcome.NOT_VERIFIED: "skipped",
}


def now() -> int:
    """Milliseconds since the epoch, as Allure counts."""
    return round(clock.now() * 1000)


class _Part(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    def plain(self) -> dict[str, Any]:
        """As Allure's files spell it; what is not known is left out."""
        return self.model_dump(by_alias=True, exclude_none=True)


class Label(_Part):
    name: str
    value: str


class Link(_Part):
    type: str
    url: str
    name: str


class Parameter(_Part):
    name: str
    value: str
    excluded: bool | None = None
    mode: str | None = None


class Attachment(_Part):
    name: str
    source: str
    type: str
    timestamp: int | None = None


class Details(_Part):
    message: str | None = None
    trace: str | None = None
    timestamp: int | None = None


class Executable(_Part):
    """What has a duration and an outcome: a scenario, or a step of it."""

    name: str
    start: int = Field(default_factory=now)
    stop: int | None = None
    status: str | None = None
    status_details: Details | None = None
    stage: str | None = None
    description: str | None = None
    steps: list[Executable] = Field(default_factory=list)
    attachments: list[Attachment] = Field(default_factory=list)
    parameters: list[Parameter] = Field(default_factory=list)

    def conclude(self, judgement: Judgement) -> None:
        """It has ended, in this way."""
        self.stop, self.stage, self.status = now(), "finished", STATUS[judgement.outcome]
        if judgement.message or judgement.trace:
            self.status_details = Details(message=judgement.message or None, trace=judgement.trace or None)


class Result(Executable):
    """A scenario's result file."""

    uuid: str = Field(default_factory=lambda: str(uuid.uuid4()))
    history_id: str
    test_case_id: str
    full_name: str
    title_path: list[str] = Field(default_factory=list)
    labels: list[Label] = Field(default_factory=list)
    links: list[Link] = Field(default_factory=list)


class Globals(_Part):
    """What belongs to the run as a whole."""

    attachments: list[Attachment] = Field(default_factory=list)
    errors: list[Details] = Field(default_factory=list)


class Recording:
    """Where attachments and steps go now: the scenario is the first of ``running``, the innermost step the last."""

    def __init__(self, folder: ResultsFolder) -> None:
        self.folder = folder
        self.result: Result | None = None
        self._running: list[Executable] = []

    def start(self, scenario: Any, identity: Identity) -> None:
        """Begin the result of a scenario."""
        around = [("host", platform.node()), ("thread", str(os.getpid()))]
        self.result = Result(
            name=identity.title,
            history_id=identity.history_id,
            test_case_id=identity.test_case_id,
            full_name=identity.full_name,
            title_path=identity.title_path,
            description="\n".join(scenario.description) or None,
            parameters=[Parameter(name=name, value=value) for name, value in identity.parameters],
            labels=[Label(name=name, value=value) for name, value in [*identity.labels, *around]],
            links=[Link(type="tms", url=url, name=criterion) for criterion, url in identity.links.items()],
        )
        self._running = [self.result]

    def drop(self) -> None:
        """Forget the result of a scenario that turned out not to be part of the run."""
        self.result, self._running = None, []

    def finish(self, judgement: Judgement) -> None:
        """End the result and write it. Raises ResultsLost when it cannot be written."""
        result = self.result
        self.drop()
        if result is not None:
            result.conclude(judgement)
            self.folder.record("result", result.plain())

    def start_step(self, name: str, parameters: dict[str, str] | None = None) -> Executable:
        """Begin a step within what runs now; outside a scenario it is kept nowhere."""
        given = [Parameter(name=key, value=str(value)) for key, value in (parameters or {}).items()]
        step = Executable(name=name, parameters=given)
        if self._running:
            self._running[-1].steps.append(step)
            self._running.append(step)
        return step

    def finish_step(self, step: Executable, judgement: Judgement) -> None:
        """End a step, and with it any within it that were left open."""
        step.conclude(judgement)
        place = next((index for index, running in enumerate(self._running) if running is step), None)
        if place is not None:
            del self._running[place:]

    def attach(self, name: str, body: str | bytes, media: Media) -> None:
        """Attach to what runs now; outside a scenario, to the run as a whole."""
        self.attach_as(name, body, *media.value)

    def attach_as(self, name: str, body: str | bytes, media_type: str, ending: str) -> None:
        """Attach something of any media type."""
        attachment = Attachment(name=name, source=self.folder.attachment(body, media_type, ending), type=media_type)
        if self._running:
            self._running[-1].attachments.append(attachment)
        else:
            attachment.timestamp = now()
            self.folder.record("globals", Globals(attachments=[attachment]).plain())

    def parameter(self, name: str, value: str) -> None:
        """State a parameter of the scenario; it does not take part in the history id."""
        if self.result is not None:
            self.result.parameters.append(Parameter(name=name, value=value, excluded=True))

    def global_error(self, judgement: Judgement) -> None:
        """Report an error that belongs to no scenario."""
        error = Details(message=judgement.message, trace=judgement.trace or None, timestamp=now())
        self.folder.record("globals", Globals(errors=[error]).plain())
