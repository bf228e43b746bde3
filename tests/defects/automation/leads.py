"""Mistakes with leads: lost fields, pages that overlap, filters with wildcards, tenants mixed up, bad input kept."""

from __future__ import annotations

from typing import Any

from tests.defects.automation.defect import HTTP, defect
from tests.defects.patching import put, wrap


@defect("AUTO-API-01", "The route of the campaigns is missing", HTTP, sample="list the campaigns")
def campaigns_missing() -> None:
    _without("campaigns", "/api/campaigns")


@defect("AUTO-API-01", "The metrics are not at their other path", HTTP, sample="read the metrics elsewhere")
def other_path_missing() -> None:
    _without("operations", "/api/metrics")


@defect("AUTO-API-02", "An unknown route is answered by an empty success", HTTP, sample="A caller calls")
def unknown_route_answered() -> None:
    @wrap("chassis.problems:from_http")
    def broken(original: Any, status: int, detail: str, headers: Any = None) -> Any:
        problem = original(status, detail, headers)
        return _with_status(problem, 200) if status == 404 else problem


@defect("AUTO-API-02", "An unknown route fails", HTTP, sample="intended misses")
def unknown_route_fails() -> None:
    @wrap("chassis.problems:from_http")
    def broken(original: Any, status: int, detail: str, headers: Any = None) -> Any:
        problem = original(status, detail, headers)
        return _with_status(problem, 500) if status == 404 else problem


@defect("AUTO-API-03", "A lead needs an e-mail address", HTTP, sample="is known")
def email_required() -> None:
    @wrap("automation.store.leads:Leads.add_in")
    def broken(original: Any, self: Any, transaction: Any, tenant: str, owner: str, leads: Any) -> Any:
        from chassis.problems import Problem

        if any("email" not in lead.given for lead in leads):
            raise Problem("invalid-request", 422, "email: field required")
        return original(self, transaction, tenant, owner, leads)


@defect("AUTO-API-03", "Two equal leads are one", HTTP, sample="equal leads")
def equal_leads_merged() -> None:
    @wrap("automation.store.leads:Leads.add_in")
    def broken(original: Any, self: Any, transaction: Any, tenant: str, owner: str, leads: Any) -> Any:
        (lead,) = leads
        sql = "SELECT id FROM leads WHERE tenant = ? AND email = ?"
        found = transaction.execute(sql, (tenant, lead.given.get("email"))).fetchone()
        return [found[0]] if found else original(self, transaction, tenant, owner, leads)


@defect("AUTO-API-03", "The second page begins with the last lead of the first", HTTP, sample="Pages of")
def pages_overlap() -> None:
    @wrap("automation.store.leads:Leads.page")
    def broken(original: Any, self: Any, caller: Any, query: Any) -> Any:
        import dataclasses

        rows, total = original(self, caller, query)
        if query.page > 1:
            before, _ = original(self, caller, dataclasses.replace(query, page=query.page - 1))
            rows = [*before[-1:], *rows[:-1]]
        return rows, total


@defect("AUTO-API-03", "A filter takes the wildcards of the store", HTTP, sample="A filter that")
def filter_with_wildcards() -> None:
    @wrap("automation.store.leads:Leads.page")
    def broken(original: Any, self: Any, caller: Any, query: Any) -> Any:
        if not query.filters.get("company"):
            return original(self, caller, query)
        from automation.store.leads import SELECT, visible

        seen, values = visible(caller)
        found = self._store.all(f"{SELECT} WHERE {seen} AND company LIKE ?", *values, query.filters["company"])
        return found, len(found)


@defect("AUTO-API-03", "The leads of all tenants are one another's", HTTP, sample="tenant")
def tenants_mixed() -> None:
    @wrap("automation.store.leads:visible")
    def broken(original: Any, caller: Any) -> Any:
        return "1 = 1", []


@defect("AUTO-API-05", "An e-mail address may be anything", HTTP, sample="A lead whose|in bulk")
def email_unchecked() -> None:
    import re

    put("automation.leads:EMAIL", re.compile(r".*"))


@defect("AUTO-API-05", "Of several leads those that are wrong are left out without a word", HTTP, sample="in bulk")
def bulk_without_the_wrong() -> None:
    @wrap("chassis.bodies:validate")
    def broken(original: Any, model: Any, value: Any) -> Any:
        if model.__name__ == "NewLeads":
            value = {"leads": [lead for lead in value["leads"] if lead.get("email") != "not-an-email"]}
        return original(model, value)


@defect("AUTO-API-05", "A page may have any size", HTTP, sample="A list with")
def page_of_any_size() -> None:
    put("automation.api.leads:PageSize", int)


@defect("AUTO-API-05", "A refusal does not name the field", HTTP, sample="A lead whose")
def field_not_named() -> None:
    @wrap("chassis.bodies:validate")
    def broken(original: Any, model: Any, value: Any) -> Any:
        from chassis.problems import Problem

        try:
            return original(model, value)
        except Problem:
            raise Problem("invalid-request", 422, "something is wrong") from None


def _without(module: str, path: str) -> None:
    """Leave the routes of a path out of the API."""

    @wrap(f"automation.api.{module}:router")
    def broken(original: Any, *given: Any) -> Any:
        router = original(*given)
        router.routes[:] = [route for route in router.routes if getattr(route, "path", "") != path]
        return router


def _with_status(problem: Any, status: int) -> Any:
    problem.status = status
    return problem
