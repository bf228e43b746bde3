"""Sentences about what raises CAIO's alerts."""

from behave import when
from behave.runner import Context

from support.base import documents
from support.domains.caio.alert_conditions import CONDITIONS
from support.subjects import alert_runs
from support.subjects.alert_runs import AlertRuns
from support.world import vocabulary

vocabulary.register()


@when("each of these conditions is brought about in its {system:System}, and removed once its alerts have been raised")
def inject(context: Context, system: str) -> None:
    """The conditions of the table (CAIO, condition, alerts) are brought about for real, and then removed."""
    context.world.part(AlertRuns).run = alert_runs.bring_about(context.world, documents.rows(context.table), CONDITIONS)
