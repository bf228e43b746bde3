"""Sentences about loads: many users, many requests, and what their users must be able to rely on."""

from behave import given, then, when
from behave.runner import Context

from support.checks.load_demands import Concurrency, Percentile, Success, Throughput
from support.subjects import load
from support.world import vocabulary

vocabulary.register()


@given('{users:n} users have sent {count:n} requests for "{ability:Words}" each')
@when('{users:n} users send {count:n} requests for "{ability:Words}" each, one after the other')
def each_sends(context: Context, users: int, count: int, ability: str) -> None:
    """All users begin at the same time; each sends its next request as soon as its last one is answered."""
    load.each_sends(context.world, users, count, ability)


@when('a user sends {count:n} requests for "{ability:Words}", one after the other')
def one_sends(context: Context, count: int, ability: str) -> None:
    """A single user sends each request as soon as the last one is answered."""
    load.each_sends(context.world, 1, count, ability)


@when('{users:n} users send a request for "{ability:Words}" at the same moment')
def all_at_once(context: Context, users: int, ability: str) -> None:
    """Every user has opened a connection before the first request is sent; then all send theirs at once."""
    load.all_at_once(context.world, users, ability)


@when('{users:n} users send requests for "{ability:Words}" for {seconds:n} seconds, each about once a second')
def for_a_while(context: Context, users: int, ability: str, seconds: int) -> None:
    """Each user sends a request, thinks for a second or so once it is answered, and goes on; a warm-up is left out."""
    load.for_a_while(context.world, users, seconds, ability)


@when('requests for "{ability:Words}" arrive {rate:n} times a second for {seconds:n} seconds')
def arrive(context: Context, ability: str, rate: int, seconds: int) -> None:
    """Requests are sent at this rate whatever becomes of earlier ones; times count from when each was due."""
    load.arriving(context.world, rate, seconds, ability)


@then("at least {percent:g} % succeed")
def succeed(context: Context, percent: float) -> None:
    """So many of the requests were answered with a decision."""
    load.demand(context.world, Success(percent / 100))


@then("all of them succeed")
def all_succeed(context: Context) -> None:
    """Every single request was answered with a decision."""
    load.demand(context.world, Success(1.0))


@then("{percent:g} % of requests take at most {limit:g} ms")
def take_at_most(context: Context, percent: float, limit: float) -> None:
    """By the users' own watch, from the request to the whole answer; a request that failed was never answered."""
    load.demand(context.world, Percentile(percent, limit / 1000, "requests"))


@then("at least {rate:g} are served each second")
def served(context: Context, rate: float) -> None:
    """So many requests were answered with a decision in each second of the load, in the mean."""
    load.demand(context.world, Throughput(rate))


@then("all {count:n} had their connection open at the same time")
def all_connected(context: Context, count: int) -> None:
    """It was the load that was meant: so many connections were open when sending began, as each sender saw its own."""
    load.demand(context.world, Concurrency(count))
