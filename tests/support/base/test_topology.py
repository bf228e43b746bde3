"""Processes, stores and templates of a definition are read strictly; what is wrong is told with file, line, field."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from support.base import systems
from support.base.outcomes import NotVerified, UsageError
from support.base.topology import entry_of

GOOD = """\
name: tiny
says: Tiny
title: Tiny, of several processes
version: "1"
deployments: {}
endpoints: {health: /health}
stores:
  queue: {kind: redis}
files:
  config: {path: "{data}/config", template: config.template}
processes:
  worker:
    command: [worker, "{store_queue}", "{url_api}", "{number}", "{region}"]
    ready: {command: [test, -f, "{data}/worker-{number}"]}
    region: north
  api:
    command: [api, "{port}"]
    environment: {WORKER: "{port_worker}"}
    ready: {path: /health}
    entry: true
"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(*change: str, template: str = "{store_queue}") -> Path:
        (tmp_path / "config.template").write_text(template)
        path = tmp_path / "system.yaml"
        if change:
            assert change[0] in GOOD
        path.write_text(GOOD.replace(*change) if change else GOOD)  # type: ignore[arg-type]
        return path

    return written


def test_a_good_one_is_read(write: Write) -> None:
    system = systems.load(write())
    assert list(system.processes) == ["worker", "api"]
    assert entry_of(system.processes) == "api"
    assert entry_of({"worker": system.processes["worker"]}) == "worker"
    assert system.named_process("worker").region == "north"
    with pytest.raises(NotVerified, match=r"does not declare processes.wroker, which this needs; did you mean"):
        system.named_process("wroker")
    with pytest.raises(NotVerified, match=r"does not declare stores.ledger"):
        system.store("ledger")


@pytest.mark.parametrize(
    ("change", "line", "said"),
    [
        (("{url_api}", "{url_apo}"), 13, "processes.worker.command[2]: nothing is known for {url_apo}; did you mean"),
        (("{store_queue}", "{store_kew}"), 13, "processes.worker.command[1]: nothing is known for {store_kew}"),
        (("worker-{number}", "{nummber}"), 14, "ready.command[2]: nothing is known for {nummber}"),
        (("{port_worker}", "{port_woker}"), 18, "processes.api.environment.WORKER: nothing is known for {port_woker}"),
        (("ready: {path: /health}", "ready: {}"), 19, "exactly one of path, port (true) and command"),
        (("{path: /health}", "{path: /health, port: true}"), 19, "exactly one of path, port (true) and command"),
        (("    ready: {path: /health}\n", ""), 16, "processes.api.ready: required field is missing"),
        (("region: north", "region: north\n    entry: true"), 21, "processes.api.entry: worker is the entry already"),
        (("region: north", "replicas: 0"), 15, "processes.worker.replicas: Input should be greater than"),
        (("region: north", "grace: 3"), 15, "processes.worker.grace: unknown field"),
        (("{kind: redis}", "{kind: oracle}"), 8, "stores.queue.kind: Input should be"),
        (("{kind: redis}", "{kind: redis, disk: 100}"), 8, "stores.queue.disk: redis has no disk of its own"),
        (("  config:", "  store_queue:"), 10, "files.store_queue: this name already stands for something else"),
        (('{data}/config"', '{data}/config/"'), 10, "a folder cannot be rendered from a template"),
        (("config.template", "other.template"), 10, "other.template cannot be read"),
        (("deployments: {}", "deployments: {process: {command: [x]}}"), 5, "processes is given too"),
        (
            ("deployments: {}", "deployments: {}\nprofiles: {m: {client_certificate: me}}"),
            6,
            "profiles.m.client_certificate: scheme must be https and files must name tls_client_authority",
        ),
    ],
)
def test_what_is_wrong_is_told_with_file_line_and_field(
    change: tuple[str, str], line: int, said: str, write: Write
) -> None:
    path = write(*change)
    with pytest.raises(UsageError) as told:
        systems.load(path)
    assert any(each.startswith(f"{path}:{line}: ") and said in each for each in str(told.value).splitlines())


def test_an_unknown_name_in_a_template_is_told_with_its_line(write: Write, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as told:
        systems.load(write(template="a: {store_queue}\nb: {store_queu}\n"))
    assert f"{tmp_path / 'config.template'}:2: nothing is known for {{store_queu}}; did you mean" in str(told.value)


def test_what_only_processes_know_is_unknown_elsewhere(write: Write) -> None:
    path = write("endpoints:", 'companions: {c: {command: ["{store_queue}"], ready: /r}}\nendpoints:')
    with pytest.raises(UsageError, match=r":6: companions.c.command\[0\]: nothing is known for \{store_queue\}"):
        systems.load(path)
