"""Sentences about the stress mix: what users do with leads, campaigns and workflows, and what becomes of it."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, contains_string, empty, greater_than, less_than_or_equal_to

from support.domains.automation import scaling, stress, stress_mix
from support.world import vocabulary

vocabulary.register()


@when("the stress mix about leads, campaigns and workflows is sent by {users:d} users, {spawn:d} more each second")
def send(context: Context, users: int, spawn: int) -> None:
    """So many users, who begin one after the other, each send a request of the mix about once a second."""
    stress.send(context.world, users, spawn)


@when("users send {requests:d} requests of the stress mix about leads, campaigns and workflows")
def send_counted(context: Context, requests: int) -> None:
    """Four users send so many requests of the mix together, without a pause."""
    sent = stress_mix.calls(context.world)
    stress.sent(context.world, stress_mix.counted_plan(context.world, "stress mix, counted", sent, requests))


@when("a stress mix about leads is sent with a bad lead, a route that is missing and an intended miss")
def send_mistakes(context: Context) -> None:
    """Requests of three kinds are sent; each is answered with an error, and only one of them is meant to be."""
    sent = stress_mix.told_apart(context.world)
    stress.sent(context.world, stress_mix.counted_plan(context.world, "stress mix with mistakes", sent, 60))


@when('the stress mix about leads, campaigns and workflows is prepared with the password "{password:Words}"')
def prepare(context: Context, password: str) -> None:
    """What a load does before it begins: it logs in with the password that it was given."""
    stress.prepare(context.world, password)


@then('it is said before any load about leads that the password of "{name:Words}" is wrong')
def is_said_before(context: Context, name: str) -> None:
    """The load was not begun, and the message says that the log-in was refused, and why."""
    said = context.world.part(stress.Stress).not_begun
    assert_that(said, contains_string(f"the log-in as {name!r} is refused"), "why the load was not begun")
    assert_that(said, contains_string("password"), "why the load was not begun")


@then("no connection of the stress mix was reset or refused")
def none_lost(context: Context) -> None:
    """Each request of the load was answered over the connection that it was sent over."""
    assert_that(stress.lost_connections(context.world), empty(), "routes whose connections were lost, and how often")


@then("the average of the stress mix is at most {seconds:g} seconds")
def average_is(context: Context, seconds: float) -> None:
    """The mean time of the requests that succeeded."""
    seen = stress.mean(context.world)
    context.world.evidence.observation("average time of a request", round(seen, 4), seconds, "s")
    assert_that(seen, less_than_or_equal_to(seconds), "average seconds of a request")


@then("the stress mix served more than {count:d} requests per 10 minutes")
def served_more(context: Context, count: int) -> None:
    """What was served while it was measured, for each ten minutes."""
    seen = stress.per_ten_minutes(context.world)
    context.world.evidence.observation("requests served in ten minutes", round(seen), count, "requests")
    assert_that(seen, greater_than(count), "requests served in ten minutes")


@then("the result of the stress mix has a row for each route with requests, success, average and percentiles")
def has_rows(context: Context) -> None:
    """Each route that was called has a row, and none of its figures is missing."""
    assert_that(stress.incomplete_rows(context.world), empty(), "what the result lacks")


@then("the intended misses of the stress mix are counted as expected, and nothing else is missing")
def misses_are_expected(context: Context) -> None:
    """Intended misses were answered as not found and count as successes, and so does each other request."""
    assert_that(stress.unexpected(context.world), empty(), "routes that were answered otherwise than they should be")


@then("the result of the stress mix tells the three apart")
def tells_apart(context: Context) -> None:
    """A client's error, a route that is missing, and an intended miss each stand in a row that says which it is."""
    assert_that(stress.wrong_diagnosis(context.world), empty(), "what the result does not tell apart")


@given("the stress mix about leads has been sent to {system:System} with {count:d} workers")
@when("the stress mix about leads is sent to {system:System} with {count:d} workers")
def send_to_workers(context: Context, system: str, count: int) -> None:
    """A system of its own with so many API workers is given the stress mix by fifty users."""
    scaling.send_to_workers(context.world, count)


@then("the comparison of the stress mixes has requests, success, resets and percentiles of each route, in percent")
def are_compared(context: Context) -> None:
    """The comparison of the last two stress mixes has each route and each of these figures, with the change."""
    assert_that(stress.compare(context.world), empty(), "what the comparison lacks")


@when(
    "the users of the stress mix of leads are raised from {start:d} on, while {percent:g} % take at most {limit:g} ms "
    "and {share:g} % succeed"
)
def raise_users(context: Context, start: int, percent: float, limit: float, share: float) -> None:
    """The number of users is doubled until one of the objectives is missed, or five hundred are reached."""
    stress.raise_users(context.world, start, (percent, limit / 1000), share / 100)


@then("the capacity of the stress mix of leads is reported, and is at least {users:d} users")
def has_capacity(context: Context, users: int) -> None:
    """The report has a curve of what was tried, and the highest number of users that kept the objectives."""
    stress.demand_capacity(context.world, users)


@when("the stress mix about leads, campaigns and workflows is sent while one caller of leads asks too much")
def send_beside_greedy(context: Context) -> None:
    """Fifty users send the mix, and one more caller lists the leads without a pause."""
    stress.send_beside_greedy(context.world, 50, 10)


@then("the caller of leads who asked too much was told to wait, and nobody else was")
def only_greedy_is_blocked(context: Context) -> None:
    """That caller was told to wait again and again, and no request of the mix was refused so."""
    assert_that(stress.wrongly_blocked(context.world), empty(), "who was blocked, or was not")


@then("the chart of the stress mix of leads shows the queue's depth, the latency and the blocks")
def shows_all(context: Context) -> None:
    """One chart over time has the depth of the queue, the latency and the blocks, and each of them has points."""
    assert_that(stress.show_together(context.world), empty(), "lines of the chart without points")
