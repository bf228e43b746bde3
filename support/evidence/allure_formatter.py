"""The behave formatter that writes Allure results: the only module that knows Allure.

behave tells it of every feature and step; each scenario's ``run`` is wrapped, so that hooks and clean-ups count too;
and behave's reporters see every feature at its end, run or not, so that what never ran is reported. Allure's public
API (``allure.attach``, ``allure.step``, ``allure.dynamic``) works in steps and hooks alike.
"""

from __future__ import annotations

import csv
import io
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import allure_commons
from allure_commons.types import ALLURE_UNIQUE_LABELS
from behave.exception import ConfigError
from behave.formatter.base import Formatter
from behave.reporter.base import Reporter

from support import scenarios
from support.evidence import events, judging
from support.evidence.attachments import Media, Nowhere, record_with
from support.evidence.identity import identify, target_of
from support.evidence.judging import Judgement
from support.evidence.recording import Executable, Label, Link, Parameter, Recording
from support.evidence.results_folder import ResultsFolder, ResultsLost
from support.outcomes import Outcome
from support.settings import ROOT


class PublicApi:
    """Allure's public API, which steps and libraries may call, led to the recording."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._steps: dict[str, Executable] = {}

    @allure_commons.hookimpl
    def attach_data(self, body: Any, name: Any, attachment_type: Any, extension: Any) -> None:
        media_type = getattr(attachment_type, "mime_type", attachment_type) or "text/plain"
        ending = getattr(attachment_type, "extension", extension) or "attach"
        content = body if isinstance(body, str | bytes) else str(body)
        self._recording.attach_as(name or "attachment", content, media_type, ending)

    @allure_commons.hookimpl
    def attach_file(self, source: Any, name: Any, attachment_type: Any, extension: Any) -> None:
        path = Path(source)
        self.attach_data(path.read_bytes(), name or path.name, attachment_type, extension or path.suffix.lstrip("."))

    @allure_commons.hookimpl
    def start_step(self, uuid: str, title: str, params: dict[str, str]) -> None:
        self._steps[uuid] = self._recording.start_step(title, params)

    @allure_commons.hookimpl
    def stop_step(self, uuid: str, exc_val: BaseException | None) -> None:
        judgement = judging.of_exception(exc_val) if exc_val is not None else Judgement(Outcome.MET)
        self._recording.finish_step(self._steps.pop(uuid), judgement)

    @allure_commons.hookimpl
    def add_title(self, test_title: str) -> None:
        if self._recording.result is not None:
            self._recording.result.name = test_title

    @allure_commons.hookimpl
    def add_description(self, test_description: str) -> None:
        if self._recording.result is not None:
            self._recording.result.description = test_description

    @allure_commons.hookimpl
    def add_label(self, label_type: str, labels: tuple[Any, ...]) -> None:
        if (result := self._recording.result) is None:
            return
        if label_type in ALLURE_UNIQUE_LABELS:
            result.labels = [label for label in result.labels if label.name != label_type]
        values = [str(getattr(value, "value", value)) for value in labels]
        result.labels.extend(Label(name=str(label_type), value=value) for value in values)

    @allure_commons.hookimpl
    def add_link(self, url: str, link_type: str, name: str | None) -> None:
        if self._recording.result is not None:
            self._recording.result.links.append(Link(type=link_type, url=url, name=name or url))

    @allure_commons.hookimpl
    def add_parameter(self, name: str, value: Any, excluded: bool | None, mode: Any) -> None:
        if self._recording.result is not None:
            given = Parameter(name=name, value=str(value), excluded=excluded, mode=mode.value if mode else None)
            self._recording.result.parameters.append(given)


class AllureFormatter(Formatter):  # type: ignore[misc]
    """Registered in behave.ini; ``outfiles`` names the folder of results, ``-D clean=false`` keeps what is there."""

    name = "allure"
    description = "Allure results: every scenario once, with its outcome, evidence and reasons"

    def __init__(self, stream_opener: Any, config: Any) -> None:
        super().__init__(stream_opener, config)
        self._dry = bool(config.dry_run)  # a dry run shows nothing about a system, so it leaves no results
        if self._dry:
            return
        try:
            folder = ResultsFolder(_results(config, stream_opener.name), config.userdata.getbool("clean", True))
        except ResultsLost as error:
            raise ConfigError(str(error)) from error
        self._recording = Recording(folder)
        self._events = _event_log(folder.path.parent, config.userdata)
        self._waiting: deque[Any] = deque()
        self._step: Executable | None = None
        self._settled: set[int] = set()
        self._lost = False
        self._api = PublicApi(self._recording)
        allure_commons.plugin_manager.register(self._api)
        record_with(self._recording)
        config.reporters.append(_AtFeatureEnd(config, self))

    def feature(self, feature: Any) -> None:
        """behave begins a feature: from here on its scenarios are reported."""
        if self._dry:
            return
        self._guarded(self._recording.folder.begin)
        for scenario in feature.walk_scenarios():
            if self._is_selected(scenario):
                scenario.run = self._reported(scenario)
            else:
                self._settled.add(id(scenario))

    def step(self, step: Any) -> None:
        """behave announces a step of the scenario that begins."""
        if not self._dry:
            self._waiting.append(step)

    def match(self, match: Any) -> None:
        """behave begins the next step, or finds that nothing defines it."""
        if not self._dry and self._waiting:
            self._step = self._begin(self._waiting.popleft())

    def result(self, step: Any) -> None:
        """behave has ended a step."""
        if not self._dry and self._step is not None:
            self._recording.finish_step(self._step, judging.of_step(step))
            self._step = None

    def close(self) -> None:
        """The run is over, hooks included."""
        if not self._dry:
            allure_commons.plugin_manager.unregister(self._api)
            record_with(Nowhere())

    def feature_ended(self, feature: Any) -> None:
        """Report what a feature still owes: scenarios that never ran, and errors of its own hooks and clean-ups."""
        for scenario in feature.walk_scenarios():
            if id(scenario) not in self._settled and self._is_selected(scenario):
                self._start(scenario)
                self._finish(judging.of_unrun(scenario, feature), started=time.monotonic())
        for container in [feature, *feature.rules]:
            if (trouble := judging.of_container(container)) is not None:
                self._guarded(partial(self._recording.global_error, trouble))

    def _reported(self, scenario: Any) -> Callable[[Any], bool]:
        run = scenario.run

        def reported(runner: Any) -> bool:
            started = time.monotonic()
            self._start(scenario)
            try:
                return bool(run(runner))
            finally:
                while self._waiting:
                    left_out = self._waiting.popleft()
                    self._recording.finish_step(self._begin(left_out), judging.of_step(left_out))
                self._attach_output(scenario)
                self._finish(judging.of_scenario(scenario), started)

        return reported

    def _start(self, scenario: Any) -> None:
        self._waiting.clear()
        self._settled.add(id(scenario))
        identity = identify(scenario, target_of(scenario, self.config.userdata))
        self._recording.start(scenario, identity)
        self._identity = identity
        if self._events is not None:
            self._guarded(partial(self._events.started, identity.key, identity.title))

    def _finish(self, judgement: Judgement, started: float) -> None:
        self._guarded(partial(self._recording.finish, judgement))
        if self._events is not None:
            took = time.monotonic() - started
            key, title = self._identity.key, self._identity.title
            self._guarded(partial(self._events.finished, key, title, judgement.outcome, took))

    def _begin(self, step: Any) -> Executable:
        begun = self._recording.start_step(judging.sentence(step))
        if step.text:
            self._guarded(partial(self._recording.attach, "text", str(step.text), Media.TEXT))
        if step.table:
            self._guarded(partial(self._recording.attach, "table", _csv(step.table), Media.CSV))
        return begun

    def _attach_output(self, scenario: Any) -> None:
        if output := judging.captured_output(scenario):
            self._guarded(partial(self._recording.attach, "captured output", output, Media.TEXT))

    def _guarded(self, write: Callable[[], None]) -> None:
        """When results can no longer be written (disk full), say so once and end the run as Ctrl-C would, in order."""
        try:
            write()
        except ResultsLost as error:
            if not self._lost:
                self._lost = True
                print(f"\nERROR: {error}", file=sys.stderr)  # noqa: T201 -- the results themselves cannot say it
                raise KeyboardInterrupt from error

    def _is_selected(self, scenario: Any) -> bool:
        """Whether tags, names and lines given on the command line choose the scenario."""
        return scenarios.is_selected(scenario, self.config.tag_expression, self.config.name_re)


class _AtFeatureEnd(Reporter):  # type: ignore[misc]
    """behave tells its reporters, unlike its formatters, also of features that it never began."""

    def __init__(self, config: Any, formatter: AllureFormatter) -> None:
        super().__init__(config)
        self._formatter = formatter

    def feature(self, feature: Any) -> None:
        self._formatter.feature_ended(feature)


def _results(config: Any, outfile: str | None) -> Path:
    """``-D reports`` moves everything a run leaves; else ``outfiles`` in behave.ini says where results go."""
    if reports := config.userdata.get("reports"):
        return Path(reports) / "allure-results"
    return Path(outfile) if outfile else ROOT / "reports" / "allure-results"


def _event_log(reports: Path, userdata: Mapping[str, str]) -> events.EventLog | None:
    """Only a run that somebody follows, by the id they gave it, writes its events."""
    if not (run_id := userdata.get("run_id")):
        return None
    return events.EventLog(events.path_of(reports / "run" / run_id, userdata.get("shard", "main")))


def _csv(table: Any) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(table.headings)
    writer.writerows(row.cells for row in table.rows)
    return text.getvalue()
