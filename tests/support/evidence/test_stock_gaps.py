"""Each row of what stock allure-behave gets wrong under behave 1.3, done right."""

from __future__ import annotations

from support.base import systems
from tests.support.evidence.conftest import Tree, labels, parameters, statuses


def test_a_scenario_inside_a_rule_is_reported_with_its_table_and_text(tree: Tree) -> None:
    tree.write(
        "features/caio/routing.feature",
        '''
        @critical
        Feature: Requests reach the right service

          @CAIO-ROUTE-03 @blocker
          Rule: A constraint is kept

            Example: The better one needs the internet
              Given the table
                | service    | accuracy |
                | cloud-chat | 0.99     |
              And the text
                """
                service_id: local-chat
                """
              Then it is true
        ''',
    )
    run = tree.run("-D", "interface=python")
    result = run.only()
    assert run.status == 0
    assert result["status"] == "passed"
    assert statuses(result) == ["passed", "passed", "passed"]
    table, text = result["steps"][0]["attachments"][0], result["steps"][1]["attachments"][0]
    assert run.body(table).splitlines() == ["service,accuracy", "cloud-chat,0.99"]
    assert run.body(text) == "service_id: local-chat"
    assert labels(result, "epic") == [systems.find("caio").title]
    assert labels(result, "feature") == ["Requests reach the right service"]
    assert labels(result, "story") == ["A constraint is kept"]
    assert labels(result, "severity") == ["blocker"]
    assert labels(result, "tag") == ["critical", "CAIO-ROUTE-03", "blocker"]
    assert labels(result, "signoff.key") == ["features/caio/routing.feature:8@python"]
    assert result["links"] == [{"type": "tms", "url": "../acceptance.html#CAIO-ROUTE-03", "name": "CAIO-ROUTE-03"}]
    assert parameters(result) == {"interface": "python", "deployment": "process"}


ONE = """
Feature: One
  Scenario: it
    Given it is so
    Then it is true
"""


CLEAN_UP_FAILS = ONE.replace("it is so", "a clean-up that fails")


def test_an_error_in_before_scenario_is_broken(tree: Tree) -> None:
    tree.write("features/one.feature", ONE)
    tree.write("environment.py", "def before_scenario(context, scenario):\n    raise OSError('no room')\n")
    run = tree.run()
    assert run.status == 1
    assert run.only()["status"] == "broken"
    assert "no room" in run.only()["statusDetails"]["message"]


def test_an_assertion_in_a_hook_is_broken_for_no_step_has_judged_the_product(tree: Tree) -> None:
    tree.write("features/one.feature", ONE)
    tree.write("environment.py", "def before_scenario(context, scenario):\n    assert False, 'bad set-up'\n")
    assert tree.run().only()["status"] == "broken"


def test_an_error_in_after_scenario_is_broken(tree: Tree) -> None:
    tree.write("features/one.feature", ONE)
    tree.write("environment.py", "def after_scenario(context, scenario):\n    raise OSError('cannot stop it')\n")
    run = tree.run()
    assert run.status == 1
    assert run.only()["status"] == "broken"
    assert "cannot stop it" in run.only()["statusDetails"]["message"]
    assert "OSError" in run.only()["statusDetails"]["trace"]


def test_an_error_in_a_clean_up_is_broken_and_told(tree: Tree) -> None:
    tree.write("features/one.feature", CLEAN_UP_FAILS)
    run = tree.run()
    assert run.status == 1
    assert statuses(run.only()) == ["passed", "passed"]
    assert run.only()["status"] == "broken"
    assert "cannot put it back" in run.only()["statusDetails"]["message"]


def test_a_clean_up_error_is_broken_also_when_output_is_not_captured(tree: Tree) -> None:
    tree.write("features/one.feature", CLEAN_UP_FAILS)
    run = tree.run("--no-capture", "--no-capture-hooks")
    assert run.only()["status"] == "broken"
    assert "clean-up" in run.only()["statusDetails"]["message"].lower()


def test_a_promise_seen_broken_stays_not_met_when_the_clean_up_fails_too(tree: Tree) -> None:
    tree.write(
        "features/one.feature",
        "Feature: One\n  Scenario: it\n    Given a clean-up that fails\n    Then the promise is broken\n",
    )
    details = tree.run().only()["statusDetails"]
    assert tree.read().only()["status"] == "failed"
    assert details["message"].startswith("expected 3 answers, saw 2")
    assert "cannot put it back" in details["message"]


def test_an_error_in_before_feature_breaks_each_of_its_scenarios(tree: Tree) -> None:
    tree.write("features/one.feature", ONE + "\n  Rule: R\n    Example: other\n      Given it is so\n")
    tree.write("environment.py", "def before_feature(context, feature):\n    raise OSError('no disk')\n")
    run = tree.run()
    assert run.status == 1
    assert {result["name"]: result["status"] for result in run.results} == {"it": "broken", "other": "broken"}
    assert "no disk" in run.named("other")["statusDetails"]["message"]


def test_an_error_in_before_rule_breaks_its_scenarios_only(tree: Tree) -> None:
    tree.write("features/one.feature", ONE + "\n  Rule: R\n    Example: other\n      Given it is so\n")
    tree.write("environment.py", "def before_rule(context, rule):\n    raise OSError('no disk')\n")
    run = tree.run()
    assert run.named("it")["status"] == "passed"
    assert run.named("other")["status"] == "broken"
    assert "no disk" in run.named("other")["statusDetails"]["message"]


def test_an_error_in_before_all_breaks_every_scenario_of_every_feature(tree: Tree) -> None:
    tree.write("features/a/one.feature", ONE)
    tree.write("features/b/one.feature", ONE)
    tree.write("environment.py", "def before_all(context):\n    raise OSError('no disk')\n")
    run = tree.run()
    assert run.status == 1
    assert [result["status"] for result in run.results] == ["broken", "broken"]


def test_an_error_after_a_feature_is_an_error_of_the_run(tree: Tree) -> None:
    tree.write("features/one.feature", ONE)
    tree.write("environment.py", "def after_feature(context, feature):\n    raise OSError('cannot close')\n")
    run = tree.run()
    assert run.status == 1
    assert "cannot close" in run.globals[0]["errors"][0]["message"]


def test_the_same_names_in_two_systems_are_two_histories(tree: Tree) -> None:
    tree.write("features/a/one.feature", ONE)
    tree.write("features/b/one.feature", ONE)
    results = tree.run().results
    assert len(results) == 2
    for field in ("historyId", "testCaseId", "fullName"):
        assert len({result[field] for result in results}) == 2
    assert sorted(labels(results[0], "epic") + labels(results[1], "epic")) == ["a", "b"]


def test_one_scenario_over_two_interfaces_is_two_histories_of_one_test_case(tree: Tree) -> None:
    tree.write("features/a/one.feature", ONE)
    tree.run("-D", "a.interface=python")
    results = tree.run("-D", "clean=false").results
    assert len({result["historyId"] for result in results}) == 2
    assert len({result["testCaseId"] for result in results}) == 1
    assert sorted(parameters(result)["interface"] for result in results) == ["http", "python"]


def test_the_reason_of_a_skip_is_told(tree: Tree) -> None:
    tree.write("features/one.feature", ONE)
    tree.write("environment.py", "def before_scenario(context, scenario):\n    scenario.skip('no Docker here')\n")
    run = tree.run()
    assert run.status == 0
    assert run.only()["status"] == "skipped"
    assert run.only()["statusDetails"]["message"] == "no Docker here"


def test_a_skip_without_a_reason_is_broken(tree: Tree) -> None:
    tree.write("features/one.feature", ONE)
    tree.write("environment.py", "def before_scenario(context, scenario):\n    scenario.skip()\n")
    assert tree.run().only()["status"] == "broken"


def test_attachments_outside_a_scenario_belong_to_the_run(tree: Tree) -> None:
    tree.write("features/one.feature", ONE)
    tree.write(
        "environment.py",
        """
        import allure
        from support.evidence.attachments import Evidence

        def before_all(context):
            allure.attach("began", name="begin")

        def after_all(context):
            Evidence().text("end", "ended")
        """,
    )
    run = tree.run()
    assert run.status == 0
    attached = [attachment for item in run.globals for attachment in item["attachments"]]
    assert {attachment["name"]: run.body(attachment) for attachment in attached} == {"begin": "began", "end": "ended"}
    assert "attachments" not in run.only() or run.only()["attachments"] == []


def test_a_dry_run_leaves_nothing(tree: Tree) -> None:
    tree.write("features/one.feature", ONE)
    assert tree.run("--dry-run").results == []
    assert not (tree.root / "reports").exists()


def test_a_dry_run_leaves_earlier_results_alone(tree: Tree) -> None:
    tree.write("features/one.feature", ONE)
    before = tree.run().only()["uuid"]
    assert tree.run("--dry-run").only()["uuid"] == before


def test_what_a_step_says_of_its_scenario_is_heard(tree: Tree) -> None:
    tree.write("features/one.feature", "@minor\nFeature: One\n  Scenario: it\n    Given it describes itself\n")
    tree.write(
        "steps/dynamic.py",
        """
        import allure
        from behave import given

        @given("it describes itself")
        def describes(context):
            allure.dynamic.label("layer", "system")
            allure.dynamic.severity(allure.severity_level.CRITICAL)
            allure.dynamic.title("a better name")
            allure.dynamic.parameter("seed", 7)
            allure.dynamic.description("what it is for")
            allure.dynamic.link("https://example.test/1", name="one")
            with allure.step("a part of it"):
                allure.attach("inside", name="note", attachment_type=allure.attachment_type.TEXT)
        """,
    )
    run = tree.run()
    result = run.only()
    assert labels(result, "layer") == ["system"]
    assert labels(result, "severity") == ["critical"]
    assert result["name"] == "a better name"
    assert parameters(result)["seed"] == "7"
    assert result["description"] == "what it is for"
    assert result["links"][0]["url"] == "https://example.test/1"
    part = result["steps"][0]["steps"][0]
    assert (part["name"], part["status"]) == ("a part of it", "passed")
    assert run.body(part["attachments"][0]) == "inside"
