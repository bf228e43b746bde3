"""Text that Gherkin takes for description: what was meant as a heading or a step is told from prose by structure."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

import pytest

from support.base import feature_files

STEPS = "  Given CAIO is running\n  When its health is asked for\n  Then CAIO is not ready"


def in_rule(text: str, language: str = "") -> str:
    """A feature in which a rule is described so."""
    words = {"de": ("Funktionalität", "Regel", "Szenario", "Angenommen CAIO läuft")}
    feature, rule, scenario, step = words.get(language, ("Feature", "Rule", "Scenario", "Given CAIO is running"))
    header = f"# language: {language}\n" if language else ""
    below = f"\n    {scenario}: It is well\n      {step}\n"
    return f"{header}{feature}: Health\n  {rule}: Healthy\n{indent(dedent(text), '    ')}\n{below}"


def in_scenario(text: str, steps: str = "Given CAIO is running\nThen CAIO is healthy", background: str = "") -> str:
    """A feature in which a scenario begins so."""
    below = indent(f"{dedent(text)}\n{steps}", "    ")
    return f"Feature: Health\n{background}  Scenario: It is well\n{below}\n"


def told(tmp_path: Path, text: str) -> list[tuple[int, str]]:
    """Line and kind of each problem of a file with that text."""
    path = tmp_path / "health.feature"
    path.write_text(text, encoding="utf-8")
    return [(problem.line, problem.kind) for problem in feature_files.examine(path)[1]]


@pytest.mark.parametrize(
    "heading",
    [
        "Scenario Lost",
        "SCENARIO: Lost",
        "scenario: lost",
        "Scenario : Lost",
        "Scenario：Lost",
        "\u200bScenario: Lost",
        "Scenario; Lost",
        "Scenario - Lost.",
        "Exmaple: Lost",
        "Senario Outline: Lost",
        "Szenario: Lost",
        "Lost",
        "Example Lost",
        "EXAMPLE Lost",
        "Bakground:",
        "BACKGROUND:",
    ],
)
def test_a_heading_that_is_none_is_told_when_steps_follow(tmp_path: Path, heading: str) -> None:
    assert told(tmp_path, in_rule(f"{heading}\n{STEPS}"))[0] == (3, "mistyped-keyword")
    assert told(tmp_path, in_rule(f"{heading}\n{dedent(STEPS)}"))[0] == (3, "mistyped-keyword")
    spaced = STEPS.replace("\n", "\n\n")
    assert told(tmp_path, in_rule(f"It is good to know.\n\n{heading}\n\n{spaced}"))[0] == (5, "mistyped-keyword")


@pytest.mark.parametrize("keyword", ["GIVEN", "given", "Given:", "Given\u00a0", "- Given"])
def test_steps_are_known_in_any_case_and_dress(tmp_path: Path, keyword: str) -> None:
    lost = f"Senario: Lost\n{STEPS}".replace("Given ", f"{keyword} ")
    assert told(tmp_path, in_rule(lost))[0] == (3, "mistyped-keyword")


@pytest.mark.parametrize(
    "text",
    [
        "Scenario Lost\n  Given CAIO is running.\n  When its health is asked for.\n  Then CAIO is not ready.",
        "Senario Lost\n  Given CAIO is running.\n  When its health is asked for.\n  Then CAIO is not ready.",
        "Senario Lost\n  Given the services\n    | name |\n    | chat |",
        "Scenario Lost\n  Then CAIO is not ready",
        "Senario: Lost\n  Then CAIO is not ready",
        "Scenario Lost\n  * CAIO is running\n  * it is not ready",
        "senario: lost\n  given caio is running\n  when its health is asked for\n  then caio is not ready",
        "Scenario Outline Lost\n  Given <a> is running\n  Then <a> is not ready",
        "RULE: It is well",
        "rule: It is well",
        "Rule It is well",
        "FEATURE: Another",
        "Feature: Another",
        "CAIO-HEALTH-01 needs.http",
        "Scenrio: It is well",
    ],
)
def test_other_ways_to_lose_a_heading_are_told(tmp_path: Path, text: str) -> None:
    assert [kind for _, kind in told(tmp_path, in_rule(text))][:1] == ["mistyped-keyword"]


@pytest.mark.parametrize(
    "text",
    [
        "Szenario Verloren\n  Angenommen CAIO läuft\n  Wenn jemand fragt\n  Dann ist CAIO nicht bereit",
        "SZENARIO: Verloren\n  Angenommen CAIO läuft",
        "Scenario: Verloren\n  Angenommen CAIO läuft\n  Dann ist CAIO nicht bereit",
        "Scenario: Verloren\n  Given CAIO is running\n  Then CAIO is not ready",
        "Beispiel Verloren\n  Gegeben sei CAIO\n  Dann ist CAIO nicht bereit",
        "GRUNDLAGE:\n  Angenommen CAIO läuft\n  Und es ist Nacht",
    ],
)
def test_keywords_are_those_of_the_file_and_english_ones(tmp_path: Path, text: str) -> None:
    assert told(tmp_path, in_rule(text, "de"))[0] == (4, "mistyped-keyword")


@pytest.mark.parametrize(
    ("language", "text", "lost"),
    [
        (
            "fr",
            "Fonctionnalité: Santé\n  Règle: Sain\n    Scenario: P\n      Étant donné CAIO\n      Alors il va mal\n",
            4,
        ),
        ("ja", "機能: 健康\n  ルール: 元気\n    シナリオ：失\n      前提CAIOが動く\n      ならば悪い\n", 4),
        ("zh-CN", "功能: 健康\n  规则: 好\n    场景 丢失\n      假如CAIO运行\n      当询问\n      那么不好\n", 4),
        ("ru", "Функция: Здоровье\n  Правило: Здоров\n    сценарий: Потерян\n      Дано CAIO\n      Тогда плохо\n", 4),
        ("es", "Característica: Salud\n  Regla: Sano\n    Escenario Perdido\n      Dado CAIO\n      Entonces mal\n", 4),
    ],
)
def test_every_language_has_its_own_keywords(tmp_path: Path, language: str, text: str, lost: int) -> None:
    assert told(tmp_path, f"# language: {language}\n{text}")[0] == (lost, "mistyped-keyword")


@pytest.mark.parametrize(
    "prose",
    [
        "The operator looks at the health check every morning.",
        "They agree on who leads",
        "An operator looks at it",
        "Given the size of the fleet, nobody looks at each one.",
        "Given the size of the fleet, nobody can\nlook at each one.",
        "Given the size of the fleet, an operator cannot look at each one.\nAnd then there are the nights.",
        "The operator looks at it every morning.\nAnd then, at night, nobody does.",
        "Whoever reads this should know\nwhen and why it was written.",
        "It stops\nand starts\nwhen it is asked to",
        "When a service fails, others go on.\nBut not all of them do.",
        "Scenarios below were reported by operators.",
        "Example services come with the suite",
        "Rules:\n\n* one\n* two",
        "Feature owner: Ada",
        "Background reading: the runbook",
        "Background noise does not count.",
        "In order to sleep\nAs an operator\nI want to see its health",
        "What it adds: numbers",
        "Note:\n- Give it time.\n- Then look again.",
        "It adds,\nfor\nexample: two and two.",
        "See CAIO-HEALTH-01 for more.",
    ],
)
def test_prose_is_left_alone(tmp_path: Path, prose: str) -> None:
    assert told(tmp_path, in_rule(prose)) == []


@pytest.mark.parametrize(
    "prose",
    [
        "The operator looks at the health check every morning.\n",
        "The operator looks at the health check every morning.",
        "The operator looks at it\n",
        "They agree on who leads",
        "An operator looks at it",
        "Ten services are registered",
        "Anders says so",
    ],
)
def test_prose_under_a_scenario_is_left_alone(tmp_path: Path, prose: str) -> None:
    assert told(tmp_path, in_scenario(prose)) == []
    given = "  Background:\n    Given CAIO is running\n\n"
    assert told(tmp_path, in_scenario(prose, "When its health is asked for\nThen CAIO is healthy", given)) == []


@pytest.mark.parametrize(
    "line", ["Givne CAIO is slow", "Givn CAIO is slow", "Givenn CAIO is slow", "Given: CAIO is slow"]
)
def test_a_first_step_whose_keyword_slipped_is_told(tmp_path: Path, line: str) -> None:
    assert told(tmp_path, in_scenario(line)) == [(3, "mistyped-keyword")]


def test_a_line_in_the_place_of_the_only_given_is_told(tmp_path: Path) -> None:
    text = in_scenario("Assuming CAIO is slow", "When its health is asked for\nThen CAIO is healthy")
    assert told(tmp_path, text) == [(3, "mistyped-keyword")]


def test_steps_in_another_case_than_gherkins_are_told(tmp_path: Path) -> None:
    assert told(tmp_path, in_scenario("GIVEN CAIO is slow"))[0] == (3, "mistyped-keyword")
    assert told(tmp_path, in_scenario("given CAIO is slow"))[0] == (3, "parsers-disagree")
