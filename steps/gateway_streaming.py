"""Sentences about streams: what their callers see of them, when, and what becomes of them when one side goes away."""

from behave import then, when
from behave.runner import Context
from hamcrest import assert_that, empty, equal_to

from support.checks.basis import enough
from support.domains.gateway import asking, failover, official, requests, routing, stream_judgements, streaming, words
from support.domains.gateway.asking import Register
from support.domains.gateway.streams import Leave

words.register()

AHEAD = 3
"""Tokens that an upstream may have made before the first of them must have reached the caller."""


@when("a caller asks for a stream of the {route:Route} model")
def stream(context: Context, route: str) -> None:
    """A caller asks for an answer token by token, and reads it to its end."""
    asking.begin(context.world)
    asking.one(context.world, route, stream=True)


@when("a caller asks for a stream of {count:d} tokens of the {route:Route} model, of which one is made every {ms:d} ms")
def stream_paced(context: Context, count: int, route: str, ms: int) -> None:
    """A caller asks for so many tokens, which the upstream makes at this pace."""
    asking.begin(context.world)
    streaming.paced(context.world, route, count, ms / 1000)


@when("{count:d} callers ask for streams of the {route:Route} model at the same moment")
def stream_at_once(context: Context, count: int, route: str) -> None:
    """So many streams are asked for at once."""
    asking.begin(context.world)
    asking.many(context.world, [route] * count, count, stream=True)


@when("a caller asks for a stream of the {route:Route} model with the number of tokens")
def stream_with_usage(context: Context, route: str) -> None:
    """A caller asks for a stream that tells at its end how many tokens were read and made."""
    asking.begin(context.world)
    requests.ask_with_usage(context.world, route)


@when("a caller with an official client asks for a stream of the {route:Route} model")
def stream_officially(context: Context, route: str) -> None:
    """The stream is asked for, and read, by the client of the API's own makers."""
    asking.begin(context.world)
    official.stream(context.world, route)


@when("a caller asks for a long stream of the {route:Route} model and goes away after {count:d} tokens")
def leave_after_tokens(context: Context, route: str, count: int) -> None:
    """A caller closes the connection when it has read so many tokens of many more."""
    asking.begin(context.world)
    streaming.long(context.world, route, Leave(events=count))


@when("a caller asks for a long stream of the {route:Route} model and goes away after {seconds:g} seconds")
def leave_after_seconds(context: Context, route: str, seconds: float) -> None:
    """A caller closes the connection so long after it has asked."""
    asking.begin(context.world)
    streaming.long(context.world, route, Leave(seconds=seconds))


@when(
    "{count:d} callers ask for long streams of the {route:Route} model, "
    "and every second one goes away after {tokens:d} tokens"
)
def some_leave(context: Context, count: int, route: str, tokens: int) -> None:
    """So many streams are asked for at once; half of their callers close the connection early."""
    asking.begin(context.world)
    streaming.some_leave(context.world, route, count, tokens)


@then("each token came before the upstream made the third one after it")
def came_as_made(context: Context) -> None:
    """By the times at which the upstream sent its tokens and the caller had them, on one clock."""
    asked = context.world.part(Register).last
    late = streaming.late_tokens(context.world, asked, AHEAD)
    assert_that(late, empty(), f"tokens that came late; {asked}")


@then("the stream tells the upstream's own number of tokens once")
def tells_usage(context: Context) -> None:
    """The number of tokens read and made stands in one event, and is the one that the upstream has sent."""
    told, sent = streaming.usages(context.world, context.world.part(Register).last)
    assert_that(told, equal_to(enough(sent, "numbers of tokens that the upstream told")), "numbers of tokens")


@then("the caller gets no more than the upstream has sent, once")
def no_more_than_sent(context: Context) -> None:
    """The text that the caller was told is a beginning of the text that the upstream has sent."""
    assert_that(streaming.more_than_sent(context.world), empty(), "what the upstream has not sent")


@then("the caller can tell that the stream broke")
def is_told(context: Context) -> None:
    """The stream was cut, told an error, or passed on what cannot be read: it did not just end as a whole one does."""
    asked = context.world.part(Register).last
    assert_that(streaming.stream_of(asked), streaming.telling_of_break())


@then("the stream does not claim to be complete")
def claims_nothing(context: Context) -> None:
    """It has neither a [DONE] nor an end of the text that the upstream has not sent, unless it tells an error too."""
    asked = context.world.part(Register).last
    claims = stream_judgements.claims_completion(streaming.stream_of(asked))
    assert_that(claims, empty(), f"what claims that it is complete\n{streaming.stream_of(asked).describe()}")


@then("the stream has tokens of one upstream alone, each once")
def is_unmixed(context: Context) -> None:
    """The text is a beginning of what one upstream answers: nothing of another one follows, and nothing comes twice."""
    asked = context.world.part(Register).last
    wrong = streaming.mixed(context.world, asked)
    assert_that(wrong, empty(), f"mixed or repeated\n{streaming.stream_of(asked).describe()}")


@then("the caller was told within the time-out of streams that nothing more comes")
def is_told_in_time(context: Context) -> None:
    """The stream, or the request for it, ended within the time-out of silent streams, and not as a whole one."""
    asked = context.world.part(Register).last
    wrong = failover.silent_too_long(context.world, asked)
    assert_that(wrong, empty(), f"told in time\n{streaming.stream_of(asked).describe()}")


@then("the upstream's call was ended too")
def call_was_ended(context: Context) -> None:
    """The gateway closed its own connection to the silent upstream, within two seconds of the caller's end."""
    wrong = failover.kept_open(context.world, context.world.part(Register).current, 2.0)
    assert_that(wrong, empty(), "calls that went on")


@then("the upstream's call was ended within 1 second")
@then("each upstream's call of a caller who went away was ended within 1 second")
def was_ended(context: Context) -> None:
    """Counted from when the caller closed its connection until the gateway closed its own to the upstream."""
    left = enough(failover.who_left(context.world), "callers who went away")
    assert_that(failover.kept_open(context.world, left, 1.0), empty(), "calls that went on")


@then("each caller who stayed gets the whole stream that answers the own question")
def stayed_is_streamed(context: Context) -> None:
    """Those who stayed had every token once and in order, and one [DONE]."""
    stayed = enough(failover.who_stayed(context.world), "callers who stayed")
    assert_that(routing.wrong_answers(context.world, questions=stayed), empty(), "streams that were not whole")
