"""How a scenario, or one of its steps, ended: met, not met, broken or not verified, with the words for the report."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from behave.model import Status, Step

from support.base.empty_scenarios import why_empty
from support.base.outcomes import NotVerified, Outcome
from support.base.scenarios import rule_of

_PENDING = (Status.pending, Status.pending_warn, Status.untested_pending)
_UNDEFINED = (Status.undefined, Status.untested_undefined)
_HOOKS = (Status.hook_error, Status.cleanup_error)


@dataclass(frozen=True, slots=True)
class Judgement:
    """An outcome, the message that an owner reads first, and the trace for the engineer."""

    outcome: Outcome
    message: str = ""
    trace: str = ""


def of_exception(error: BaseException) -> Judgement:
    """What an error says: an assertion is about the product, NotVerified about this machine, the rest is ours."""
    if isinstance(error, NotVerified):
        return Judgement(Outcome.NOT_VERIFIED, str(error))
    if isinstance(error, KeyboardInterrupt | SystemExit):
        return Judgement(Outcome.BROKEN, "the run was interrupted in the middle of this")
    if isinstance(error, AssertionError):
        return Judgement(Outcome.NOT_MET, str(error).strip() or _asserted(error), _trace(error))
    return Judgement(Outcome.BROKEN, _described(error), _trace(error))


def of_step(step: Step) -> Judgement:
    """How a step ended. Only an assertion says something about the product; every other error is the suite's own."""
    if step.exception is not None and not step.hook_failed and step.status not in _PENDING:
        return of_exception(step.exception)
    if step.status is Status.passed:
        return Judgement(Outcome.MET)
    if step.status in (Status.skipped, Status.untested):
        return Judgement(Outcome.NOT_VERIFIED)
    if step.status in _PENDING:
        return Judgement(Outcome.BROKEN, f"the step is not implemented: {sentence(step)}")
    if step.status in _UNDEFINED:
        return Judgement(Outcome.BROKEN, f"no step is defined for this sentence: {sentence(step)}")
    if step.hook_failed and step.exception is not None:
        message = f"a hook around the step failed: {_described(step.exception)}"
        return Judgement(Outcome.BROKEN, message, _trace(step.exception))
    return Judgement(Outcome.BROKEN, step.error_message or f"the step ended as {step.status.name}")


def of_scenario(scenario: Any) -> Judgement:
    """How a scenario that behave has run, clean-up included, ended.

    A promise that was seen broken stays *not met* when the clean-up fails too; anything better becomes *broken*.
    """
    trouble = _trouble_around(scenario)
    failed = next((step for step in scenario.all_steps if _stopped_at(step)), None)
    if failed is not None:
        judged = of_step(failed)
        message = "\n".join(filter(None, (judged.message, trouble)))
        return Judgement(judged.outcome, message, judged.trace)
    if nothing := why_empty(scenario):
        besides = (line for line in trouble.splitlines() if nothing not in line)
        return Judgement(Outcome.BROKEN, "\n".join((nothing, *besides)))
    if trouble:
        return Judgement(Outcome.BROKEN, trouble, _trace(scenario.exception))
    if scenario.status is Status.passed:
        return Judgement(Outcome.MET)
    if scenario.status is Status.skipped and scenario.skip_reason:
        return Judgement(Outcome.NOT_VERIFIED, str(scenario.skip_reason))
    if scenario.status is Status.skipped:
        return Judgement(Outcome.BROKEN, "it was skipped without a reason")
    return Judgement(Outcome.BROKEN, f"it did not run to its end (behave calls it {scenario.status.name})")


def unrecorded(judgement: Judgement, errors: Sequence[Exception]) -> Judgement:
    """The judgement of a scenario that could not be recorded whole: broken, since its evidence is not all there."""
    if not errors:
        return judgement
    told = "\n".join(dict.fromkeys(f"it could not be recorded: {_described(error)}" for error in errors))
    return Judgement(Outcome.BROKEN, f"{told}\n{judgement.message}".strip(), judgement.trace or _trace(errors[0]))


def of_unrun(scenario: Any, feature: Any) -> Judgement:
    """Why a selected scenario never ran: a failed hook around it, or the run was stopped. Never a pass, so broken."""
    for container in (rule_of(scenario), feature):
        if container is not None and container.hook_failed:
            message = container.error_message or f"a hook of {container.keyword} {container.name!r} failed"
            return Judgement(Outcome.BROKEN, f"it never ran: {message}", _trace(container.exception))
    if scenario.skip_reason:
        return Judgement(Outcome.NOT_VERIFIED, str(scenario.skip_reason))
    return Judgement(Outcome.BROKEN, "it never ran: the run was stopped before it")


def of_container(container: Any) -> Judgement | None:
    """The error of a feature's or rule's own hooks and clean-ups; None when they went well."""
    if container.status not in _HOOKS and not container.hook_failed:
        return None
    message = container.error_message or _captured_trouble(container)
    message = message or f"a clean-up of {container.keyword} {container.name!r} failed; the console shows its error"
    return Judgement(Outcome.BROKEN, message, _trace(container.exception))


def sentence(step: Step) -> str:
    """The step as it stands in the feature file."""
    return f"{step.keyword} {step.name}"


def captured_output(scenario: Any) -> str:
    """What scenario, steps and hooks printed or logged, as far as behave kept it; empty when there is nothing."""
    return str(scenario.captured.make_report(template="{output}")) if scenario.captured.has_output() else ""


def _stopped_at(step: Step) -> bool:
    return step.status.has_failed() or step.status in _PENDING


def _described(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}".rstrip(": ")
    except Exception:  # noqa: BLE001 -- an error may hold what cannot be put into words
        return f"{type(error).__name__}, which cannot be put into words"


def _asserted(error: BaseException) -> str:
    """Where an assertion without words stands."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].line} ({frames[-1].filename}:{frames[-1].lineno})" if frames else "an assertion failed"


def _trouble_around(scenario: Any) -> str:
    """The error of hooks and clean-ups around the steps; empty when they went well."""
    if scenario.status not in _HOOKS and not scenario.hook_failed:
        return ""
    parts = [scenario.error_message or "", _captured_trouble(scenario)]
    if scenario.status is Status.cleanup_error and not any(parts):
        parts.append("a clean-up failed; the console shows its error")
    # A hook's error stands both in the message and in what was captured.
    return "\n".join(dict.fromkeys(line for part in parts for line in part.splitlines() if line))


def _captured_trouble(node: Any) -> str:
    """behave keeps the error of a clean-up nowhere but in what it printed."""
    lines = captured_output(node).splitlines()
    return "\n".join(line for line in lines if line.startswith(("CLEANUP-ERROR", "HOOK-ERROR")))


def _trace(error: BaseException | None) -> str:
    """The trace from the first frame outside behave on; those of behave itself help nobody."""
    if error is None:
        return ""
    frames = error.__traceback__
    while frames is not None and frames.tb_next is not None and _is_behave(frames):
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(error), error, frames))


def _is_behave(frames: TracebackType) -> bool:
    return str(frames.tb_frame.f_globals.get("__name__", "")).partition(".")[0] == "behave"
