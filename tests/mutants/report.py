"""The report of a sample: on the console, as Markdown and as JSON beside the other figures."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.mutants.kept import from_json
from tests.mutants.outcome import Fate, Result, Score
from tests.mutants.verdicts import Equivalent, why_equivalent

SHOWN = 160
"""Characters of a changed line that are shown."""


@dataclass(frozen=True, slots=True)
class About:
    """What a sample is of. Results of the same sample are comparable: of examples, of models, of both."""

    system: str
    seed: int
    size: int
    trials: int
    revision: str
    code: str
    """Digest of the mutated packages."""


@dataclass(slots=True)
class Report:
    """The results of a sample, by what the mutants were tried with, and what has to be said of them."""

    about: About
    date: str
    runs: dict[str, list[Result]]
    equivalent: Sequence[Equivalent]
    places: int = 0
    """How many places the sample was drawn from."""
    left_out: int = 0
    unusable: list[str] = field(default_factory=list)

    def why(self, result: Result) -> str:
        return why_equivalent(result, list(self.equivalent))

    def score(self, results: Iterable[Result]) -> Score:
        score = Score()
        for each in results:
            score.count(each.fate, bool(self.why(each)))
        return score

    def by_module(self, results: Sequence[Result]) -> dict[str, Score]:
        """The scores by module, in the order of their names."""
        modules = sorted({each.module for each in results})
        return {name: self.score(each for each in results if each.module == name) for name in modules}

    def by_criterion(self, results: Sequence[Result]) -> dict[str, tuple[int, int]]:
        """For each criterion, how many mutants were tried with its scenarios, and how many of them it killed."""
        found: dict[str, tuple[int, int]] = {}
        for result in results:
            criteria = {name for each in result.tried for name in each.criteria}
            killers = {name for each in result.tried for name in each.killed_by}
            for name in criteria:
                tried, killed = found.get(name, (0, 0))
                found[name] = tried + 1, killed + (name in killers)
        return dict(sorted(found.items()))


def with_earlier(report: Report, path: Path) -> Report:
    """The report with the runs that a file holds of the very same mutants, tried with other scenarios."""
    if path.is_file():
        data = json.loads(path.read_text(encoding="utf-8"))
        if {**data["about"], "revision": ""} == {**asdict(report.about), "revision": ""}:
            earlier = {by: [from_json(each) for each in results] for by, results in data["runs"].items()}
            report.runs = {**earlier, **report.runs}
    return report


def show(console: Console, report: Report, by: str) -> None:
    """Print the figures by module, and the survivors."""
    results = report.runs[by]
    table = Table("module", *(fate.value for fate in Fate), "equivalent", "score", title=f"Mutants, tried with {by}")
    for name, score in [*report.by_module(results).items(), ("all", report.score(results))]:
        table.add_row(name, *(str(score.fates[fate] or "") for fate in Fate), str(score.equivalent or ""), score.text)
    console.print(table)
    for each in _of(results, Fate.SURVIVED):
        console.print(f"SURVIVED {each.place} ({each.operator}, {_tried(each)})", markup=False)
        console.print(f"  - {each.before[:SHOWN]}\n  + {each.after[:SHOWN]}", markup=False)
        if why := report.why(each):
            console.print(f"  equivalent: {why}", markup=False)


def write(report: Report, folder: Path, by: str) -> Path:
    """Write ``mutants.md`` and ``mutants.json``; the path of the first."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "mutants.md"
    path.write_text(markdown(report, by), encoding="utf-8")
    data: dict[str, Any] = {
        "about": asdict(report.about),
        "date": report.date,
        "runs": {name: [asdict(each) for each in results] for name, results in report.runs.items()},
    }
    (folder / "mutants.json").write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def markdown(report: Report, by: str) -> str:
    """The report of what mutants were tried with; others of the same sample stand in the first table only."""
    about, results = report.about, report.runs[by]
    reached = [each for each in results if each.tried]
    seconds = f"; a mutant takes {median(each.seconds for each in reached):.0f} s (median)" if reached else ""
    lines = [
        "# Mutants",
        "",
        f"`make mutate SYSTEM={about.system} SAMPLE={about.size} SEED={about.seed} TRIALS={about.trials}` wrote this.",
        "",
        f"{report.date}, revision {about.revision}; {len(results)} mutants of {report.places:,} places at which an "
        f"operator of mutmut applies, the modules in proportion{seconds}. Each was tried with at most {about.trials} "
        "cases (the scenarios of a criterion over an interface) that run its line, until one was not met.",
        "",
        "Score: killed / (killed + survived, without the equivalent). Not in it: mutants that no scenario reaches, "
        "those with which something could not be judged and nothing was not met (broken), those that took too long.",
        "",
        "No mutants are made of annotations, docstrings, `__repr__`, options of `@dataclass`, the text of log "
        f"messages, and strings of several words. {report.left_out} scenarios that need containers, run alone or are "
        "slow were not tried.",
        "",
        *_table(["tried with", *(fate.value for fate in Fate), "equivalent", "score"], _scores(report, report.runs)),
        "",
        "## By module",
        "",
        *_table(
            ["module", *(fate.value for fate in Fate), "equivalent", "score"],
            [_row(name, score) for name, score in report.by_module(results).items()],
        ),
        "",
        "## By criterion",
        "",
        "A criterion is tried only until another has killed the mutant, so a low figure speaks for no fault.",
        "",
        *_table(
            ["criterion", "mutants tried", "killed"],
            [[name, str(tried), str(killed)] for name, (tried, killed) in report.by_criterion(results).items()],
        ),
        "",
        "## Survivors",
        "",
        *_table(
            ["where", "operator", "was", "is", "tried", "verdict"],
            [
                [
                    f"`{each.place}`",
                    each.operator,
                    _code(each.before),
                    _code(each.after),
                    _tried(each),
                    _verdict(report, each),
                ]
                for each in _of(results, Fate.SURVIVED)
            ],
        ),
        "",
        "## Neither killed nor survived",
        "",
        *_table(
            ["where", "operator", "is", "how", "why"],
            [
                [f"`{each.place}`", each.operator, _code(each.after), each.fate.value, _why(each)]
                for each in _of(results, Fate.NOT_REACHED, Fate.BROKEN, Fate.TIMED_OUT)
            ],
        ),
    ]
    if report.unusable:
        lines += ["", "## Cases that can judge no mutant, as they are not met without one", ""]
        lines += [f"- {each}" for each in report.unusable]
    return "\n".join(lines) + "\n"


def _scores(report: Report, runs: Mapping[str, Sequence[Result]]) -> list[list[str]]:
    return [_row(by, report.score(runs[by])) for by in ("examples", "models", "both") if by in runs]


def _row(name: str, score: Score) -> list[str]:
    return [name, *(str(score.fates[fate] or "") for fate in Fate), str(score.equivalent or ""), score.text]


def _of(results: Iterable[Result], *fates: Fate) -> list[Result]:
    return [each for each in results if each.fate in fates]


def _verdict(report: Report, result: Result) -> str:
    why = report.why(result)
    return f"equivalent: {why}" if why else "**not noticed**"


def _tried(result: Result) -> str:
    return f"{len(result.tried)} of {result.reaching} cases"


def _why(result: Result) -> str:
    troubles = [line for each in result.tried for line in each.trouble.splitlines() if line.strip()]
    return (troubles[0] if troubles else "")[:SHOWN].replace("|", "\\|")


def _code(text: str) -> str:
    """A line of code in a cell; nothing where there is none."""
    text = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
    return f"`` {text} ``".replace("|", "\\|") if text else ""


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    if not rows:
        return ["None."]
    return [f"| {' | '.join(row)} |" for row in [heads, ["---"] * len(heads), *rows]]
