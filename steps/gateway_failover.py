"""Sentences about failing upstreams: who answers in their place, how often they are called, what callers are told."""

from behave import then
from behave.runner import Context
from hamcrest import assert_that, empty, equal_to, greater_than_or_equal_to, is_in, less_than_or_equal_to

from support.domains.gateway import asking, failover, routing, words
from support.domains.gateway.asking import Register

words.register()


@then("no question led to more calls than the {route:Route} model is configured for")
def not_too_many(context: Context, route: str) -> None:
    """Counted at the upstreams: each question was tried as often as configured, and no more."""
    most = routing.attempts(context.world, route)
    assert_that(routing.more_calls_than(context.world, most), empty(), f"questions that led to more than {most} calls")


@then("the caller is told that the upstreams failed")
def is_told_of_failure(context: Context) -> None:
    """The answer is a server error (5xx), or an upstream's own overload (429), and no success."""
    wrong = failover.not_failed(context.world.part(Register).last)
    assert_that(wrong, empty(), "answers that do not tell of the failure")


@then("the caller is told within {seconds:d} seconds that the upstreams failed")
def is_told_of_failure_in_time(context: Context, seconds: int) -> None:
    """The answer is such an error, and the caller did not wait for it any longer."""
    is_told_of_failure(context)
    answer = context.world.part(Register).last.exchange
    assert_that(answer.duration, less_than_or_equal_to(seconds), f"seconds to the answer; {answer}")


@then("the caller is given the upstream's own refusal, {status:d}")
def is_given_refusal(context: Context, status: int) -> None:
    """The answer has the status that the upstream has refused the request with."""
    answer = context.world.part(Register).last.exchange
    assert_that(answer.status, equal_to(status), answer.describe())


@then(
    "{which:Which} upstream of the {route:Route} model was left alone "
    "for at least {least:d} of the last {last:d} questions"
)
def was_left_alone(context: Context, which: str, route: str, least: int, last: int) -> None:
    """Of the questions that were asked last so many led to no call of this upstream."""
    upstream = asking.upstream_of(context.world, which.removeprefix("the "), route)
    alone = failover.left_alone(context.world, upstream, last)
    assert_that(alone, greater_than_or_equal_to(least), f"questions of the last {last} without a call of {upstream}")


@then("{which:Which} upstream of the {route:Route} model answers again within {seconds:d} seconds")
def answers_again(context: Context, which: str, route: str, seconds: int) -> None:
    """Callers go on asking, and one of them is answered by this upstream."""
    upstream = asking.upstream_of(context.world, which.removeprefix("the "), route)
    failover.await_answer_by(context.world, route, upstream, seconds)


@then("the caller is told within the time-out of the {route:Route} model that it was exceeded")
def is_timed_out(context: Context, route: str) -> None:
    """The answer came when the time of the request was over, and told that (504)."""
    seconds = failover.timeout(context.world, route)
    wrong = failover.not_timed_out(context.world.part(Register).last, seconds)
    assert_that(wrong, empty(), f"what is wrong with the end after {seconds:g} s")


@then("the caller is answered, or told so, within the time-out of the {route:Route} model")
def is_answered_or_timed_out(context: Context, route: str) -> None:
    """There was a right answer, or word that the time was over (504), before it was."""
    seconds = failover.timeout(context.world, route)
    wrong = failover.neither_answered_nor_timed_out(context.world, context.world.part(Register).last, seconds)
    assert_that(wrong, empty(), f"what is wrong with the end after {seconds:g} s")


@then("no upstream was called again before the time that it had named")
def not_called_early(context: Context) -> None:
    """Between a refusal with Retry-After and the next call of the same upstream there was at least that time."""
    assert_that(failover.called_too_early(context.world), empty(), "calls that came too early")


@then("the caller of the model gets an answer, or is told to wait")
def is_answered_or_waits(context: Context) -> None:
    """The question was answered in the end, or refused for now (429, 502 or 503)."""
    answer = context.world.part(Register).last.exchange
    assert_that(answer.status, is_in([200, 429, 502, 503]), answer.describe())
