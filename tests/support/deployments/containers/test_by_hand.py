"""`signoff image`: images under the names that the compose file has for them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from support.base.outcomes import UsageError
from support.base.settings import ROOT, Settings
from support.base.systems import System
from support.deployments.containers import by_hand, labels
from support.deployments.containers.engine import Engine

from .tiny_system import needs_engine


@pytest.mark.parametrize(
    ("image", "version", "name"),
    [
        ("signoff-caio:1.0.0", None, "signoff-caio:1.0.0"),
        ("signoff-caio:1.0.0", "2.0.0", "signoff-caio:2.0.0"),
        ("tiny", None, "tiny:latest"),
        ("registry.example:5000/some/tiny", "1", "registry.example:5000/some/tiny:1"),
    ],
)
def test_names(image: str, version: str | None, name: str) -> None:
    assert by_hand._versioned(image, version) == name


@needs_engine
def test_each_image_that_can_be_built_is_named_and_told(tiny: System, settings: Settings, real: Engine) -> None:
    (told,) = by_hand.images(tiny, settings, "9.9", print)
    built = real.image("tiny:9.9")
    assert built is not None
    assert (told.name, told.size) == ("tiny:9.9", built.size)
    assert told.digest_name in built.tags
    assert built.labels[labels.CACHE] == told.digest_name.partition(":")[0]
    assert told.base
    assert real.remove_image("tiny:9.9")
    assert real.image(told.digest_name) is not None
    assert real.leftovers(settings.run_id) == []


def test_a_system_without_a_container_has_none(tiny: System, settings: Settings) -> None:
    without = tiny.model_copy(update={"deployments": tiny.deployments.model_copy(update={"container": None})})
    with pytest.raises(UsageError, match="deployments has no container, so there is no image to build"):
        list(by_hand.images(without, settings, None, print))


def test_an_unknown_system_is_refused() -> None:
    command = [sys.executable, "-m", "support", "image", "--system", "ciao"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "unknown system 'ciao'" in ended.stderr
