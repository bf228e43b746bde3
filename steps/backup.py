"""Sentences about backups: made while the system runs, restored, damaged, and what must not be lost."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, empty, has_items

from support.checks.basis import enough
from support.subjects import backup
from support.subjects.backup import Backups
from support.world import vocabulary

vocabulary.register()


@given("{system:System} has been backed up")
def has_been_backed_up(context: Context, system: str) -> None:
    """The running system was backed up by its own tool, while nobody used it."""
    backup.back_up(context.world)


@given('of the backup it is true that "{damage:Words}"')
def is_damaged(context: Context, damage: str) -> None:
    """Something was done to the archive since it was made."""
    backup.damage(context.world, damage)


@given("the backup has been restored into an empty {system:System}")
@when("the backup is restored into an empty {system:System}")
def restore_into_empty(context: Context, system: str) -> None:
    """A system without any data is given the backup and started; from now on it is the one that is talked to."""
    backup.restore_into_empty(context.world)


@when("somebody tries to restore the backup into an empty folder")
def try_restore(context: Context) -> None:
    """The system's tool is given the archive and a folder in which there is nothing."""
    backup.try_restore(context.world)


@when("somebody tries to restore the backup over what {system:System} holds")
def try_restore_over(context: Context, system: str) -> None:
    """The system's tool is given the archive and the data folder of the system that runs."""
    backup.try_restore(context.world, over=True)


@then("every audit record from before the backup is there as it was")
def audit_is_there(context: Context) -> None:
    """Each record that the audit log held before the backup was begun is there, letter by letter."""
    before = enough(context.world.part(Backups).last.audit, "audit records from before the backup")
    assert_that(backup.audit(context.world), has_items(*before), "audit records after the restore")


@then("the restore is refused, and says why")
def restore_is_refused(context: Context) -> None:
    """The tool ended with an error and in its own words; one that crashed has refused nothing."""
    assert_that(context.world.part(Backups).last.restored, backup.refused_plainly())


@then("nothing has been written")
def nothing_is_written(context: Context) -> None:
    """A restore was tried; the folder is as empty as it was, and so is the place around it."""
    assert_that(backup.written(context.world), empty(), "files that were written")
