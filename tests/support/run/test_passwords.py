"""A password in the address of a target is on no console and in no file that a run leaves."""

from __future__ import annotations

import pytest

from tests.support.guarded import guarded

from .conftest import Whole

__all__ = ["guarded"]


@pytest.mark.parametrize(
    "command",
    [
        ("behave", "features/", "-D", "url={url}"),
        ("support", "accept", "--system", "tiny", "--url", "{url}"),
        ("support", "accept", "--system", "tiny", "-D", "tiny.url={url}"),
    ],
)
def test_a_whole_run_leaves_the_password_nowhere(whole: Whole, guarded: str, command: tuple[str, ...]) -> None:
    definition = whole.root / "systems/tiny/system.yaml"
    definition.write_text(definition.read_text("utf-8").replace("/health}", "/health, services: /services}"), "utf-8")
    whole.feature("Given Tiny is running", "Then nothing was expected of the target")
    whole.write(
        "steps/address.py",
        """
        from behave import then
        @then("nothing was expected of the target")
        def nothing(context):
            "It fails with all that it knows."
            context.world.start()
            raise AssertionError(context.world.http.get("/health").describe())
        """,
    )
    done = whole.run(*(word.format(url=guarded) for word in command))
    whole.run("support", "report")
    assert set(whole.results().values()) == {"failed"}, done.stdout + done.stderr
    left = [path for path in whole.reports.rglob("*") if path.is_file() and b"s3cr3t" in path.read_bytes()]
    assert left == []
    assert b"s3cr3t" not in done.stdout + done.stderr


@pytest.mark.parametrize("url", ["http://me:s3cr3t@127.0.0.1:9", "http://me:s3/cr3t@host", "s3cr3t", "http://[s3cr3t"])
@pytest.mark.parametrize(
    "command", [("behave", "features/", "-D", "url="), ("support", "accept", "--system", "tiny", "-D", "url=")]
)
def test_an_address_that_is_refused_is_told_without_it(whole: Whole, command: tuple[str, ...], url: str) -> None:
    done = whole.run(*command[:-1], command[-1] + url)
    assert done.returncode == 2
    assert b"s3" not in done.stdout + done.stderr
    assert done.stderr.count(b"\n") == 1
