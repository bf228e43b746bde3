"""A story reads as numbered steps with expected beside seen, and its script repeats them."""

import shutil
import subprocess

import pytest

from support.model import Step, Story, curl

STORY = Story(
    (Step("anna registers chat-a", curl.command("POST", "/services", "it's: ünï", "application/yaml")), Step("a kill")),
    "the services chat-a",
    "nobody",
)


def test_steps_are_numbered_and_what_differs_stands_side_by_side():
    assert STORY.text().splitlines() == [
        " 1. anna registers chat-a",
        " 2. a kill",
        "",
        f"{'expected':<56}  | seen",
        f"{'-' * 56}  | {'-' * 56}",
        f"{'the services chat-a':<56}  | nobody",
    ]


def test_the_short_form_tells_the_steps_and_what_differs():
    assert STORY.short() == "expected the services chat-a, but nobody, after\n1. anna registers chat-a\n2. a kill"


def test_of_a_long_story_the_short_form_tells_the_last_steps():
    told = Story(tuple(Step(f"step {number}") for number in range(1, 11)), "a", "b").short().splitlines()
    assert told[:3] == ["expected a, but b, after", "… 2 steps, and then", "3. step 3"]
    assert told[-1] == "10. step 10"


def test_a_long_difference_is_cut_in_the_short_form():
    assert len(Story((), "word " * 500, "other " * 500).short()) < 600


def test_the_script_tells_each_step_and_what_to_compare():
    script = STORY.script(curl.PREAMBLE)

    assert "# 1. anna registers chat-a" in script
    assert "# (by hand)" in script
    assert script.rstrip().endswith("# seen:     nobody")


@pytest.mark.skipif(shutil.which("sh") is None, reason="there is no shell here")
def test_the_script_is_sound_for_a_shell():
    done = subprocess.run(
        ["sh", "-n"], input=STORY.script(curl.AUTHORIZED), text=True, capture_output=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("sh") is None, reason="there is no shell here")
def test_what_is_sent_passes_the_shell_letter_by_letter():
    command = STORY.steps[0].command.replace("curl", "printf '%s\\n'", 1)
    done = subprocess.run(["sh", "-c", f"URL=http://x; {command}"], text=True, capture_output=True, check=True)

    assert "http://x/services" in done.stdout
    assert "it's: ünï" in done.stdout
