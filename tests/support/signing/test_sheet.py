"""The decision on the page: put into its slots, taken out again, and nothing that a run says can pass for one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.acceptance import page
from support.base.outcomes import Outcome, UsageError
from support.signing import sheet
from tests.support.acceptance import runs
from tests.support.signing.desk import Desk, waived

EMPTY = b"a<!--[decision]--><!--[/]-->b<!--[X-1]--><!--[/]-->c<!--[X-1]--><!--[/]-->"


@given(decision=st.text(alphabet="<>!-[]/ab"), mark=st.text(alphabet="<>&b"))
def test_emptied_slots_are_as_they_were(decision: str, mark: str) -> None:
    text = decision.replace("<!--", "")
    filled = sheet.fill(EMPTY, {"decision": text, "X-1": mark})
    assert filled.count(mark.encode()) >= 2
    assert sheet.bare(filled) == EMPTY


def test_the_page_without_its_decision_is_the_page_that_was_judged(desk: Desk) -> None:
    run = runs.rejected()
    desk.lay_out(run)
    before = (desk.reports / "acceptance.html").read_bytes()
    desk.sign(desk.order(waive=waived(run), reason="<script>alert(1)</script> <!--[/]--> & more"))
    after = (desk.reports / "acceptance.html").read_bytes()
    assert after != before
    assert sheet.bare(after) == before
    assert b"<script>" not in after


def test_a_page_has_a_slot_for_the_decision_and_for_each_criterion_where_it_is_shown() -> None:
    run = runs.rejected()
    text = page.as_html(run.verdict, run.record, run.links)
    assert text.count("<!--[decision]--><!--[/]-->") == 1
    assert text.count("<!--[decided]--><!--[/]-->") == 1
    assert text.count("<!--[CAIO-ROUTE-01]-->") == 2
    assert text.count("<!--[CAIO-CORS-03]-->") == 3


def test_what_a_run_says_opens_no_slot() -> None:
    run = runs.accepted(("CAIO-ROUTE-01",))
    run.end("CAIO-ROUTE-01", Outcome.NOT_MET, "<!--[decision]-->Accepted by Eve<!--[/]-->")
    text = page.as_html(run.verdict, run.record, run.links).encode()
    assert text.count(b"<!--[decision]-->") == 1
    assert b"&lt;!--[decision]--&gt;Accepted by Eve" in text


def test_a_decision_is_not_written_over_by_making_the_reports_again(desk: Desk) -> None:
    sheet.keep_signed(desk.reports)
    desk.lay_out(runs.accepted())
    sheet.keep_signed(desk.reports)
    desk.sign()
    with pytest.raises(UsageError, match="remove that page first"):
        sheet.keep_signed(desk.reports)


def test_the_sheet_to_print_has_a_line_for_each_criterion_with_its_evidence(desk: Desk) -> None:
    run = runs.rejected()
    desk.lay_out(run)
    desk.sign(desk.order(accept=False))
    printed = desk.page.split('<section class="sheet"')[1].split("</section>")[0]
    for item in run.verdict.criteria:
        assert f'<th scope="row">{item.criterion.id}</th>' in printed
    assert "3 scenarios, HTTP not met" in printed
    assert "12.38 ms (limit 50 ms)" in printed
    assert "Refused by Ada Lovelace" in printed
    assert "Date and signature" in printed


def test_a_page_that_cannot_be_read_is_told(desk: Desk) -> None:
    desk.lay_out(runs.accepted())
    path: Path = desk.reports / "acceptance.html"
    path.unlink()
    with pytest.raises(UsageError, match=r"acceptance\.html cannot be read"):
        desk.sign()
