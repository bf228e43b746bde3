"""Rules for definitions, with file and line."""

from __future__ import annotations

import pytest

from .conftest import Checkout

SYSTEM, FEATURE, CRITERIA = "systems/tiny/system.yaml", "features/tiny/sums.feature", "features/tiny/criteria.yaml"


def test_a_token_whose_variable_is_not_set(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TINY_TOKEN", raising=False)
    more = 'capabilities: [http, logs]\nidentities:\n  admin:\n    role: admin\n    token: "${TINY_TOKEN}"'
    checkout.change(SYSTEM, "capabilities: [http, logs]", more)
    (finding,) = checkout.findings()
    assert finding.startswith(f"{SYSTEM}:12: unset-token: identities.admin.token: reads the environment variable TINY_")
    monkeypatch.setenv("TINY_TOKEN", "x")
    assert checkout.findings() == []


def test_criteria_that_name_another_system(checkout: Checkout) -> None:
    checkout.change(CRITERIA, "system: tiny", "system: tinny")
    assert checkout.findings() == [
        f"{CRITERIA}:2: criteria-of-another-system: system: is 'tinny', but the system is 'tiny'"
    ]


def test_an_endpoint_that_nothing_reads(checkout: Checkout) -> None:
    checkout.change(SYSTEM, "{health: /health}", "{health: /health, heatlh: /health}")
    assert checkout.findings() == [f"{SYSTEM}:7: unread-endpoint: endpoints.heatlh: nothing reads it"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("context.world.endpoint('route')", "endpoints.route; there are: health"),
        ("context.world.system.metric('sums')", "metrics.sums; there are: none"),
        ("context.world.system.refusal('too-large')", "refusals.too-large; there are: none"),
        ("context.world.system.command('verify', {})", "commands.verify; there are: none"),
        ("context.world.system.companion('backend')", "companions.backend; there are: none"),
        ("context.world.start('tls')", "profiles.tls; there are: default"),
        ("context.world.system.token('user')", "identities.user; there are: none"),
    ],
)
def test_a_step_that_needs_what_the_definition_lacks(checkout: Checkout, body: str, field: str) -> None:
    checkout.add_step("it is given", body)
    assert checkout.findings() == [f"{FEATURE}:9: undeclared-field: {SYSTEM} does not declare {field}"]
    checkout.change(FEATURE, "@TINY-SUM-01", "@TINY-SUM-01 @needs.containers @needs.logs")
    assert len(checkout.findings()) == 1


def test_what_a_scenario_names_in_its_own_words_is_needed_too(checkout: Checkout) -> None:
    checkout.write(
        "steps/more.py",
        """
        from behave import given
        @given('it is refused as "{kind}"')
        def refused(context, kind):
            "Refused."
            context.world.system.refusal(kind)
        """,
    )
    checkout.change(SYSTEM, "capabilities:", "refusals: {forbidden: 403}\ncapabilities:")
    two = "".join(f'And it is refused as "{kind}"\n      ' for kind in ("forbiden", "forbidden"))
    checkout.change(FEATURE, "When it adds", f"{two}When it adds")
    assert checkout.findings() == [
        f"{FEATURE}:9: undeclared-field: {SYSTEM} does not declare refusals.forbiden; did you mean 'forbidden'?"
    ]


def test_all_problems_are_told_at_once(checkout: Checkout) -> None:
    checkout.change(CRITERIA, "system: tiny", "system: other")
    checkout.change(SYSTEM, "{health: /health}", "{health: /health, heatlh: /health}")
    checkout.add_step("it is given", "context.world.endpoint('route')")
    assert sorted(checkout.rules()) == ["criteria-of-another-system", "undeclared-field", "unread-endpoint"]
