"""What `signoff new` writes passes `signoff lint`, and runs at once: here against the gateway."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.acceptance import criteria, results, run_record, verdict
from support.base.outcomes import Outcome
from support.base.settings import ROOT, Settings
from support.deployments.server import Launch, ServerProcess
from tests.systems.gateway.promises import ADMIN, USER

HERE = Path(__file__).parent
PATIENCE = ("timeouts.start=120", "timeouts.stop=60", "timeouts.http=60", "timeouts.settle=60")
IN_TIME = "5000 ms"
"""The limit that is written, which a busy machine might miss."""
NOT_OFFERED = {"FRESH-LIMIT-01", "FRESH-METRICS-01"}
"""Criteria that need settings or metrics, which a system that runs elsewhere is not said to offer."""
IN_OPENAPI = {
    "openapi": "3.0.3",
    "info": {"title": "Gateway", "version": "1.0.0"},
    "security": [{"key": []}],
    "paths": {
        "/health": {"get": {"security": []}},
        "/v1/models": {"get": {}},
        "/v1/chat/completions": {
            "post": {
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["model", "messages"],
                                "properties": {
                                    "model": {"enum": ["small"]},
                                    "messages": {
                                        "type": "array",
                                        "items": {
                                            "type": "object",
                                            "required": ["role", "content"],
                                            "properties": {"role": {"enum": ["user"]}, "content": {"type": "string"}},
                                        },
                                    },
                                },
                            }
                        }
                    }
                }
            }
        },
    },
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of the suite with its own systems."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in ("support", "steps", "systems", "features"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("environment.py", "behave.ini", "package.json", "allurerc.mjs"):
        shutil.copy(ROOT / name, folder)
    for path in ROOT.glob("tests/**/features/*/*.feature"):  # the others that use the shared sentences
        copied = folder / path.relative_to(ROOT)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copied)
    return folder


@pytest.fixture
def gateway(limits: Settings, environment: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """The address of a gateway that runs already."""

    def launch(port: int) -> Launch:
        given = {**environment, "GATEWAY_HOST": "127.0.0.1", "GATEWAY_PORT": str(port)}
        return Launch("gateway", [sys.executable, f"{HERE}/serve.py"], {**given}, "/health")

    (tmp_path / "gateway").mkdir()
    process = ServerProcess(launch, limits, tmp_path / "gateway")
    try:
        process.start()
        yield process.url
    finally:
        process.close()


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    tokens = {"FRESH_USER_TOKEN": USER, "FRESH_ADMIN_TOKEN": ADMIN}
    environment = {**os.environ, **tokens, "PYTHONPATH": str(folder)}
    whole = [sys.executable, "-m", *command]
    return subprocess.run(whole, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("described", [False, True])
def test_what_is_written_is_in_order_and_runs_at_once(checkout: Path, gateway: str, described: bool) -> None:
    source = checkout / "openapi.json"
    source.write_text(json.dumps(IN_OPENAPI), encoding="utf-8")
    made = run(checkout, "support", "new", "fresh", *(["--openapi", str(source)] if described else []))
    assert made.returncode == 0, made.stdout + made.stderr
    linted = run(checkout, "support", "lint")
    assert (linted.returncode, linted.stdout) == (0, "No findings\n"), linted.stdout + linted.stderr
    load = checkout / "features" / "fresh" / "load.feature"
    text = load.read_text(encoding="utf-8")
    assert IN_TIME in text
    load.write_text(text.replace(IN_TIME, "60000 ms"), encoding="utf-8")
    reports = checkout / "fresh-reports"
    given = (*PATIENCE, "deployment=remote", f"url={gateway}", f"reports={reports}")
    ended = run(checkout, "behave", "features/fresh", *[word for each in given for word in ("-D", each)])
    assert ended.returncode == 0, ended.stdout + ended.stderr
    listed, record = (
        criteria.load(checkout / "features" / "fresh" / "criteria.yaml"),
        run_record.load(reports / "fresh"),
    )
    about = verdict.judge(
        listed,
        record.plan,
        results.read(reports / "fresh" / "allure-results"),
        partial=record.partial,
        covered=record.covered,
    )
    seen = {each.criterion.id: each.outcome for each in about.criteria}
    assert seen == {name: Outcome.NOT_VERIFIED if name in NOT_OFFERED else Outcome.MET for name in listed.ids}
