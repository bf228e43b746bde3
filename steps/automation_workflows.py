"""Sentences about workflows, the jobs by which workers do them, and campaigns."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, empty, equal_to, has_entries, has_length

from support.domains.automation import api, queue, workflows
from support.domains.automation.workflows import Workflows
from support.world import vocabulary

TRIGGERS = {"started": "workflows", "triggered": "trigger"}
vocabulary.register(Trigger=TRIGGERS, WorkerFault=("has died", "is frozen"))


@when("a user has a workflow {trigger:Trigger}")
def trigger(context: Context, trigger: str) -> None:
    """A user triggers a workflow of three steps about a new lead, by this route; it is accepted."""
    workflows.trigger_on_lead(context.world, TRIGGERS[trigger])


@given("{count:d} workflows have been triggered")
@when("{count:d} workflows are triggered")
def trigger_many(context: Context, count: int) -> None:
    """A user triggers so many workflows, each of three steps about a lead of its own; all are accepted."""
    workflows.trigger_many(context.world, count)


@given("{count:d} workflows with slow steps have been triggered")
def trigger_slow(context: Context, count: int) -> None:
    """So many workflows are triggered whose steps each take a while, and workers have begun with them."""
    workflows.trigger_many(context.world, count, slow=True)
    workflows.has_begun(context.world)


@given("a user has triggered a workflow that fails in its second step")
@when("a user triggers a workflow that fails in its second step")
def trigger_failing(context: Context) -> None:
    """A user triggers a workflow whose second step asks for an e-mail address, which the lead does not have."""
    workflows.trigger_failing(context.world)


@given("an admin of another tenant has triggered a workflow")
def trigger_elsewhere(context: Context) -> None:
    """The administrator of another tenant triggers a workflow; it is accepted."""
    workflows.trigger(context.world, workflows.QUICK, api.OTHER)


@when("a user triggers a workflow twice with one idempotency key")
def trigger_twice(context: Context) -> None:
    """A user sends the same workflow twice with the same idempotency key; both are accepted."""
    workflows.trigger_twice(context.world)


@when("a user triggers a workflow and then another one with the same idempotency key")
def trigger_another(context: Context) -> None:
    """A user sends two workflows that differ with the same idempotency key."""
    workflows.trigger_twice(context.world, other=True)


@when("a user asks for the status of the workflow")
def ask(context: Context) -> None:
    """A user asks for the status of the last workflow, whosever it is."""
    workflows.status(context.world, context.world.part(Workflows).last.id)


@when("a user asks for the status of a workflow that nobody has started")
def ask_for_nobodys(context: Context) -> None:
    """A user asks for the status of a workflow by an id that none has."""
    workflows.status(context.world, workflows.NOBODYS)


@given('the workflow has ended as "{end:Words}"')
@then('the workflow ends as "{end:Words}"')
def ends(context: Context, end: str) -> None:
    """By its own status the last workflow ends, and in this way."""
    seen = workflows.await_end(context.world, context.world.part(Workflows).last, end)
    assert_that(seen, equal_to(end), "how the workflow ended")


@then('each workflow ends as "{end:Words}"')
def all_end(context: Context, end: str) -> None:
    """By its own status each workflow of the scenario ends, and in this way."""
    assert_that(workflows.other_ends(context.world, end), empty(), "workflows that ended otherwise")


@then("each step of each workflow has taken effect once")
def took_effect_once(context: Context) -> None:
    """Each step has left its record with the lead that the workflow is about, and has left it once."""
    assert_that(workflows.wrong_effects(context.world), empty(), "steps that did not take effect once")


@then("the status of the workflow names each step, since when, and how often it was tried")
def names_steps(context: Context) -> None:
    """The status lists each step with its name, its own status, when it began and ended, and how often it was tried."""
    assert_that(workflows.vague_steps(context.world), empty(), "what the status does not say")


@then("the status of the workflow says which step failed, that it was tried {tries:d} times, and why")
def names_failure(context: Context, tries: int) -> None:
    """The status names the step that failed, how often it was tried, and what was wrong with the lead."""
    assert_that(workflows.vague_failure(context.world, tries), empty(), "what the status says otherwise")


@then("both triggers gave the same workflow")
def gave_the_same(context: Context) -> None:
    """Both answers named one workflow."""
    assert_that(workflows.ids(context.world), has_length(1), "workflows that were started")


@given("enough time has passed for another worker to take the jobs over")
def wait_out(context: Context) -> None:
    """The leases of workers that give no sign of life have run out."""
    workflows.wait_out_lease()


@when("one of the workers that do the jobs {fault:WorkerFault}")
def break_one(context: Context, fault: str) -> None:
    """One worker is killed or frozen, and the others go on; nothing is done to bring it back."""
    queue.break_one(context.world, fault)


@when("every job in the queue is delivered a second time")
def double(context: Context) -> None:
    """Each job that waits in the queue, or is being done, is put there a second time, as a queue may do."""
    queue.double(context.world)


@when("something that is no job is put into the queue, and {count:d} workflows are triggered")
def put_foreign(context: Context, count: int) -> None:
    """Entries that no worker can read are put into the queue, before the jobs of these workflows."""
    queue.put_foreign(context.world)
    workflows.trigger_many(context.world, count)


@when("the queue loses all its jobs")
def lose_all(context: Context) -> None:
    """Redis forgets everything that it holds, and jobs that no worker has taken yet are among it."""
    queue.empty(context.world)


@when("the lead gets an e-mail address and an admin has the dead job of the workflow tried again")
def retry(context: Context) -> None:
    """What the workflow lacked is given to its lead, and an administrator finds its job among the dead ones."""
    workflows.complete_lead(context.world)
    workflows.retry_dead(context.world)


@given("an admin has created a campaign")
def create_campaign(context: Context) -> None:
    """An administrator creates a campaign; it is accepted."""
    workflows.create_campaign(context.world, api.ADMIN)


@given("an admin has written {opened:d} openings and {clicked:d} clicks into the metrics of the campaign")
@when("an admin writes {opened:d} openings and {clicked:d} clicks into the metrics of the campaign")
def count(context: Context, opened: int, clicked: int) -> None:
    """An administrator reports so many openings and clicks for the last campaign; it is accepted."""
    workflows.count_in_campaign(context.world, opened, clicked)


@then("the metrics of the campaign say {opened:d} openings and {clicked:d} clicks")
def counts_are(context: Context, opened: int, clicked: int) -> None:
    """The last campaign tells just these counts."""
    told = workflows.counts_of_campaign(context.world)
    assert_that(told, has_entries(opened=opened, clicked=clicked), "metrics of the campaign")


@when('an admin asks for "{path:Words}", which is no route of leads or anything else')
def ask_for_no_route(context: Context, path: str) -> None:
    """An administrator asks for a path that nobody promised."""
    token = context.world.system.token(api.ADMIN)
    context.world.exchanges.append(context.world.http.get(path, token=token))
