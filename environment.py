"""Hooks only: builds the world of each scenario and clears up after it."""

from __future__ import annotations

from typing import Any

from behave.runner import Context

from support.base import text
from support.base.outcomes import UsageError
from support.domains.caio.session import Caio
from support.world import hooks

PARTS = {"caio": (Caio,)}
"""Folder of features → the parts of a scenario's state that its domain adds."""


def before_all(context: Context) -> None:
    """Read the settings of the run; where one is misspelt, or the run cannot be made, it ends here."""
    text.escape_on_console()
    context.config.setup_logging()
    try:
        context.suite = hooks.Suite.begin(context, PARTS)
    except UsageError as error:
        hooks.refuse(error)


def before_scenario(context: Context, scenario: Any) -> None:
    """Give the scenario its world, or skip it with the reason why it cannot be shown here."""
    context.suite.begin_scenario(context, scenario)


def after_step(context: Context, step: Any) -> None:
    """Attach what the step has gathered; make *not verified* of a step that found it cannot be shown here."""
    context.suite.end_step(context, step)


def after_scenario(context: Context, scenario: Any) -> None:
    """Heal, tidy up and give back what the scenario used."""
    context.suite.end_scenario(context, scenario)


def after_all(context: Context) -> None:
    """Stop everything that still runs."""
    if "suite" in context:  # else before_all has failed, and there is nothing to stop
        context.suite.end(complete=not context.aborted)
