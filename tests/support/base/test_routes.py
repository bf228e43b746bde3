"""Upstreams, routes, capabilities and installations are read strictly; mistakes are told with file, line and field."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.base import systems
from support.base.capabilities import UNSAID
from support.base.outcomes import NotVerified, UsageError

GOOD = """\
name: tiny
says: Tiny
title: Tiny gateway
version: "1"
features: gateway
installation: {python: requirements.lock, package: tiny, start_timeout: 60}
upstreams: [a, b]
routes:
  plain: {model: gpt-plain, upstreams: [a], upstream_model: model-of-a}
  weighted: {model: gpt-weighted, upstreams: [a, b], weights: [3, 0], headers: {x-to: "{upstream_a}/v1"}}
identities:
  narrow: {token: sk-narrow, role: caller, routes: [plain], expired: true}
endpoints: {metrics: /metrics}
files:
  config: {path: "{data}/config", template: config.template}
profiles:
  other: {arguments: ["--key", "{upstream_key_b}"], files: {config: +more.template}}
processes:
  gateway:
    command: ["{venv}/bin/tiny", "{port}", "{port_metrics}", "{upstream_direct_a}"]
    ready: {path: /ready, contains: yes-it-is}
    ports: {metrics: [metrics]}
capabilities: [http, weights]
not_offered: {budget: has none}
"""


def read(folder: Path, old: str = "", new: str = "") -> systems.System:
    assert old in GOOD
    (folder / "system.yaml").write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    (folder / "requirements.lock").write_text("tiny==1\n", encoding="utf-8")
    (folder / "config.template").write_text("url: {upstream_a}\n", encoding="utf-8")
    (folder / "more.template").write_text("# repeat 2\nn: {repeated}\n# end\n", encoding="utf-8")
    return systems.load(folder / "system.yaml")


def test_a_gateway_is_described(tmp_path: Path) -> None:
    system = read(tmp_path)
    assert system.feature_folder == "gateway"
    assert (system.route("plain").model_upstream, system.route("weighted").model_upstream) == (
        "model-of-a",
        "gpt-weighted",
    )
    assert system.identities["narrow"].expired
    with pytest.raises(NotVerified, match=r"routes\.hurried"):
        system.route("hurried")


def test_what_is_not_offered_is_told_with_its_reason(tmp_path: Path) -> None:
    absent = read(tmp_path).absent
    assert absent["budget"] == "has none"
    assert absent["cors"] == UNSAID
    assert "weights" not in absent


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("upstreams: [a], up", "upstreams: [x], up", r":9: routes\.plain\.upstreams\[0\]: no such upstream 'x'"),
        ("upstreams: [a], up", "upstreams: [], up", r":9: routes\.plain\.upstreams: List should have at least 1"),
        ("weights: [3, 0]", "weights: [3]", r":10: routes\.weighted\.weights: 1 weights for 2 upstreams"),
        ("weights: [3, 0]", "weights: [0, 0]", r":10: routes\.weighted\.weights: no upstream has a weight above 0"),
        (
            "{upstream_a}/v1",
            "{upstream_z}",
            r":10: routes\.weighted\.headers\.x-to: nothing is known for \{upstream_z\}",
        ),
        ("routes: [plain], ex", "routes: [plian], ex", r"identities\.narrow\.routes\[0\]: no such route; did you mean"),
        ("[http, weights]", "[http, wieghts]", r"capabilities\[1\]: unknown capability 'wieghts'; did you mean"),
        ("{budget: has none}", "{weights: has none}", r"not_offered\.weights: capabilities says that it is offered"),
        ("requirements.lock", "other.lock", r":6: installation\.python: .*other\.lock does not exist"),
        ("{python: requirements.lock, ", "{", r"installation: Value error, give either python"),
        ("ports: {metrics: [metrics]}", "ports: {metrics: [metric]}", r"ports\.metrics\[0\]: no such endpoint"),
        (
            "ports: {metrics: [",
            "ports: {gateway: [",
            r"ports\.gateway: \{port_gateway\} already stands for another port",
        ),
        ("{config: +more", "{conf: +more", r"profiles\.other\.files\.conf: no file from a template; did you mean"),
        ("+more.template", "+none.template", r"profiles\.other\.files\.config: .*none\.template cannot be read"),
        ("{venv}/bin", "{modules}/bin", r"processes\.gateway\.command\[0\]: nothing is known for \{modules\}"),
        ("path: /ready, contains", "port: true, contains", r"contains is about the answer of a path"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_field(tmp_path: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(UsageError, match=told) as caught:
        read(tmp_path, old, new)
    assert str(caught.value).startswith(str(tmp_path / "system.yaml"))


def test_a_template_with_an_unknown_placeholder_is_told_with_its_line(tmp_path: Path) -> None:
    read(tmp_path)
    (tmp_path / "config.template").write_text("a: 1\nurl: {upstream_q}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"config\.template:2: nothing is known for \{upstream_q\}"):
        systems.load(tmp_path / "system.yaml")
