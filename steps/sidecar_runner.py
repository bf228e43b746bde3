"""Sentences about the sidecar's end-to-end runner: what it is given, what it misses, and what its report says."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, empty, equal_to, has_entries, has_entry

from support.base import documents
from support.domains.sidecar.platform import runner, runner_report
from support.domains.sidecar.platform.runner import Run
from support.world import vocabulary

vocabulary.register()


@given("Helm is absent for the runner")
def without_helm(context: Context) -> None:
    """Helm's package cannot be loaded by the runner and what it starts."""
    runner.without_helm(context.world)


@given('the runner has no "{flag:Words}"')
def without_file(context: Context, flag: str) -> None:
    """The flag names a file that is not there."""
    runner.without_file(context.world, flag)


@given("Argo CD's Applications for the runner do not prune")
def unpruned(context: Context) -> None:
    """The runner is given Applications that do not state that they prune."""
    runner.unpruned(context.world)


@given("the runner is aimed at the gateway that runs")
def aimed_at_running(context: Context) -> None:
    """The runner is given the address of the system of this scenario."""
    runner.aimed_at_running(context.world)


@given("the runner is aimed at a gateway that is not there")
def aimed_at_nothing(context: Context) -> None:
    """The runner is given an address at which nothing answers."""
    runner.aimed_at_nothing(context.world)


@when('the end-to-end runner is run with only "{only:Words}" without "{skip:Words}"')
def run(context: Context, only: str, skip: str) -> None:
    """The runner is started as its users start it, and runs to its end."""
    runner.run(context.world, {"--only": only, "--skip": skip, "--jobs": "1"})


@then('the report of the runner has results for "{criteria:Words}" alone')
def has_results(context: Context, criteria: str) -> None:
    """These criteria were run, with a result each, and no others."""
    wanted = documents.words(criteria)
    assert_that(runner_report.chosen(context.world), equal_to(set(wanted)), "criteria that were run")
    assert_that(runner_report.statuses(context.world, wanted), equal_to(dict.fromkeys(wanted, runner_report.PASS)))


@then("the report of the runner says of every other criterion that it was left out, and by what")
def others_left_out(context: Context) -> None:
    """Each criterion that was not chosen is a skip which names the flag."""
    assert_that(
        runner_report.left_out_otherwise(context.world), empty(), "criteria that were left out without saying so"
    )


@then('the runner refuses and names "{pattern:Words}"')
def refuses(context: Context, pattern: str) -> None:
    """The runner ends as for a wrong command, names the pattern, and writes no report."""
    assert_that(context.world.part(Run), runner_report.refused(pattern))


@then('the report of the runner says "PASS" of "{good}", "FAIL" of "{bad}" and "SKIP" of "{skipped:Words}"')
def says(context: Context, good: str, bad: str, skipped: str) -> None:
    """These criteria have these statuses."""
    expected = {good: runner_report.PASS, bad: runner_report.FAIL, skipped: runner_report.SKIP}
    assert_that(runner_report.statuses(context.world, list(expected)), equal_to(expected))


@then("the report of the runner gives a reason for whatever did not pass")
def gives_reasons(context: Context) -> None:
    """Each test and criterion that failed or was skipped has a reason in words."""
    assert_that(runner_report.unexplained(context.world), empty(), "what gives no reason")


@then("the summary of the runner's report counts its tests, and the exit status tells of the failure")
def summary_is_right(context: Context) -> None:
    """The counts are those of the tests, and the exit status is 1 with a failure and 0 without."""
    assert_that(runner_report.wrong_in_summary(context.world), empty(), "what the summary says otherwise")


@then("the report of the runner in Markdown says the same as in JSON")
def forms_agree(context: Context) -> None:
    """Status and reason of each test and criterion are the same in both."""
    assert_that(runner_report.only_in_json(context.world), empty(), "tests and criteria that differ")


@then("the report of the runner names revision, tools and versions")
def names_environment(context: Context) -> None:
    """The revision is that of the checkout, the versions are those that are installed, and the tools are named."""
    assert_that(runner_report.wrong_in_environment(context.world), empty(), "what is said otherwise, or not")


@then('the report of the runner has figures with limits for service levels "{slo}" and capacity "{capacity:Words}"')
def has_figures(context: Context, slo: str, capacity: str) -> None:
    """Each of these criteria has a figure with what was observed, its limit and the count of samples."""
    parts = {"slo": documents.words(slo), "capacity": documents.words(capacity)}
    assert_that(runner_report.without_figures(context.world, parts), empty(), "criteria without figures")


@then('the report of the runner says how chaos "{criterion:Words}" ended, and that it passed')
def chaos_passed(context: Context, criterion: str) -> None:
    """The part about chaos has the criterion, as passed."""
    assert_that(runner_report.chaos(context.world), has_entry(criterion, runner_report.PASS))


@then('the report of the runner skips "{criteria:Words}" for "{reason:Words}"')
def skips(context: Context, criteria: str, reason: str) -> None:
    """Each of these criteria is a skip whose reason has these words."""
    expected = dict.fromkeys(documents.words(criteria), runner_report.skipped_for(reason))
    assert_that(runner_report.criteria_of(context.world), has_entries(expected))
