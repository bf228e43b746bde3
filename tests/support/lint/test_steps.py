"""Rules for sentences and step functions."""

from __future__ import annotations

import pytest

from .conftest import Checkout

FEATURE = "features/tiny/sums.feature"
STEPS = "steps/sums.py"


def test_an_undefined_step_is_told_with_the_nearest(checkout: Checkout) -> None:
    checkout.change(FEATURE, "the sum is 2", "the summ is 2")
    assert sorted(checkout.rules()) == ["undefined-step", "unused-step"]
    assert any('the nearest is "the sum is {c:d}"' in finding for finding in checkout.findings())


def test_a_step_defined_for_another_keyword_is_undefined(checkout: Checkout) -> None:
    checkout.change(FEATURE, "When it adds", "Given it adds")
    assert "undefined-step" in checkout.rules()


def test_an_unused_step(checkout: Checkout) -> None:
    checkout.change(STEPS, '"Tiny is running"', '"Tiny is up"')
    checkout.change(FEATURE, "    Given Tiny is running\n", "")
    assert checkout.rules() == ["unused-step"]


def test_a_step_that_only_a_system_of_the_tests_uses(checkout: Checkout) -> None:
    checkout.change(STEPS, '"Tiny is running"', '"Tiny is up"')
    checkout.change(FEATURE, "    Given Tiny is running\n", "")
    trial = "Feature: Up\n  Example: One\n    Given Tiny is up\n"
    checkout.write("tests/data/features/tiny/up.feature", trial)
    assert checkout.rules() == ["unused-step"], "a kept run of old is no use"
    checkout.write("tests/systems/features/tiny/up.feature", trial)
    assert checkout.rules() == []


def test_a_step_defined_twice(checkout: Checkout) -> None:
    checkout.add_step("Tiny is running", "context.world.start()")
    assert set(checkout.rules()) == {"duplicate-step", "ambiguous-step"}


def test_a_step_that_two_sentences_match(checkout: Checkout) -> None:
    checkout.write(
        "steps/others.py",
        """
        from behave import then
        @then("the {what} is {c:d}")
        def other(context, what, c):
            "Whatever."
            assert context.world.of(what) == c
        """,
    )
    assert "ambiguous-step" in checkout.rules()


def add_other(checkout: Checkout) -> None:
    checkout.write(
        "systems/other/system.yaml",
        "name: other\nsays: Other\ntitle: O\nversion: 1.0.0\ndeployments: {}\nendpoints: {}\n",
    )


def test_a_step_that_names_another_system(checkout: Checkout) -> None:
    add_other(checkout)
    checkout.change(STEPS, 'Tiny is running")', '{system} is running")')
    checkout.change(STEPS, "def run(context)", "def run(context, system)")
    assert checkout.findings() == []
    checkout.change(FEATURE, "Tiny is running", "Other is running")
    assert checkout.findings() == [
        f'{FEATURE}:8: another-system: "Other is running" names Other, but its feature is about Tiny: '
        "features name their own system alone"
    ]


def test_a_step_that_only_another_system_has_a_sentence_for(checkout: Checkout) -> None:
    add_other(checkout)
    (checkout.root / STEPS).rename(checkout.root / "steps/tiny_sums.py")
    assert checkout.findings() == []
    (checkout.root / "steps/tiny_sums.py").rename(checkout.root / "steps/other_sums.py")
    whose = "is a sentence of other: runs of tiny do not load it"
    assert f'{FEATURE}:8: another-system: "Tiny is running" {whose}' in checkout.findings()
    assert checkout.rules() == ["another-system"] * 3


def test_a_definition_that_cannot_be_read_is_told_with_the_others_findings(checkout: Checkout) -> None:
    checkout.write("systems/other/system.yaml", "name: other\n")
    checkout.change(FEATURE, "the sum is 2", "the summ is 2")
    assert {"system", "undefined-step"} <= set(checkout.rules())


def test_a_step_without_docstring(checkout: Checkout) -> None:
    checkout.add_step("it is quiet", "context.world.hush()", doc="")
    assert checkout.rules() == ["undocumented-step"]


def test_a_step_function_of_nine_lines(checkout: Checkout) -> None:
    checkout.add_step("it is long", "\n".join(f"context.world.do({n})" for n in range(9)))
    assert checkout.rules() == ["long-step"]


def test_a_step_function_of_eight_lines(checkout: Checkout) -> None:
    checkout.add_step("it is long", "\n".join(f"context.world.do({n})" for n in range(8)))
    assert checkout.rules() == []


@pytest.mark.parametrize("body", ["pass", "...", "return", "return None", "context"])
def test_a_step_that_does_nothing(checkout: Checkout, body: str) -> None:
    checkout.add_step("it is lazy", body)
    assert checkout.rules() == ["idle-step"]


def test_a_step_that_sleeps(checkout: Checkout) -> None:
    checkout.add_step("it naps", "from time import sleep as nap\nnap(1)")
    assert checkout.rules() == ["sleep"]


def test_a_step_that_polls(checkout: Checkout) -> None:
    checkout.add_step("it polls", "while not context.world.ready:\n    context.world.look()")
    assert checkout.rules() == ["polling-step"]


@pytest.mark.parametrize("line", ["import requests", "from httpx import get", "from urllib import request"])
def test_a_step_that_talks_http(checkout: Checkout, line: str) -> None:
    checkout.add_step("it calls", f"{line}\ncontext.world.call()")
    assert checkout.rules() == ["http-step"]


def test_a_step_that_executes_steps(checkout: Checkout) -> None:
    checkout.add_step("it nests", "context.execute_steps('Given Tiny is running')")
    assert checkout.rules() == ["nested-step"]


def test_a_step_for_any_keyword(checkout: Checkout) -> None:
    checkout.add_step("it is whatever", "context.world.be()", keyword="step")
    assert checkout.rules() == ["any-keyword-step"]


def test_step_modules_that_do_not_load(checkout: Checkout) -> None:
    checkout.change(STEPS, "from behave import given, when, then", "from behave import given, when, than")
    assert "syntax" in checkout.rules()
