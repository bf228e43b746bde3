"""Makes *not verified* of a scenario whose step found that this machine or target cannot show the promise."""

from __future__ import annotations

from typing import Any

from behave.model import Status

from support.base.outcomes import NotVerified


def skip_if_not_verified(scenario: Any, step: Any) -> None:
    """Call from ``after_step``: when the step raised NotVerified, step and scenario are skipped with its reason.

    behave looks at the step's status only after this hook, so the steps that remain are skipped and the run stays
    green; steps that had passed stay passed.
    """
    if not isinstance(step.exception, NotVerified):
        return
    reason = reason_of(step.exception)
    step.reset()
    step.status = Status.skipped
    scenario.skip(reason)


def reason_of(error: NotVerified) -> str:
    """The reason in one text; never empty, since an owner has to read it."""
    return str(error).strip() or "a step said without a reason that this cannot be verified here"
