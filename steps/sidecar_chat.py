"""Sentences about chats with and without the sidecar, and about a model that fails."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, contains_string, empty, equal_to

from support.domains.sidecar import chats, graphs, scripts, traces
from support.domains.sidecar.traces import Traces
from support.world import vocabulary

vocabulary.register(Asked=chats.ASKED, Way=traces.WAYS, Trouble=scripts.TROUBLES)


@given("{system:System} is running with a scripted model for its chats")
def run_scripted(context: Context, system: str) -> None:
    """The model that the sidecar asks is one of the suite's own, which answers as the scenario says."""
    scripts.start(context.world)


@given("{system:System} is running with a model for its chats that nobody runs")
def run_without(context: Context, system: str) -> None:
    """Nobody listens at the address of the model."""
    scripts.start_without(context.world)


@when("a user has the same chat answered {way:Way} by the model itself and {asked:Asked}")
def answer_both_ways(context: Context, way: str, asked: str) -> None:
    """One chat is sent to the model's own address and through the sidecar."""
    chats.answer_both_ways(context.world, way, asked)


@then("both chats were answered by the same bytes")
def same_bytes(context: Context) -> None:
    """Status, kind of content and every byte of the answer are the model's own."""
    assert_that(chats.different(context.world), empty(), "where the answers differ")


@then("only a chat that was to be explained made a trace")
def only_asked(context: Context) -> None:
    """A trace is named where an explanation was asked for, and nothing is said of one elsewhere."""
    assert_that(chats.wrongly_traced(context.world), empty(), "what is said of traces")


@when("a user has a chat explained with a temperature, a seed and a field that nobody knows")
def send_with_more(context: Context) -> None:
    """A chat has fields besides its messages, one of which no model has."""
    chats.send_with_more(context.world)


@then("the model was sent the chat as the user wrote it")
def sent_as_written(context: Context) -> None:
    """Every field reached the model, and no other did."""
    assert_that(chats.sent_otherwise(context.world), empty(), "fields that were sent otherwise")


@then("the model was sent neither the token of the user nor the sidecar's own words of the chat")
def not_sent(context: Context) -> None:
    """No header that reached the model holds the token, or is one by which an explanation is asked for."""
    assert_that(chats.sent_besides(context.world), empty(), "headers that were sent on")


@when("a user has a chat explained while the model {trouble:Trouble}")
def explain_troubled(context: Context, trouble: str) -> None:
    """Something is wrong with the model while a user has a chat explained."""
    chats.explain_troubled(context.world, trouble)


@when("a user has a chat explained word by word while the model {trouble:Trouble}")
def explain_troubled_stream(context: Context, trouble: str) -> None:
    """The same where the answer is streamed."""
    chats.explain_troubled(context.world, trouble, stream=True)


@when("a user has a chat explained while the model is away")
def explain_away(context: Context) -> None:
    """A user has a chat explained, and there is no model that could answer."""
    traces.explain(context.world)


@then("the failed chat has left no trace without an end")
def nothing_left(context: Context) -> None:
    """Either no trace is named, or the one that is ends and is not called complete."""
    assert_that(chats.left_behind(context.world), empty(), "traces that were left behind")
    assert_that(chats.waiting(context.world), empty(), "traces that wait, by the metrics")


@then("the user is told what the model said of the chat")
def told_by_model(context: Context) -> None:
    """The refusal of the model is passed on, with its own words."""
    chat = context.world.part(Traces).chat
    assert_that(chat.status, equal_to(400), str(chat))
    assert_that(chat.text, contains_string("too short"), "answer")


@then("the user can tell that the chat was not answered to its end")
def can_tell(context: Context) -> None:
    """The stream broke off, or tells an error, and has no mark of a proper end."""
    assert_that(chats.looks_whole(context.world.part(Traces).chat), empty(), "what looks like a whole answer")


@then('the trace of the chat ends as "{end:Words}", and has no graph')
def ends_without_graph(context: Context, end: str) -> None:
    """The trace that the chat named ends in this way, and no graph is delivered."""
    trace = context.world.part(Traces).last
    assert_that(traces.await_end(context.world, trace), equal_to(end), "how the trace ended")
    assert_that(graphs.delivered(context.world, trace), empty(), "graphs that are delivered all the same")


@then("every chat was answered as the model answers it")
def all_answered(context: Context) -> None:
    """Each chat succeeded, and repeats the words of its prompt, as the model does."""
    assert_that(chats.unanswered(context.world), empty(), "chats that were not answered")
