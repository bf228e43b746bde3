"""Sentences about the graphs in which explanations are delivered."""

from behave import then, when
from behave.runner import Context
from hamcrest import assert_that, contains_string, empty, equal_to, matches_regexp

from support.checks.shapes import Object, read
from support.domains.sidecar import chats, graphs, traces
from support.world import vocabulary

vocabulary.register()


@when('a user has the chat "{prompt:Words}" explained by {level:w}')
def explain(context: Context, prompt: str, level: str) -> None:
    """A user has this chat explained."""
    traces.explain(context.world, prompt, level)


@when("a user has a chat explained by sentence that the model answers with {answer}")
def explain_answered(context: Context, answer: str) -> None:
    """A user has a chat explained to which the model has an odd answer."""
    chats.explain_answered(context.world, answer)


@when("a user has a chat explained of whose four sentences the model repeats the third")
def explain_repeated(context: Context) -> None:
    """The model answers with a sentence of the prompt, word for word."""
    graphs.explain_repeated(context.world)


@when("a user has the same chat explained twice")
def explain_twice(context: Context) -> None:
    """A user has a chat explained, and the same chat once more."""
    for _ in range(2):
        traces.explain(context.world)


@then('the graph of the trace is valid, of the version "{version:Words}"')
def is_valid(context: Context, version: str) -> None:
    """The graph has the form of the public format, this version, and names no node or edge that it does not have."""
    wrong = graphs.wrong_in(graphs.of_last(context.world), version)
    assert_that(wrong, empty(), "what is wrong with the graph")


@then("the graph joins each {level:w} of the answer with parts of the prompt")
def joins_all(context: Context, level: str) -> None:
    """Each unit of the answer has its node, and an edge that joins it with a node of the prompt."""
    assert_that(graphs.units_missing(context.world, level), empty(), "units of the answer without a node")
    graph = read(graphs.of_last(context.world), Object, "graph")
    assert_that(graphs.unjoined(graph), empty(), "nodes of the answer that nothing is joined with")


@then("the graph says by which method it was made")
def says_method(context: Context) -> None:
    """Likeness, or cause: the reader of the graph is told what its weights mean."""
    method = read(graphs.of_last(context.world), str, "meta", "method")
    assert_that(method, matches_regexp(r"\w{3,}"), "method")


@then("the graph joins the answer with the third sentence before all others")
def names_third(context: Context) -> None:
    """The part of the prompt with the largest weight is the sentence that the model has repeated."""
    graph = read(graphs.of_last(context.world), Object, "graph")
    assert_that(graphs.heaviest(graph), contains_string(graphs.REPEATED), "heaviest part of the prompt")


@then("both graphs are the same")
def are_the_same(context: Context) -> None:
    """But for the names of their traces and the time, both explanations are the same document."""
    first, second = graphs.of_both(context.world)
    assert_that(second, equal_to(first), "second graph")
