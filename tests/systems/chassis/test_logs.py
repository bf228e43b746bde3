"""Logging and redaction: one JSON object per line, from every logger, without any secret."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import warnings
from collections.abc import Iterator

import pytest
from chassis import logs, redaction


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    # Another test may have left the capture on, and pytest has since put its own recorder in its place.
    logging.captureWarnings(False)
    # So may a server that was run in this process have left its loggers quiet.
    server = logging.getLogger("uvicorn.error")
    quiet, disabled, server.disabled = server.level, server.disabled, False
    server.setLevel(logging.NOTSET)
    yield
    server.setLevel(quiet)
    server.disabled = disabled
    root.handlers, root.level = handlers, level
    logging.captureWarnings(False)


def written(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_own_and_foreign_loggers_write_the_same_shape(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", "info")
    logs.get("mine").info("something", number=1)
    logging.getLogger("uvicorn.error").info("Started %s", "server", extra={"color_message": "Started \x1b"})
    warnings.warn("careful", stacklevel=1)
    lines = written(capsys)
    assert [line["logger"] for line in lines] == ["mine", "uvicorn.error", "py.warnings"]
    assert [line["event"] for line in lines][:2] == ["something", "Started server"]
    assert all(list(line)[:5] == ["time", "level", "event", "request_id", "logger"] for line in lines)
    assert "color_message" not in lines[1]


def test_the_request_id_is_that_of_the_current_request(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", "info")
    token = logs.request_id.set("r-1")
    logs.get("mine").info("inside")
    logs.request_id.reset(token)
    logs.get("mine").info("outside")
    assert [line["request_id"] for line in written(capsys)] == ["r-1", None]


def test_an_error_with_its_traceback_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", "info")
    try:
        raise ValueError("first\nsecond")
    except ValueError as error:
        logs.log_uncaught(ValueError, error, error.__traceback__)
    (line,) = written(capsys)
    assert line["level"] == "critical"
    assert "first\nsecond" in str(line["exception"])


def test_configuring_again_does_not_double_lines_and_the_level_holds(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", "info")
    logs.configure("json", "warning")
    logs.get("mine").info("quiet")
    logs.get("mine").warning("loud")
    assert [line["event"] for line in written(capsys)] == ["loud"]


def test_text_is_one_readable_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("text", "info")
    logs.get("mine").info("something", number=1)
    (line,) = capsys.readouterr().out.splitlines()
    assert "something" in line
    assert "number=1" in line


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_secrets_are_hidden_wherever_they_stand(capsys: pytest.CaptureFixture[str], log_format: logs.LogFormat) -> None:
    redaction.remember('hush"quoted', "hush-plain")
    logs.configure(log_format, "info")
    logs.get("mine").info('hush"quoted', value="x hush-plain y", nested={"deep": ["hush-plain"]})
    logging.getLogger("other").warning("Authorization: Bearer abcdef.ghijkl and %s", "hush-plain")
    out = capsys.readouterr().out
    assert "hush" not in out
    assert "abcdef" not in out
    assert redaction.HIDDEN in out


def test_ordinary_words_stay() -> None:
    assert redaction.redact("the bearer of bad news; authorization failed") == (
        "the bearer of bad news; authorization failed"
    )


@pytest.mark.parametrize("log_format", ["json", "text"])
@pytest.mark.parametrize(
    "more",
    [
        {"method": "POST", "path": "/a", "status": 200, "duration_ms": 1.5, "caller": None},
        {"path": 'it\'s =\t"odd"\n', "caller": "user:1 2", "token": "Bearer abcdefgh", "z": [1, "b"], "a": {"b": True}},
        {},
    ],
)
def test_lines_of_every_request_are_spelled_as_all_others(
    capsys: pytest.CaptureFixture[str], log_format: logs.LogFormat, more: dict[str, object]
) -> None:
    logs.configure(log_format, "info")
    for event in ("request", "an event of more than thirty letters"):
        logs.get("access").info(event, **more)
        logs.Lines("access").info(event, **more)
    lines = [re.sub(r"\d{4}-\S+Z", "", line) for line in capsys.readouterr().out.splitlines()]
    assert lines[1::2] == lines[::2]
    assert len(lines) == 4


def test_lines_of_every_request_stay_in_order_with_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", "info")

    async def log() -> None:
        access = logs.Lines("access")
        for name in "abc":
            access.info(name)
        logs.get("mine").info("d")
        access.info("e")
        access.info("f")
        asyncio.get_running_loop().call_soon(logs.get("mine").info, "g")
        await asyncio.sleep(0)

    asyncio.run(log())
    assert "".join(str(line["event"]) for line in written(capsys)) == "abcdefg"
