"""What is told of a definition before a run: contradictions refuse it, what is missing is a note, all at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rich.console import Console

from support.base.outcomes import UsageError
from support.run.accept import accept
from tests.support.run.conftest import listed

from .conftest import Checkout

Said = tuple[Console, Callable[[], str]]
SYSTEM, CRITERIA, FEATURE = "systems/tiny/system.yaml", "features/tiny/criteria.yaml", "features/tiny/sums.feature"
STEPS = """
    from behave import given, then
    @given("it has metrics")
    def metrics(context):
        "They are read."
        context.world.endpoint("metrics")
    @then('it refuses as "{kind}"')
    def refuses(context, kind):
        "Refused."
        context.world.system.refusal(kind)
    """


@pytest.fixture(autouse=True)
def _report(monkeypatch: pytest.MonkeyPatch) -> None:
    """The report has tests of its own; here it takes no time."""
    monkeypatch.setattr("support.evidence.report.generate", lambda results, output, *_: output / "index.html")
    monkeypatch.setattr("support.evidence.report.report_links", lambda report: {})
    monkeypatch.setattr("support.evidence.report.shown", listed)


def change(checkout: Checkout, name: str, old: str, new: str) -> None:
    path = checkout.root / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_all_contradictions_refuse_a_run_in_one_message(
    checkout: Checkout, console: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("TINY_ONE", "TINY_TWO"):
        monkeypatch.delenv(variable, raising=False)
    tokens = 'identities:\n  one: {role: a, token: "${TINY_ONE}"}\n  two: {role: b, token: "${TINY_TWO}"}\n'
    change(checkout, SYSTEM, "endpoints:", f"{tokens}endpoints:")
    change(checkout, CRITERIA, "system: tiny", "system: teeny")
    with pytest.raises(UsageError) as refused:
        accept(checkout.order(), console[0])
    told = str(refused.value).replace(f"{checkout.root}/", "")
    assert told.splitlines() == [
        f"{SYSTEM}:11: identities.one.token: reads the environment variable TINY_ONE, which is not set: "
        "set it and try again",
        f"{SYSTEM}:12: identities.two.token: reads the environment variable TINY_TWO, which is not set: "
        "set it and try again",
        f"{CRITERIA}:2: system: is 'teeny', but the system is 'tiny'",
    ]
    assert not (checkout.reports / "run.json").exists()
    for variable in ("TINY_ONE", "TINY_TWO"):
        monkeypatch.setenv(variable, "x")
    change(checkout, CRITERIA, "system: teeny", "system: tiny")
    assert accept(checkout.order(), console[0]) == 0


def test_what_is_missing_is_told_at_the_start_in_one_note(checkout: Checkout, console: Said) -> None:
    checkout.write("steps/more.py", STEPS)
    checkout.feature("Given Tiny is running", "And it has metrics", 'Then it refuses as "forbiden"')
    change(checkout, SYSTEM, "endpoints:", "refusals: {forbidden: 403}\nendpoints:")
    accept(checkout.order(), console[0])
    said = console[1]()
    assert said.index("Note: ") < said.index("1 scenario over http")
    assert f"Note: {checkout.root}/{SYSTEM} does not declare what scenarios need, so they cannot be verified:" in said
    assert f"\n  endpoints.metrics (there are: health): 1 scenario, at {FEATURE}:5\n" in said
    assert f"\n  refusals.forbiden (did you mean 'forbidden'?): 1 scenario, at {FEATURE}:6\n" in said


def test_what_is_not_part_of_the_run_or_cannot_be_shown_anyway_is_not_told(checkout: Checkout, console: Said) -> None:
    checkout.write("steps/more.py", STEPS)
    needing = "\n      Given it has metrics\n      And"
    for tag, title in (("@needs.logs", "Large"), ("@slow", "Over HTTP only")):
        change(checkout, FEATURE, f"Example: {title}\n      Given", f"{tag}\n    Example: {title}{needing}")
    accept(checkout.order(tags=("not @slow",)), console[0])
    assert "Note: " not in console[1]()


def test_an_endpoint_that_nothing_reads_is_told(checkout: Checkout, console: Said) -> None:
    change(checkout, SYSTEM, "{health: /health}", "{health: /health, helth: /health}")
    accept(checkout.order(), console[0])
    assert f"Note: {checkout.root}/{SYSTEM}:10: endpoints.helth: nothing reads it" in console[1]()


def test_a_scenario_that_needs_what_is_missing_is_not_verified_and_names_it(checkout: Checkout, console: Said) -> None:
    environment = """
        from support.world import hooks
        from support.base.systems import load
        class World:
            system = load(__import__("pathlib").Path("systems/tiny/system.yaml"))
            endpoint = system.endpoint
        def before_scenario(context, scenario):
            context.world = World()
        def after_step(context, step):
            hooks.skip_if_not_verified(context.scenario, step)
        """
    checkout.write("environment.py", environment)
    checkout.write("steps/more.py", STEPS)
    checkout.feature("Given Tiny is running", "And it has metrics", "Then 1 and 1 make 2")
    accept(checkout.order(), console[0])
    said = " ".join(console[1]().split())  # a long path has the line broken
    assert "[1/1] not verified: One" in said
    assert f"{SYSTEM} does not declare endpoints.metrics, which this needs" in said
    assert "endpoints.metrics (there are: health)" in said
