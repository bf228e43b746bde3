"""Sentences about backups of the audit log, in which the making of each API key is recorded."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, empty

from support.domains.automation import api, backups, sessions
from support.domains.automation.backups import Backups
from support.world import vocabulary

vocabulary.register(BackupKind=backups.KINDS)


@given("a user has made {count:d} API keys, which the audit log records")
def make_keys(context: Context, count: int) -> None:
    """A user makes so many API keys; each of them leaves a record in the audit log."""
    for _ in range(count):
        sessions.make_key(context.world, api.USER)


@given("an admin has made a backup of the audit log of API keys that is {kind:BackupKind}")
@when("an admin makes a backup of the audit log of API keys that is {kind:BackupKind}")
def make(context: Context, kind: str) -> None:
    """An administrator backs the audit log up once the making of each API key is in it; it is accepted."""
    backups.make(context.world, kind)


@when("an admin makes a backup of the audit log while API keys are made")
def make_while_writing(context: Context) -> None:
    """An administrator backs the audit log up while a user makes one API key after the other."""
    backups.make_while_writing(context.world)


@then("the list of backups has that of the API keys with its size, when it was made and that it is {kind:BackupKind}")
def is_listed(context: Context, kind: str) -> None:
    """The list names the backup, with the size of its file, when it was made, and whether it is compressed."""
    assert_that(backups.wrong_in_list(context.world, kind), empty(), "what the list tells otherwise")


@then("the file of the backup is {kind:BackupKind} and holds every record about the API keys")
def file_is_whole(context: Context, kind: str) -> None:
    """The file is what it is said to be, each record in it is whole, and each API key of this scenario is in one."""
    missing = backups.missing(context.world, backups.records_in_file(context.world, kind))
    assert_that(missing, empty(), "API keys that the backup does not speak of")


@then("the backup of the audit log holds whole records only, and each API key that was made before")
def file_holds_what_was(context: Context) -> None:
    """Each record in the file is whole, and each API key that was made before the backup was begun is in one."""
    records, before = backups.records_in_file(context.world), context.world.part(Backups).before
    assert_that(backups.missing(context.world, records, before), empty(), "API keys that the backup does not speak of")


@when("the audit log of API keys is lost and an admin restores the backup")
def lose_and_restore(context: Context) -> None:
    """The audit log is emptied by mistake, and an administrator restores the last backup."""
    backups.lose_audit(context.world)
    backups.restore(context.world)


@when("an admin restores the backup of the audit log of API keys")
def restore(context: Context) -> None:
    """An administrator restores the last backup over what there is."""
    backups.restore(context.world)


@when('an admin tries to restore the backup of API keys named "{name:Words}"')
def restore_named(context: Context, name: str) -> None:
    """An administrator asks for a backup of this name to be restored."""
    backups.restore(context.world, name)


@when("the backup of the audit log of API keys is damaged and an admin restores it")
def damage_and_restore(context: Context) -> None:
    """Bytes in the middle of the backup's file are flipped, and an administrator tries to restore it."""
    backups.damage(context.world)
    backups.restore(context.world)


@then("the restore of the audit log of API keys is refused, and says why")
def is_refused(context: Context) -> None:
    """The restore was refused in words, and the orchestrator did not fail over it."""
    assert_that(backups.not_refused(context.world), empty(), "how the restore was answered")


@then("the audit log has every record about the API keys")
def audit_is_whole(context: Context) -> None:
    """Each API key of this scenario is in a record of the audit log, or soon is."""
    assert_that(backups.await_audit(context.world), empty(), "API keys that the audit log does not speak of")
