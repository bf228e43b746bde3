"""The model of traces and webhooks, with cases worked out by hand."""

from __future__ import annotations

import pytest

from support.domains.sidecar.model import KnownWebhook, TraceList


@pytest.fixture
def traces() -> TraceList:
    """A trace of each of two tenants, and a webhook of the first."""
    made = TraceList(webhooks=[KnownWebhook("hook", "one")])
    made.add("1", "one")
    made.add("2", "two")
    return made


def test_to_another_tenant_a_trace_is_not_there(traces: TraceList) -> None:
    assert traces.find("1", "one") is not None
    assert traces.find("1", "two") is None
    assert traces.find("3", "one") is None


def test_a_name_is_given_once(traces: TraceList) -> None:
    assert not traces.add("1", "two")


def test_a_trace_goes_forward_and_stays_at_its_end(traces: TraceList) -> None:
    trace = traces.traces[0]
    assert [trace.seen(each) for each in ("queued", "running", "queued")] == [True, True, False]
    assert trace.seen("complete")
    assert not trace.seen("running")
    assert not trace.cancelled()


def test_it_fails_only_where_attribution_was_failing_before_its_end(traces: TraceList) -> None:
    trace = traces.traces[0]
    assert not trace.seen("failed")
    traces.switch(failing=True)
    traces.switch(failing=False)
    assert trace.seen("failed")
    traces.add("3", "one")
    assert "failed" not in traces.traces[2].possible()


def test_a_cancel_lasts_and_may_be_repeated(traces: TraceList) -> None:
    trace = traces.traces[0]
    assert trace.cancelled()
    assert trace.cancelled()
    assert trace.possible() == {"cancelled"}


def test_a_webhook_is_due_for_its_own_tenants_traces_while_it_is_registered(traces: TraceList) -> None:
    hook = traces.webhooks[0]
    hook.taken_away = True
    traces.add("3", "one")
    assert hook.due == ["1"]
