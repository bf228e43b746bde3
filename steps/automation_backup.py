"""Sentences about backups of the audit log, in which every change of a lead is recorded."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, empty

from support.domains.automation import backups
from support.domains.automation.backups import Backups
from support.world import vocabulary

vocabulary.register(BackupKind=backups.KINDS)


@given("an admin has made a backup of the audit log of leads that is {kind:BackupKind}")
@when("an admin makes a backup of the audit log of leads that is {kind:BackupKind}")
def make(context: Context, kind: str) -> None:
    """An administrator backs the audit log up once every change of a lead is in it; it is accepted."""
    backups.make(context.world, kind)


@when("an admin makes a backup of the audit log while leads are created")
def make_while_writing(context: Context) -> None:
    """An administrator backs the audit log up while a user creates one lead after the other."""
    backups.make_while_writing(context.world)


@then("the list of backups has that of the leads with its size, when it was made and that it is {kind:BackupKind}")
def is_listed(context: Context, kind: str) -> None:
    """The list names the backup, with the size of its file, when it was made, and whether it is compressed."""
    assert_that(backups.wrong_in_list(context.world, kind), empty(), "what the list tells otherwise")


@then("the file of the backup is {kind:BackupKind} and holds every record about the leads")
def file_is_whole(context: Context, kind: str) -> None:
    """The file is what it is said to be, each record in it is whole, and each lead of this scenario is in one."""
    missing = backups.missing(context.world, backups.records_in_file(context.world, kind))
    assert_that(missing, empty(), "leads that the backup does not speak of")


@then("the backup of the audit log holds whole records only, and each lead that was created before")
def file_holds_what_was(context: Context) -> None:
    """Each record in the file is whole, and each lead that was acknowledged before the backup was begun is in one."""
    records, before = backups.records_in_file(context.world), context.world.part(Backups).before
    assert_that(backups.missing(context.world, records, before), empty(), "leads that the backup does not speak of")


@when("the audit log of leads is lost and an admin restores the backup")
def lose_and_restore(context: Context) -> None:
    """The audit log is emptied by mistake, and an administrator restores the last backup."""
    backups.lose_audit(context.world)
    backups.restore(context.world)


@when("an admin restores the backup of the audit log of leads")
def restore(context: Context) -> None:
    """An administrator restores the last backup over what there is."""
    backups.restore(context.world)


@when('an admin tries to restore the backup of leads named "{name:Words}"')
def restore_named(context: Context, name: str) -> None:
    """An administrator asks for a backup of this name to be restored."""
    backups.restore(context.world, name)


@when("the backup of the audit log of leads is damaged and an admin restores it")
def damage_and_restore(context: Context) -> None:
    """Bytes in the middle of the backup's file are flipped, and an administrator tries to restore it."""
    backups.damage(context.world)
    backups.restore(context.world)


@then("the restore of the audit log of leads is refused, and says why")
def is_refused(context: Context) -> None:
    """The restore was refused in words, and the orchestrator did not fail over it."""
    assert_that(backups.not_refused(context.world), empty(), "how the restore was answered")


@then("the audit log has every record about the leads")
def audit_is_whole(context: Context) -> None:
    """Each lead of this scenario is in a record of the audit log, or soon is."""
    assert_that(backups.await_audit(context.world), empty(), "leads that the audit log does not speak of")
