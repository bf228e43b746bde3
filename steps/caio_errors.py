"""Sentences about mistakes: what is wrong in a request, and how it is refused."""

from behave import then, when
from behave.runner import Context
from hamcrest import all_of, assert_that, empty, has_length, only_contains

from support.base import documents
from support.checks.basis import enough
from support.domains.caio import requests
from support.domains.caio.matchers import naming, pointing_at, refused_as, routed_to
from support.domains.caio.session import caio
from support.world import vocabulary

vocabulary.register()


@when('a user asks for "{capabilities:Words}" in a request whose "{field:Words}" is {value:Literal}')
def ask_malformed(context: Context, capabilities: str, field: str, value: str) -> None:
    """A sound request is made but for one field, which has this value or is missing."""
    caio(context.world).ask_for(documents.changed(requests.request(capabilities), field, value))


@when('a user sends only the first half of a request for "{capabilities:Words}"')
def ask_half(context: Context, capabilities: str) -> None:
    """A sound request is written out and cut off in the middle, so that it cannot be read."""
    caio(context.world).heard(
        caio(context.world).over_http.route_text(requests.first_half(requests.request(capabilities)))
    )


@then('it is refused as "{kind:Words}"')
def is_refused(context: Context, kind: str) -> None:
    """The last answer is a refusal of this kind, with the status that the system's definition gives for it."""
    assert_that(caio(context.world).answer, refused_as(kind, context.world.system.refusal(kind)))


@then('it is refused as "{kind:Words}", naming "{field:Words}"')
def is_refused_naming(context: Context, kind: str, field: str) -> None:
    """The refusal is of this kind and one of its errors names this field."""
    expected = all_of(refused_as(kind, context.world.system.refusal(kind)), naming(field))
    assert_that(caio(context.world).answer, expected)


@then('it is refused as "{kind:Words}", pointing at line {line:d}')
def is_refused_pointing(context: Context, kind: str, line: int) -> None:
    """The refusal is of this kind and one of its errors points at this line of what was sent."""
    expected = all_of(refused_as(kind, context.world.system.refusal(kind)), pointing_at(line))
    assert_that(caio(context.world).answer, expected)


@then("nothing has been routed")
def nothing_routed(context: Context) -> None:
    """No answer of the scenario holds a decision."""
    made = [answer.body for answer in enough(caio(context.world).answers, "answers") if answer.accepted]
    assert_that(made, empty(), "decisions made")


@when(
    '{count:d} users ask for "{capabilities:Words}" at the same time and every {nth:d}th of them sends a '
    "malformed request"
)
def ask_together_malformed(context: Context, count: int, capabilities: str, nth: int) -> None:
    """So many requests are made at once; every n-th of them has an intent that is no intent."""
    wrong = documents.changed(requests.request(capabilities), "intent", "nonsense")
    caio(context.world).ask_together(requests.request(capabilities), wrong, count, nth)


@when(
    '{count:d} users ask for "{capabilities:Words}" at the same time and every {nth:d}th of them asks for what '
    "nobody offers"
)
def ask_together_in_vain(context: Context, count: int, capabilities: str, nth: int) -> None:
    """So many requests are made at once; every n-th of them is for what no service offers."""
    wrong = requests.request("what-nobody-offers")
    caio(context.world).ask_together(requests.request(capabilities), wrong, count, nth)


@then('the {count:d} wrong requests are refused as "{kind:Words}"')
def wrong_are_refused(context: Context, count: int, kind: str) -> None:
    """There were so many of them, and each was refused in this way."""
    assert_that(enough(caio(context.world).together.wrong, "wrong requests"), has_length(count))
    assert_that(caio(context.world).together.wrong, only_contains(refused_as(kind, context.world.system.refusal(kind))))


@then('the other {count:d} requests are routed to "{service:Words}"')
def others_are_routed(context: Context, count: int, service: str) -> None:
    """There were so many sound requests, and the decision on each is for this service."""
    assert_that(enough(caio(context.world).together.sound, "sound requests"), has_length(count))
    assert_that(caio(context.world).together.sound, only_contains(routed_to(service)))
