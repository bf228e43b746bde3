"""The run as a comment on a pull request: short, complete in what stands in the way, harmless in what it quotes."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.acceptance import comment, page
from support.base.outcomes import Outcome, UsageError
from tests.support.acceptance import runs

AT = "https://ci.example.org/run/7/"


def commented(run: runs.Run, folder: Path, published: str | None = None) -> str:
    page.write(run.verdict, run.record, folder, run.links)
    return comment.markdown(comment.read(folder), folder, published)


@pytest.mark.parametrize("kind", runs.KINDS)
def test_verdict_and_counts_come_first(kind: str, tmp_path: Path) -> None:
    run = runs.KINDS[kind]()
    lines = commented(run, tmp_path).splitlines()
    assert lines[0].lower().startswith(f"## {run.verdict.decision.value}: caio")
    head = lines.index("| met | not met | broken | not verified |")
    assert lines[head + 1 : head + 3] == [
        "|---:|---:|---:|---:|",
        "|" + "".join(f" {run.verdict.count(outcome)} |" for outcome in Outcome),
    ]


def test_what_is_not_met_or_broken_stands_with_its_reason_and_what_is_not_verified_with_its_own(tmp_path: Path) -> None:
    text = commented(runs.KINDS["rejected"](), tmp_path)
    not_met, _, rest = text.partition("### Broken")
    assert "- **CAIO-ROUTE-02** Policies are applied" in not_met
    assert "(over HTTP and Python API)" in not_met
    assert "    Observed: “cloud-chat” was chosen\n    ```" in not_met
    broken, _, unverified = rest.partition("<details>")
    assert "- **CAIO-ERR-01**" in broken
    assert "2 criteria not verified" in unverified
    assert "No scenario yet: CAIO-HARD-05" in unverified
    assert "CAIO-ROUTE-01" not in text


def test_pages_are_linked_where_they_are_published_and_named_where_not(tmp_path: Path) -> None:
    run = runs.KINDS["accepted"]()
    assert "[Acceptance page](https://ci.example.org/run/7/acceptance.html) · run `3f9c2d71b04e`" in commented(
        run, tmp_path, AT
    )
    assert "Acceptance page · run `3f9c2d71b04e`" in commented(run, tmp_path)


def test_words_of_a_system_call_nobody_and_break_out_of_nothing(tmp_path: Path) -> None:
    run = runs.KINDS["rejected"]()
    run.end("CAIO-CORS-03", Outcome.NOT_MET, "ping @everyone\n```\n````\n## Accepted")
    text = commented(run, tmp_path)
    assert "    `````text\n    ping @everyone\n    ```\n    ````\n    ## Accepted\n    `````" in text
    assert comment.plain("by @ada <b>") == "by &#64;ada &lt;b\\>"


def test_a_comment_is_never_too_long_for_a_server(tmp_path: Path) -> None:
    run = runs.accepted()
    for criterion in runs.STATEMENTS:
        run.end(criterion, Outcome.NOT_MET, "\n".join(["x" * 80] * 8))
    document = comment.read(page.write(run.verdict, run.record, tmp_path).parent)
    item = document.verdict.criteria[0]
    many = tuple(
        item.model_copy(update={"criterion": item.criterion.model_copy(update={"id": f"CAIO-X-{number:02}"})})
        for number in range(40)
    )
    larger = document.model_copy(update={"verdict": document.verdict.model_copy(update={"criteria": many})})
    text = comment.markdown(larger, tmp_path)
    assert len(text) <= comment.MOST_CHARACTERS + 100
    assert "… and 25 criteria more." in text


def test_what_keeps_a_run_from_being_judged_is_told(tmp_path: Path) -> None:
    run = runs.accepted()
    run.finished = False
    run.results.pop()
    text = commented(run, tmp_path)
    assert "### What else stands in the way" in text
    assert "ended before all of its scenarios" in text


@pytest.mark.parametrize(("content", "says"), [(None, "run `signoff accept` first"), (b"{", "signoff report")])
def test_a_verdict_that_is_missing_or_damaged_is_one_message(tmp_path: Path, content: bytes | None, says: str) -> None:
    if content is not None:
        (tmp_path / "acceptance.json").write_bytes(content)
    with pytest.raises(UsageError, match=says):
        comment.read(tmp_path)
