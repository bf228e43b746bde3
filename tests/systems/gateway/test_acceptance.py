"""The gateway is accepted with YAML and Gherkin alone, and each area is seen not met when the gateway is broken."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from support.acceptance import criteria, results, run_record, verdict
from support.acceptance.verdict import Decision, Verdict
from support.base.outcomes import Outcome
from support.base.settings import ROOT

HERE = Path(__file__).parent
PATIENCE = ("timeouts.start=120", "timeouts.stop=60", "timeouts.http=60", "timeouts.settle=60")
"""However busy the machine is, nothing but the gateway decides."""
CROWDED = "others had"
"""The judgement of a limit that was missed while others had nearly all of the machine."""

QUICK = ("GW-AUTH-01", "GW-AUTH-02", "GW-CORS-01", "GW-METRICS-01", "GW-LOGS-01", "GW-LOGS-02", "GW-ERRORS-01")
"""Criteria whose scenarios share one gateway."""
FEW = QUICK[:3]

DEFECTS = {
    "every-key-is-an-admins": ("GW-AUTH-02", QUICK),
    "cors-wildcard": ("GW-CORS-01", QUICK),
    "one-limit-for-all-keys": ("GW-RATE-01", FEW),
    "health-lies": ("GW-HEALTH-01", FEW),
    "metrics-miss-errors": ("GW-METRICS-01", QUICK),
    "logs-another-request-id": ("GW-LOGS-01", QUICK),
    "logs-the-key": ("GW-LOGS-02", QUICK),
    "no-body-limit": ("GW-ERRORS-01", QUICK),
    "no-failover": ("GW-FAILOVER-01", FEW),
    "mixes-answers-up": ("GW-LOAD-01", FEW),
    "slow": ("GW-SLO-01", FEW),
    "errors-as-text": ("GW-DOCUMENT-01", ("GW-CORS-01",)),
}
"""Defect → the criterion that it breaks, and others that are tried with it and must stay met."""
SLOW, SLOWER = "SLOW = 0.4", "SLOW = 8.0"
"""Later than the limit by more than a busy machine makes up for."""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout of the suite whose only system is the gateway."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("support", "steps"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("environment.py", "behave.ini", "package.json", "allurerc.mjs"):
        shutil.copy(ROOT / name, folder)
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    for of_another in folder.glob("steps/caio_*.py"):
        of_another.unlink()
    shutil.copytree(HERE / "acceptance", folder, dirs_exist_ok=True)
    product = folder / "systems" / "gateway"
    for name in ("serve.py", "upstream.py"):
        shutil.copy(HERE / name, product)
    broken = (HERE / "broken.py").read_text(encoding="utf-8")
    assert SLOW in broken
    (product / "broken.py").write_text(broken.replace(SLOW, SLOWER), encoding="utf-8")
    shutil.copytree(HERE / "openai_gateway", product / "openai_gateway", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def judged(folder: Path, reports: Path) -> Verdict:
    reports = reports / "gateway"
    record = run_record.load(reports)
    found, listed = reports / "allure-results", criteria.load(folder / "features" / "gateway" / "criteria.yaml")
    return verdict.judge(listed, record.plan, results.read(found), partial=record.partial, covered=record.covered)


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    whole = [sys.executable, "-m", *command]
    return subprocess.run(whole, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def tried(folder: Path, definition: str, tags: tuple[str, ...], reports: Path, *options: str) -> tuple[Verdict, str]:
    """Have behave try criteria with another definition: the verdict, and what was said."""
    path = folder / "systems" / "gateway" / f"{reports.name}.yaml"
    path.write_text(definition, encoding="utf-8")
    given = (*PATIENCE, *options, f"definition={path}", f"reports={reports}")
    settings = [word for each in given for word in ("-D", each)]
    ended = run(folder, "behave", "features/gateway", *settings, "--tags", " or ".join(f"@{tag}" for tag in tags))
    assert ended.returncode in (0, 1), ended.stdout + ended.stderr
    return judged(folder, reports), ended.stdout + ended.stderr


def outcomes(about: Verdict, among: tuple[str, ...]) -> dict[str, Outcome]:
    return {each.criterion.id: each.outcome for each in about.criteria if each.criterion.id in among}


def definition_of(folder: Path, *swaps: tuple[str, str]) -> str:
    text = (folder / "systems" / "gateway" / "system.yaml").read_text(encoding="utf-8")
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new)
    return text


def test_the_gateway_is_accepted(checkout: Path, tmp_path: Path) -> None:
    settings = [word for each in PATIENCE for word in ("-D", each)]
    command = ("support", "accept", "--system", "gateway", "--jobs", "1", "--reports", str(tmp_path), *settings)
    ended = run(checkout, *command)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    about = judged(checkout, tmp_path)
    assert about.decision is Decision.ACCEPTED
    assert {each.outcome for each in about.criteria} == {Outcome.MET}
    assert "Note:" not in ended.stdout


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_seen_in_its_area_and_in_no_other(checkout: Path, tmp_path: Path, defect: str) -> None:
    broken, others = DEFECTS[defect]
    named = f'GATEWAY_HOST: "{{host}}"\n      BROKEN_GATEWAY: {defect}'
    text = definition_of(checkout, ("{here}/serve.py", "{here}/broken.py"), ('GATEWAY_HOST: "{host}"', named))
    among = tuple({broken, *others})
    options = ("timeouts.settle=4",) if defect == "health-lies" else ()
    about, said = tried(checkout, text, among, tmp_path, *options)
    seen = outcomes(about, among)
    if defect == "slow" and seen[broken] is Outcome.BROKEN and CROWDED in said:
        pytest.skip("others have nearly all of this machine, where a missed limit is rightly left undecided")
    assert seen == {name: Outcome.NOT_MET if name == broken else Outcome.MET for name in among}, said


LACKING: dict[str, tuple[str, Callable[[str], str]]] = {
    "logs.request_id": (
        "GW-LOGS-01",
        lambda text: text.replace("logs: {request_id: request_id, header", "logs: {header"),
    ),
    "endpoints.openapi": ("GW-DOCUMENT-01", lambda text: text.replace("  openapi: /openapi.json\n", "")),
    "errors.message": ("GW-ERRORS-01", lambda text: text.replace(", message: error.message", "")),
    "requests.ask for a chat.answered_by": (
        "GW-FAILOVER-01",
        lambda text: text.replace("    answered_by: {json: system_fingerprint}\n", ""),
    ),
    "metrics.requests.labels.status": ("GW-METRICS-01", lambda text: text.replace(", status: status}", "}")),
}
"""Field → a criterion that needs it, and the definition without it."""


def test_a_criterion_whose_field_is_not_declared_is_not_verified_and_says_which(checkout: Path, tmp_path: Path) -> None:
    text = definition_of(checkout)
    for _, without in LACKING.values():
        assert without(text) != text
        text = without(text)
    among = tuple(criterion for criterion, _ in LACKING.values())
    about, said = tried(checkout, text, among, tmp_path)
    assert outcomes(about, among) == dict.fromkeys(among, Outcome.NOT_VERIFIED), said
    reasons = [
        result.read_text(encoding="utf-8") for result in (tmp_path / "gateway" / "allure-results").glob("*-result.json")
    ]
    assert [field for field in LACKING if not any(f"does not declare {field}" in reason for reason in reasons)] == []
