"""Feature files: what a run cannot judge whole is refused in one sentence with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.base import feature_files
from support.base.outcomes import UsageError

NOTHING = "nothing of it would be run"
TEXT = "Feature: Gesund für Jürgen\n  Scenario: It is well\n    Given CAIO is running\n"


def only(path: Path) -> feature_files.Problem:
    """The one problem of a file, with which it is refused."""
    (problem,) = feature_files.examine(path)[1]
    with pytest.raises(UsageError, match=r"\.feature:\d+: ") as refused:
        feature_files.parse([str(path)])
    assert str(refused.value) == str(problem)
    assert "\n" not in str(problem)
    return problem


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the feature stands."""
    (tmp_path / "sub").mkdir()
    return tmp_path / "sub" / "health.feature"


@pytest.mark.parametrize(
    ("content", "line", "why"),
    [
        (TEXT.encode("latin-1"), 1, "not in UTF-8"),
        (f"# {'x' * 9}\n\n{TEXT}".encode("latin-1"), 3, "not in UTF-8"),
        (TEXT.encode("utf-16"), 1, "UTF-16"),
        (TEXT.encode("utf-16-be"), 1, "UTF-8"),
        (TEXT.replace("ü", "u").encode("utf-16-le"), 1, "UTF-8"),
        (TEXT.encode("utf-8-sig"), 1, "byte order mark"),
        (TEXT.replace("\n", "\r").encode(), 1, "line breaks"),
        (TEXT.replace("well", "we\u2028ll").encode(), 2, "line separator"),
        (b"", 1, "holds no feature"),
        (b"\n\n", 1, "holds no feature"),
        (b"# nothing yet\n", 1, "holds no feature"),
        (b"# language: de\n", 1, "holds no feature"),
        (b"# language: xx\nFeature: A\n", 1, "xx"),
        (b"# language: en please\nFeature: A\n  Scenario: B\n    Given it\n", 1, "en please"),
        (b"Scenario: B\n  Given it\n", 1, "Scenario: B"),
        (b"Feature: A\n  Scenario: B\n    Given it\n  Scenario C\n    Given it\n", 4, "Scenario C"),
        (b'Feature: A\n  Scenario: B\n    Given it\n      """\n      text\n', 6, "end of file"),
        (b"Feature: A\n  Scenario: B\n    Given it\n      | a | b |\n      | c |\n", 5, "inconsistent cell count"),
        (b"Feature: A\n  Scenario: B\n    Given it\n      | a | b |\n      | c | d\n", 5, "inconsistent cell count"),
        (b"Feature: A\n  Scenario: B\n    Given it\n      | a | b\n      | c | d\n", 3, "the table of a step"),
        (b"Feature: A\n  Scenario: B\n    Given it\n    then what\n", 4, "then what"),
        (b"Feature: A\n  Scenario: B\n    more\n    then what\n    Given it\n", 4, "a step"),
        (b"Feature: A\n  Scenario Outline: B\n    Given it\n", 2, NOTHING),
        (b"Feature: A\n  Scenario Outline: B\n    Given it\n    Examples:\n", 2, NOTHING),
        (
            b"Feature: A\n  Scenario Outline: B\n    Given it\n    Examples:\n      | a |\n",
            2,
            NOTHING,
        ),
        (b"Feature: A\n  Scenario: B\n    Given <a>\n    Examples:\n      | a |\n      | 1 |\n", 4, "scenario outline"),
        (
            b"Feature: A\n  Background:\n    Nothing yet.\n  Scenario: B\n    Given it\n",
            2,
            NOTHING,
        ),
        (b"Feature: A\n  Scenario: B\n    Given it\n      '''\n      x\n      '''\n", 4, "'''"),
    ],
)
def test_a_file_that_cannot_be_judged_is_refused(path: Path, content: bytes, line: int, why: str) -> None:
    path.write_bytes(content)
    problem = only(path)
    assert (problem.path, problem.line) == (str(path), line)
    assert why in problem.why


@pytest.mark.parametrize("text", [TEXT, TEXT.replace("\n", "\r\n"), f"# language: en\n\n# A word\n@a @b # c\n{TEXT}"])
def test_a_whole_file_is_parsed(path: Path, text: str) -> None:
    path.write_bytes(text.encode())
    (feature,) = feature_files.parse([str(path)])
    assert [scenario.name for scenario in feature.walk_scenarios()] == ["It is well"]


def test_rules_backgrounds_outlines_tables_and_texts_are_read_alike(path: Path) -> None:
    path.write_text(
        """
        @a
        Feature: Sums
          Background: Ready
            Given it runs
          Scenario: Without rule
            Given it runs
              | a \\| b | c |
              | 1      |   |
          @b
          Rule: It adds
            Background:
              Given it is warm
            Scenario Outline: <a> and \\n <b>
              * it is asked
                \"\"\"
                Scenario: in a text
                \"\"\"
              @c
              Examples: Small
                | a | b |
                | 1 | 2 |
                # not | now |
                | 3 | 4 |
              Examples: Large
                | b | a |
                | 5 | 6 |
        """,
        encoding="utf-8",
    )
    feature, problems = feature_files.examine(path)
    assert problems == []
    assert feature is not None
    assert len(feature.walk_scenarios()) == 4


def test_the_number_of_further_problems_is_told(path: Path) -> None:
    path.write_bytes(b"")
    (path.parent / "other.feature").write_bytes(b"")
    with pytest.raises(UsageError, match=r"health\.feature:1: .* \(and 1 more: see `signoff lint`\)"):
        feature_files.parse([str(path.parent)])


def test_a_comment_after_an_empty_line_is_no_description(path: Path) -> None:
    path.write_text("Feature: A\n\n  # why\n  Scenario: B\n    Given it\n    Then that\n", encoding="utf-8")
    feature, problems = feature_files.examine(path)
    assert problems == []
    assert feature.scenarios[0].name == "B"
