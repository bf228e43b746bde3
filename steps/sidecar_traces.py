"""Sentences about traces: chats that are to be explained, and how far the explanation of each has come."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, empty, equal_to, has_entries, has_length, less_than_or_equal_to, matches_regexp

from support.domains.sidecar import api, chaos, explainers, graphs, traces
from support.domains.sidecar.traces import Traces
from support.world import vocabulary

vocabulary.register(Way=traces.WAYS)


@given("each explanation takes {seconds:d} second")
def hold(context: Context, seconds: int) -> None:
    """From now on the explainers take so much longer for each trace."""
    chaos.hold(context.world, seconds)


@when("a user has a chat explained by {level:w} whose answer comes {way:Way}")
def explain(context: Context, level: str, way: str) -> None:
    """A user asks for an explanation of this level; the answer is streamed or not."""
    traces.explain(context.world, level=level, stream=traces.WAYS[way])


@when('a user asks for a chat to be explained by "{level:Words}"')
def explain_strangely(context: Context, level: str) -> None:
    """A user asks for an explanation of a level that there may not be."""
    traces.explain(context.world, level=level)


@when("a user has a chat explained")
def explain_one(context: Context) -> None:
    """A user has a chat explained by sentence."""
    traces.explain(context.world)


@given("a user has had {count:d} chats explained")
@when("a user has {count:d} chats explained")
def explain_many(context: Context, count: int) -> None:
    """A user has so many chats explained, one after the other; their traces may still be on their way."""
    traces.explain_many(context.world, count)


@given('a user has a chat whose trace is "{status:Words}"')
def explain_until(context: Context, status: str) -> None:
    """A user has a chat explained, and its trace has come this far."""
    traces.explain(context.world)
    traces.await_status(context.world, context.world.part(Traces).last, status)


@given("a user has a chat whose trace waits")
def explain_held(context: Context) -> None:
    """A user has a chat explained, which takes a while."""
    traces.explain_held(context.world)


@given('a trace is "{status:Words}"')
def one_is(context: Context, status: str) -> None:
    """One of the traces has come this far."""
    traces.await_any(context.world, status)


@given('each trace has ended as "{end:Words}"')
@then('each trace ends as "{end:Words}"')
def all_end(context: Context, end: str) -> None:
    """Each trace of the scenario ends, and in this way."""
    assert_that(traces.other_ends(context.world, end), empty(), "traces that ended otherwise")


@given("every trace has ended")
@then("each trace has an end")
def all_have_ended(context: Context) -> None:
    """Each trace of the scenario ends, in whichever way."""
    ends = [traces.await_end(context.world, each) for each in context.world.part(Traces).made]
    assert_that(ends, has_length(len(context.world.part(Traces).made)), "ends of traces")


@then('the last {count:d} traces end as "{end:Words}"')
def last_end(context: Context, count: int, end: str) -> None:
    """So many traces, the last ones, end in this way."""
    found = traces.other_ends(context.world, end, context.world.part(Traces).made[-count:])
    assert_that(found, empty(), "traces that ended otherwise")


@then('the trace ends as "{end:Words}"')
def ends(context: Context, end: str) -> None:
    """The last trace ends, and in this way."""
    assert_that(traces.await_end(context.world, context.world.part(Traces).last), equal_to(end), "how it ended")


@then('the trace ends as "{end:Words}" within {seconds:d} seconds')
def ends_within(context: Context, end: str, seconds: int) -> None:
    """The last trace ends within this time, and in this way."""
    seen = traces.await_end(context.world, context.world.part(Traces).last, seconds)
    assert_that(seen, equal_to(end), "how it ended")


@then('the trace goes on as "{first:Words}" and then "{second:Words}"')
def goes_on(context: Context, first: str, second: str) -> None:
    """The last trace is seen in both statuses, one after the other."""
    for status in (first, second):
        traces.await_status(context.world, context.world.part(Traces).last, status)
    seen = context.world.part(Traces).seen[context.world.part(Traces).last.id]
    assert_that(seen, equal_to([traces.QUEUED, first, second]), "statuses that were seen")


@then("its trace never went back")
@then("no trace ever went back")
def none_went_back(context: Context) -> None:
    """Every status that was seen may follow the one that was seen before it."""
    assert_that(traces.gone_backwards(context.world), empty(), "traces that went a wrong way")


@then('the trace stays "{status:Words}"')
def stays(context: Context, status: str) -> None:
    """The last trace has this status, and keeps it for longer than an explanation takes."""
    traces.stays(context.world, context.world.part(Traces).last, status)
    told = context.world.part(Traces).told[context.world.part(Traces).last.id]
    assert_that(told, has_entries(status=status), "what is told of the trace")


@then('each trace stays "{status:Words}" with the same graph')
def all_stay(context: Context, status: str) -> None:
    """No trace leaves this status, and each delivers the graph that it had."""
    assert_that(graphs.changed(context.world, status), empty(), "graphs that are others now")


@then("the trace has no graph")
def has_no_graph(context: Context) -> None:
    """Whoever asks for the graph of the last trace is told that there is none."""
    found = graphs.delivered(context.world, context.world.part(Traces).last)
    assert_that(found, empty(), "graphs that are delivered all the same")


@then("its graph is still there")
def has_graph(context: Context) -> None:
    """The graph of the last trace is delivered, and is valid."""
    graph = graphs.of(context.world, context.world.part(Traces).last)
    assert_that(graphs.wrong_in(graph, graphs.VERSION), empty(), "what is wrong with the graph")


@then("the chat is answered, and names a trace")
def is_answered(context: Context) -> None:
    """The last chat succeeded, has an answer as chats have it, and names the trace of its explanation."""
    chat = context.world.part(Traces).chat
    assert_that(chat.status, equal_to(200), str(chat))
    assert_that(api.shape_wrong(chat), empty(), "what is wrong with the answer")
    assert_that(chat.headers.get(api.TRACE, ""), matches_regexp(r"^[\w-]{16,}$"), "name of the trace")


@then("the chat took at most {seconds:d} second")
def took(context: Context, seconds: int) -> None:
    """By the user's own watch the whole answer came within this time."""
    took = context.world.part(Traces).chat.duration
    context.world.evidence.observation("time to the chat's answer", round(took, 3), seconds, "s", 1)
    assert_that(took, less_than_or_equal_to(seconds), "seconds to the answer")


@then("each chat names another trace")
def names_differ(context: Context) -> None:
    """There are as many traces as chats, and each has a name of its own."""
    assert_that(traces.unnamed(context.world), empty(), "chats without a trace of their own")


@when("a user leaves in the middle of a chat that is to be explained")
def leave(context: Context) -> None:
    """The user reads the first words of a long answer, and closes the connection."""
    traces.leave_in_the_middle(context.world)


@then("the trace of the chat has an end")
def has_end(context: Context) -> None:
    """The trace of the last chat ends, in whichever way."""
    end = traces.await_end(context.world, context.world.part(Traces).last)
    assert_that(traces.ENDED, traces.includes(end), "how it ended")


@when("a user looks at a trace that nobody has")
def look_at_nobodys(context: Context) -> None:
    """A user asks for a trace by an id that none has."""
    api.act(context.world, api.USER, "GET", "traces", f"/{traces.NOBODYS}")


@given("the user has cancelled the trace")
@when("the user cancels the trace")
def cancel(context: Context) -> None:
    """The user cancels the last trace; it is accepted."""
    api.done(traces.cancel(context.world, context.world.part(Traces).last))


@when("the user tries to cancel the trace that has ended")
def cancel_late(context: Context) -> None:
    """The user cancels the last trace; whether that is accepted does not matter here."""
    traces.cancel(context.world, context.world.part(Traces).last)


@when("the user asks for the graph of the trace")
def ask_graph(context: Context) -> None:
    """The user asks for the graph of the last trace."""
    context.world.exchanges.append(graphs.ask(context.world, context.world.part(Traces).last))


@then("there is no graph of the trace yet")
def no_graph_yet(context: Context) -> None:
    """The user is refused, and is given no part of a graph."""
    assert_that(graphs.none_yet(context.world), empty(), "what was answered otherwise")


@given("the jobs of the traces have been copied")
def copy_jobs(context: Context) -> None:
    """What is in the queue is copied, so that it can be delivered again."""
    explainers.copy(context.world)


@when("the jobs of the traces are delivered once more")
def deliver_again(context: Context) -> None:
    """The copies are put into the queue, as a queue may deliver a job twice."""
    graphs.keep_all(context.world)
    explainers.deliver_again(context.world)


@given("the queue has lost the jobs of all traces")
def lose_jobs(context: Context) -> None:
    """Redis forgets everything that it holds, and jobs of traces are among it."""
    explainers.lose(context.world)
