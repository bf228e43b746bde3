"""Sentences about signing off, and about what happens to what was signed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from behave import given, then, when
from hamcrest import assert_that, contains_string, equal_to, has_item, is_not, not_none

from support.base.outcomes import UsageError
from support.signing import keys
from tests.features.steps.owner import CHANGES, read, sign_in_her_name
from tests.support.acceptance import runs
from tests.support.signing.desk import NOW, waived


@given("a run in which every criterion was met")
def all_met(context: Any) -> None:
    context.owner.lay_out(runs.accepted())


@given("a run in which one criterion was not verified")
def not_verified(context: Any) -> None:
    context.owner.lay_out(runs.reservations())


@given("a run in which two criteria were not met")
def not_met(context: Any) -> None:
    context.owner.lay_out(runs.rejected())


@given("a run that lost a result")
def lost_result(context: Any) -> None:
    context.owner.lay_out(runs.undecided())


for _name, _change in CHANGES.items():
    given(_name)(lambda context, change=_change: change(context.owner))


@given("somebody else signed in Ada's name")
def forged(context: Any) -> None:
    sign_in_her_name(context.owner)


@given("Ada refused the release")
@when("Ada refuses the release")
def refuses(context: Any) -> None:
    context.owner.sign(context.owner.order(accept=False))


@when('Ada refuses the release because "{reason}"')
def refuses_because(context: Any, reason: str) -> None:
    context.owner.sign(context.owner.order(accept=False, reason=reason))


@given("Ada accepted the release")
@when("Ada accepts the release")
def accepts(context: Any) -> None:
    context.owner.sign(context.owner.order(accept=True))


@when('Ada accepts the release because "{reason}"')
def accepts_because(context: Any, reason: str) -> None:
    context.owner.sign(context.owner.order(accept=True, reason=reason))


@when("Ada accepts the release and waives what was not met")
def accepts_with_waivers(context: Any) -> None:
    context.owner.sign(context.owner.order(True, waived(context.owner.run)))


@given("Ada accepted the release with waivers until {until}")
def accepted_until(context: Any, until: str) -> None:
    context.owner.sign(context.owner.order(True, waived(context.owner.run, until)))


@when("Ada accepts the release and waives {criterion}")
def accepts_with_one_waiver(context: Any, criterion: str) -> None:
    context.owner.sign(context.owner.order(True, [f"{criterion}=repaired in 1.1, until 2026-12-31"]))


@when('Ada accepts the release with the waiver "{waiver}"')
def accepts_with_given_waiver(context: Any, waiver: str) -> None:
    context.owner.sign(context.owner.order(True, [waiver]))


@when("somebody checks the record")
def checks(context: Any) -> None:
    context.owner.check()


@when("somebody checks the record on {day}")
def checks_on(context: Any, day: str) -> None:
    context.owner.check(datetime.combine(datetime.fromisoformat(day), NOW.timetz()))


@when("somebody checks the record with Ada's public key")
def checks_with_key(context: Any) -> None:
    context.owner.check(key=keys.public_path(context.owner.desk.key))


@then("the record says that Ada {decision:w}")
def says(context: Any, decision: str) -> None:
    _states(context, decision)


@then('the record says that Ada {decision:w}, because "{reason}"')
def says_because(context: Any, decision: str, reason: str) -> None:
    _states(context, decision)
    assert_that(read(context.owner).statement.predicate.reason, equal_to(reason))


@then("the record says that Ada {decision:w}, with {count:d} waivers")
def says_with_waivers(context: Any, decision: str, count: int) -> None:
    _states(context, decision)
    assert_that(len(read(context.owner).statement.predicate.waivers), equal_to(count))


@then('the record says that the verdict was "{verdict}"')
def says_verdict(context: Any, verdict: str) -> None:
    assert_that(read(context.owner).statement.predicate.verdict.decision.value, equal_to(verdict))


@then("the acceptance page shows that Ada {decision:w}")
def page_shows(context: Any, decision: str) -> None:
    assert_that(context.owner.desk.page, contains_string(f"{decision.capitalize()} by Ada"))


@then("{criterion} is still not met on the acceptance page, and marked as waived")
def still_red(context: Any, criterion: str) -> None:
    row = context.owner.desk.page.split(f'id="{criterion}">')[1].split("</tr>\n")[0]
    assert_that(row, contains_string("not met</span></td>"))
    assert_that(row, contains_string("<strong>Waived</strong> until 31 December 2026: repaired in 1.1"))


@then("the record counts {criterion} among what failed")
def failed(context: Any, criterion: str) -> None:
    predicate = read(context.owner).statement.predicate
    assert_that(predicate.result, equal_to("FAILED"))
    assert_that(predicate.failedTests, has_item(criterion))
    assert_that(predicate.passedTests, is_not(has_item(criterion)))


@then("nothing has changed since")
def unchanged(context: Any) -> None:
    if context.owner.found is None:
        context.owner.check()
    assert_that(context.owner.refusal, equal_to(""))
    assert_that(context.owner.found.changes, equal_to(()))


@then("the earlier record says that the acceptance page was changed")
def earlier(context: Any) -> None:
    found = context.owner.desk.verify(context.owner.records[0].path)
    assert_that([change.kind for change in found.changes], equal_to(["acceptance page"]))


@then('signing is refused: "{why}"')
def signing_refused(context: Any, why: str) -> None:
    assert_that(context.owner.refusal, contains_string(why))
    assert_that(_records(context), equal_to([]))


@then('checking is refused: "{why}"')
def checking_refused(context: Any, why: str) -> None:
    assert_that(context.owner.refusal, contains_string(why))
    assert_that(context.owner.found, equal_to(None))


@then('the check names the {kind}: "{what}"')
def names(context: Any, kind: str, what: str) -> None:
    assert_that(context.owner.found, not_none(), context.owner.refusal)
    said = [change.says for change in context.owner.found.changes if change.kind == kind]
    assert_that(" ".join(said), contains_string(what), str(context.owner.found.changes))


@then("the edited key proves nothing")
def proves_nothing(context: Any) -> None:
    owner = context.owner
    no_key = isinstance(owner.found, type(None)) and "is no public Ed25519 key" in owner.refusal
    assert_that(no_key or [change.kind for change in owner.found.changes] == ["key"], equal_to(True))


def _states(context: Any, decision: str) -> None:
    if context.owner.refusal:
        raise UsageError(context.owner.refusal)
    record = read(context.owner)
    predicate = record.statement.predicate
    assert_that(record.problem(None), equal_to(""))
    assert_that((predicate.by, f"{predicate.decision}ed".replace("refuseed", "refused")), equal_to(("Ada", decision)))


def _records(context: Any) -> list[Path]:
    return list((context.owner.desk.reports / "records").glob("*"))
