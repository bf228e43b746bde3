"""The behave formatter that writes Allure results: allure-behave's own, corrected where it is wrong under behave 1.3.

The only module that imports Allure. allure-behave tracks what runs and serves Allure's public API (``allure.attach``,
``allure.step``, ``allure.dynamic``) in steps and hooks; overridden is what a scenario is called, how it ended and where
that is written. behave's reporters see every feature at its end, run or not, so that what never ran is reported too.
"Stock" is allure-behave as it is, which ``behave -f allure_behave.formatter:AllureFormatter`` runs beside this one.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import allure_behave.formatter
import allure_behave.listener
import allure_commons
from allure_behave.listener import AllureListener, GroupContext
from allure_commons import model2 as model
from allure_commons.reporter import AllureReporter
from allure_commons.types import ALLURE_UNIQUE_LABELS, AttachmentType
from attrs import asdict
from behave.exception import ConfigError
from behave.formatter.base import Formatter
from behave.model import ScenarioOutline
from behave.reporter.base import Reporter

from support.base import clock, scenarios
from support.base.outcomes import Outcome
from support.base.places import PROJECT
from support.base.scenarios import rule_of
from support.evidence import judging
from support.evidence.attachments import Media, Nowhere, record_with
from support.evidence.guard import Guard
from support.evidence.identity import Identity, identify, target_of
from support.evidence.judging import Judgement
from support.evidence.redaction import redactor
from support.evidence.result_places import SYSTEM, ResultPlaces
from support.evidence.results_folder import ResultsLost


def now() -> int:
    """Milliseconds since the epoch, by a clock that nobody sets back while a run goes on."""
    return round(clock.now() * 1000)


allure_behave.listener.now = now  # stock looks at the wall clock, by which a scenario could end before it began

STATUS = {
    Outcome.MET: model.Status.PASSED,
    Outcome.NOT_MET: model.Status.FAILED,
    Outcome.BROKEN: model.Status.BROKEN,
    Outcome.NOT_VERIFIED: model.Status.SKIPPED,
}
NAMES = {".text": "text", ".table": "table"}
"""What attachments are called that stock names like hidden files."""


class _Running(dict[str, Any]):
    """What runs now, outermost first, for all threads; stock keeps it per thread, and shared by all formatters."""

    def __reversed__(self) -> Iterator[str]:
        return reversed(tuple(self))  # a copy, since threads attach while steps begin and end

    def pop(self, uuid: str) -> Any:  # type: ignore[override]
        """End an item, and with it any within it that were left open."""
        ended = self[uuid]
        while uuid in self:
            self.popitem()
        return ended


class _Reporter(AllureReporter):  # type: ignore[misc]
    """Writes to the folder of the system at hand; stock writes to those of all Allure formatters of the run."""

    def __init__(self, places: ResultPlaces) -> None:
        super().__init__()
        self._items, self._places = _Running(), places

    def record(self, kind: str, item: Any) -> None:
        self._places.folder.record(kind, asdict(item, filter=lambda _, value: value is not None))

    def attach_data(self, uuid: str, body: Any, **about: Any) -> None:
        if (running := self.get_last_item(model.ExecutableItem)) is None:  # where stock aborts the run
            self.global_attach_data(uuid, body, **about)
        else:
            running.attachments.append(model.Attachment(**self._kept(body, **about)))

    def attach_file(self, uuid: str, source: Any, **about: Any) -> None:
        self.attach_data(uuid, **_content(Path(source), **about))

    def global_attach_data(self, uuid: str, body: Any, **about: Any) -> None:
        kept = model.GlobalAttachment(**self._kept(body, **about), timestamp=now())
        self.record("globals", model.Globals(attachments=[kept]))

    def global_attach_file(self, uuid: str, source: Any, **about: Any) -> None:
        self.global_attach_data(uuid, **_content(Path(source), **about))

    def global_error(self, message: str | None = None, trace: str | None = None) -> None:
        error = model.GlobalError(message=message, trace=trace or None, timestamp=now())
        self.record("globals", model.Globals(errors=[error]))

    def _kept(self, body: Any, name: Any = None, attachment_type: Any = None, extension: Any = None) -> dict[str, str]:
        media_type = getattr(attachment_type, "mime_type", attachment_type) or Media.TEXT.value[0]
        ending = getattr(attachment_type, "extension", extension) or "attach"
        content = body if isinstance(body, str | bytes) else str(body)
        source = self._places.folder.attachment(content, media_type, ending)
        return {"name": NAMES.get(name, name) or "attachment", "source": source, "type": media_type}


class _Listener(AllureListener):  # type: ignore[misc]
    """Listens as stock does, and reports each selected scenario once, with the suite's own identity and outcome."""

    current_scenario_uuid: str | None

    def __init__(self, config: Any, places: ResultPlaces) -> None:
        super().__init__(config)
        self.logger = _Reporter(places)
        self.group_context = GroupContext(self.logger)
        self.group_context.enter()
        self.settled: set[int] = set()
        self._places = places
        self._identity: Identity | None = None
        self._started = 0.0
        self.guard = Guard()

    def start_scenario(self, scenario: Any) -> None:
        if id(scenario) in self.settled:
            return
        self.settled.add(id(scenario))
        self.steps.clear()
        self.guard.trouble, self._identity, self._started = "", None, time.monotonic()
        super().start_scenario(scenario)
        self.guard.record(partial(self._identify, scenario))

    def stop_scenario(self, scenario: Any, judge: Callable[[Any], Judgement] = judging.of_scenario) -> None:
        if self.current_scenario_uuid is None:
            return
        self.flush_steps()
        self.guard.record(partial(self._attach_output, scenario))
        judgement = self.guard.conclude(partial(judge, scenario))
        result = self.logger.get_test(self.current_scenario_uuid)
        self.logger.drop_test(self.current_scenario_uuid)
        self.group_context.exit()
        self.current_scenario_uuid = self.current_step_uuid = None
        if not self.guard.record(partial(self._write, result, judgement)):
            result.steps, result.attachments, result.parameters, result.description = [], [], [], None
            judgement = Judgement(Outcome.BROKEN, self.guard.trouble)
            self.guard.record(partial(self._write, result, judgement))
        if (log := self._places.event_log) is not None and self._identity is not None:
            took, identity = time.monotonic() - self._started, self._identity
            self.guard.write(partial(log.finished, identity.key, identity.title, judgement.outcome, took))

    def start_behave_step(self, step: Any) -> None:
        self.guard.record(partial(super().start_behave_step, step))

    def stop_behave_step(self, result: Any) -> None:
        ended = _ended(self.guard.judge(partial(judging.of_step, result)))
        self.guard.record(partial(self.logger.stop_step, self.current_step_uuid, **ended))

    @allure_commons.hookimpl
    def stop_step(self, uuid: str, exc_val: BaseException | None) -> None:
        judgement = judging.of_exception(exc_val) if exc_val is not None else Judgement(Outcome.MET)
        if self.logger.get_item(uuid) is not None:
            self.logger.stop_step(uuid, **_ended(judgement))

    @allure_commons.hookimpl
    def add_title(self, test_title: str) -> None:
        if (result := self.logger.get_test(None)) is not None:
            result.name = test_title

    @allure_commons.hookimpl
    def add_label(self, label_type: str, labels: tuple[Any, ...]) -> None:
        if (result := self.logger.get_test(None)) is None:
            return
        if label_type in ALLURE_UNIQUE_LABELS:
            result.labels = [label for label in result.labels if label.name != label_type]
        values = [str(getattr(value, "value", value)) for value in labels]
        result.labels.extend(model.Label(name=str(label_type), value=value) for value in values)

    @allure_commons.hookimpl
    def add_parameter(self, name: str, value: Any, excluded: bool | None, mode: Any) -> None:
        if (result := self.logger.get_test(None)) is not None:
            mode = mode.value if mode else None
            result.parameters.append(model.Parameter(name=name, value=str(value), excluded=excluded, mode=mode))

    def _identify(self, scenario: Any) -> None:
        identity = self._identity = identify(scenario, target_of(scenario, self.behave_config.userdata))
        result = self.logger.get_test(self.current_scenario_uuid)
        around = [("host", platform.node()), ("thread", str(os.getpid()))]
        result.name, result.fullName, result.titlePath = identity.title, identity.full_name, identity.title_path
        result.historyId, result.testCaseId = identity.history_id, identity.test_case_id
        result.description = result.description or None
        result.parameters = [model.Parameter(name=name, value=value) for name, value in identity.parameters]
        result.labels = [model.Label(name=name, value=value) for name, value in [*identity.labels, *around]]
        result.links = [model.Link(type="tms", url=url, name=criterion) for criterion, url in identity.links.items()]
        if (log := self._places.event_log) is not None:
            log.started(identity.key, identity.title)

    def _attach_output(self, scenario: Any) -> None:
        if output := judging.captured_output(scenario):
            self.logger.attach_data("", output, name="captured output", attachment_type=AttachmentType.TEXT)

    def _write(self, result: Any, judgement: Judgement) -> None:
        for name, value in _ended(judgement).items():
            setattr(result, name, value)
        self.logger.record("result", result)


class _Recorder:
    """Hands evidence to each Allure formatter of the run; stock neither redacts, nor attaches outside a scenario."""

    def attach(self, name: str, body: str | bytes, media: Media) -> None:
        for listener in _listeners():
            if type(listener) is AllureListener:
                body = redactor.text(body) if isinstance(body, str) else redactor.bytes(body)
            between = listener.logger.get_last_item(model.ExecutableItem) is None
            attach = listener.global_attach_data if between else listener.attach_data
            attach(body, name, AttachmentType[media.name], None)

    def parameter(self, name: str, value: str) -> None:
        allure_commons.plugin_manager.hook.add_parameter(name=name, value=value, excluded=True, mode=None)


class AllureFormatter(allure_behave.formatter.AllureFormatter):  # type: ignore[misc]
    """Registered in behave.ini; ``outfiles`` names the folder of results, ``-D clean=false`` keeps what is there.

    ``{system}`` in that name stands for the system of each feature, so that one run leaves results for each of several.
    """

    name = "allure"
    description = "Allure results: every scenario once, with its outcome, evidence and reasons"

    def __new__(cls, stream_opener: Any, config: Any) -> Any:
        """A dry run shows nothing about a system, so it leaves no results."""
        return Formatter(stream_opener, config) if config.dry_run else super().__new__(cls)

    def __init__(self, stream_opener: Any, config: Any) -> None:
        Formatter.__init__(self, stream_opener, config)
        try:
            self.places = ResultPlaces(_results(config, stream_opener.name), config.userdata, config.paths)
        except ResultsLost as error:
            raise ConfigError(str(error)) from error
        self.file_logger, self.testplan = self.places, ()  # no environment variable chooses what is accepted
        self.listener = _Listener(config, self.places)
        allure_commons.plugin_manager.register(self.listener)
        record_with(_Recorder())
        config.reporters.append(_AtFeatureEnd(config, self))

    def feature(self, feature: Any) -> None:
        """behave begins a feature: from here on its scenarios are reported, those of rules to a stock formatter too."""
        self.listener.guard.write(partial(self.places.begin, feature.location.filename))
        scenarios = list(feature.walk_scenarios())
        self.listener.settled.update(id(each) for each in scenarios if not self._is_selected(each))
        beside_stock = any(type(listener) is AllureListener for listener in _listeners())
        self._wrap_scenario([each for each in scenarios if rule_of(each) or not beside_stock])

    def _wrap_scenario(self, scenarios: Any) -> None:
        """As stock does; a scenario that could not be recorded has failed for behave, too."""
        super()._wrap_scenario(scenarios)
        for scenario in scenarios:
            if not isinstance(scenario, ScenarioOutline):
                scenario.run = partial(self._run, scenario.run)

    def _run(self, run: Callable[[Any], Any], runner: Any) -> bool:
        return bool(run(runner)) or bool(self.listener.guard.trouble)

    def feature_ended(self, feature: Any) -> None:
        """Report what a feature still owes: scenarios that never ran, and errors of its own hooks and clean-ups."""
        self.listener.guard.write(partial(self.places.turn_to, feature.location.filename))
        for scenario in feature.walk_scenarios():
            if self._is_selected(scenario):
                self.listener.start_scenario(scenario)
                self.listener.stop_scenario(scenario, partial(judging.of_unrun, feature=feature))
        for container in [feature, *feature.rules]:
            if (trouble := judging.of_container(container)) is not None:
                self.listener.guard.write(partial(self.listener.global_error, trouble.message, trouble.trace))

    def close(self) -> None:
        """The run is over, hooks included."""
        super().close()
        record_with(Nowhere())

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


def _listeners() -> list[AllureListener]:
    plugins = allure_commons.plugin_manager.get_plugins()
    return [plugin for plugin in plugins if isinstance(plugin, AllureListener)]


def _results(config: Any, outfile: str | None) -> str:
    """``-D reports`` moves everything a run leaves; else ``outfiles`` in behave.ini says where results go."""
    by_system = f"{SYSTEM}/allure-results"
    if reports := config.userdata.get("reports"):
        return f"{reports}/{by_system}"
    return outfile or f"{PROJECT}/reports/{by_system}"


def _ended(judgement: Judgement) -> dict[str, Any]:
    details = model.StatusDetails(message=judgement.message or None, trace=judgement.trace or None)
    told = details if judgement.message or judgement.trace else None
    return {"stop": now(), "stage": "finished", "status": STATUS[judgement.outcome], "statusDetails": told}


def _content(path: Path, name: Any = None, extension: Any = None, **about: Any) -> dict[str, Any]:
    return {"body": path.read_bytes(), "name": name or path.name, "extension": extension or path.suffix[1:], **about}
