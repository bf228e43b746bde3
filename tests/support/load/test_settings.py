"""Settings of loads: how much longer they are, and who sends them."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from support.base import settings
from support.base.outcomes import UsageError
from support.cli import app
from support.load.runner import Workers
from support.run import accept


def given(**values: str) -> settings.Load:
    return settings.from_userdata({f"load.{name}": value for name, value in values.items()}, []).load


def test_without_settings_one_process_of_this_machine_sends() -> None:
    assert given().scale == 1
    assert Workers.of(given()) == Workers(local=1)


def test_processes_of_this_machine_or_others() -> None:
    assert Workers.of(given(workers="2")) == Workers(local=2)
    others = Workers.of(given(workers="hare, tortoise", port="6000", patience="5"))
    assert others == Workers(local=0, hosts=("hare", "tortoise"), port=6000, patience=5.0)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("scale", "0.05", "load.scale='0.05' is unusable: Input should be greater than or equal to 0.1"),
        ("scale", "much", "valid number"),
        ("workers", "0", "give how many processes send"),
        ("workers", "hare,,tortoise", "give how many processes send"),
        ("port", "70000", "less than 65536"),
        ("sacle", "2", "did you mean 'load.scale'"),
    ],
)
def test_unusable_settings(name: str, value: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        given(**{name: value})


def test_the_option_for_other_machines_reaches_every_process_of_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    orders: list[accept.Order] = []
    monkeypatch.setattr(accept, "accept", lambda order, _: orders.append(order) or 0)
    done = CliRunner().invoke(app, ["accept", "--load-workers", "hare,tortoise"], catch_exceptions=False)
    assert done.exit_code == 0
    assert orders[0].settings.load.workers == ("hare", "tortoise")
    assert orders[0].overrides == ("load.workers=hare,tortoise",)


def test_the_suite_itself_never_loads_what_patches_the_standard_library() -> None:
    """Only child processes do: see support/load/child.py."""
    loaded = "support.cli, support.world.core, support.load.command, support.load.runner, support.load.comparison"
    script = f"import sys, {loaded};"
    told = subprocess.run(
        [sys.executable, "-c", f"{script} print([name for name in ('gevent', 'locust') if name in sys.modules])"],
        cwd=settings.ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == "[]\n"
