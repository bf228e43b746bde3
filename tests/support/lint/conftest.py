"""A small checkout that breaks no rule; each test breaks one."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from support import lint

FILES = {
    "systems/tiny/system.yaml": """
        name: tiny
        says: Tiny
        title: Tiny
        version: 1.0.0
        deployments: {}
        endpoints: {health: /health}
        capabilities: [http, logs]
        """,
    "features/tiny/criteria.yaml": """
        system: tiny
        title: Tiny
        technical_areas: [cors]
        criteria:
          - id: TINY-SUM-01
            area: sums
            statement: It adds.
          - id: TINY-SUM-02
            area: sums
            statement: It subtracts.
            planned: true
        """,
    "features/tiny/sums.feature": """
        @blocker
        Feature: Sums

          @TINY-SUM-01
          Rule: It adds
            Example: Small
              Given Tiny is running
              When it adds 1 and 1
              Then the sum is 2
        """,
    "steps/sums.py": '''
        from behave import given, when, then
        from hamcrest import assert_that, equal_to

        @given("Tiny is running")
        def run(context):
            """It is up."""
            context.world.start()

        @when("it adds {a:d} and {b:d}")
        def add(context, a, b):
            """It is asked for a sum."""
            context.world.add(a, b)

        @then("the sum is {c:d}")
        def check(context, c):
            """The sum is right."""
            assert_that(context.world.sum, equal_to(c))
        ''',
}


class Checkout:
    """A small checkout to break rules in."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name, content in FILES.items():
            self.write(name, content)

    def write(self, name: str, content: str) -> None:
        """Write a whole file."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(content), encoding="utf-8")

    def change(self, name: str, old: str, new: str) -> None:
        """Replace a text in a file, which has it."""
        path = self.root / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def add_step(self, text: str, body: str, doc: str = '"""Something."""', keyword: str = "given") -> None:
        """Add a step definition of that body, and a scenario step that uses it."""
        path = self.root / "steps/sums.py"
        lines = "\n".join(f"    {line}" for line in [*([doc] if doc else []), *dedent(body).strip().splitlines()])
        source = f'\nfrom behave import {keyword}\n@{keyword}("{text}")\ndef added(context):\n{lines}\n'
        path.write_text(path.read_text(encoding="utf-8") + source, encoding="utf-8")
        self.change("features/tiny/sums.feature", "When it adds", f"And {text}\n              When it adds")

    def rules(self) -> list[str]:
        """The rules that are broken, one per finding."""
        return [finding.rule for finding in lint.check(self.root)]

    def findings(self) -> list[str]:
        """The findings as they are printed."""
        return [str(finding) for finding in lint.check(self.root)]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A small checkout that breaks no rule."""
    return Checkout(tmp_path)
