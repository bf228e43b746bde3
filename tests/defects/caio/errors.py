"""Mistakes in refusing what is wrong: reasons, contracts, requests, policies, health (CAIO-ERR-01 to 05 and 07)."""

from __future__ import annotations

from typing import Any

from tests.defects.caio.defect import defect
from tests.defects.patching import wrap


@defect("CAIO-ERR-01", "The refusal does not say why each candidate was refused")
def refused_without_reasons() -> None:
    @wrap("caio.orchestrator:_nobody")
    def broken(original: Any, *rest: Any) -> Any:
        error = original(*rest)
        error.candidates = []
        return error


@defect("CAIO-ERR-01", "The refusal names the first candidate only")
def refused_with_one_reason() -> None:
    @wrap("caio.orchestrator:_nobody")
    def broken(original: Any, *rest: Any) -> Any:
        error = original(*rest)
        error.candidates = error.candidates[:1]
        return error


@defect("CAIO-ERR-01", "Where no service fits, the best of those that do not fit is taken")
def second_best_taken() -> None:
    @wrap("caio.orchestrator:Orchestrator.route_request")
    def broken(original: Any, self: Any, request: Any, *rest: Any, **named: Any) -> Any:
        from caio.errors import NoMatchingServices
        from caio.request import Request

        request = request if isinstance(request, Request) else Request.from_dict(request)
        try:
            return original(self, request, *rest, **named)
        except NoMatchingServices:
            wanted = {"capabilities": request.requirements.get("capabilities") or [request.intent["type"]]}
            return original(self, Request(request.intent, {}, wanted, {}, {"trust_level": 5}))


@defect("CAIO-ERR-02", "A field that no contract has is passed over")
def unknown_field_passed_over() -> None:
    _mended("extra_forbidden", lambda holder, key, _fault: holder.pop(key))


@defect("CAIO-ERR-02", "A number is taken for the string that was expected")
def number_taken_for_string() -> None:
    _mended("string_type", lambda holder, key, fault: holder.__setitem__(key, str(fault["input"])))


@defect("CAIO-ERR-02", "A figure above its limit is cut down to it")
def figure_cut_down() -> None:
    _mended("less_than_equal", lambda holder, key, fault: holder.__setitem__(key, fault["ctx"]["le"]))


@defect("CAIO-ERR-02", "Lines are counted from nought")
def lines_from_nought() -> None:
    @wrap("caio.contracts.source:Source.line")
    def broken(original: Any, self: Any, path: Any) -> Any:
        line = original(self, path)
        return line - 1 if line is not None else None


@defect("CAIO-ERR-02", "Contracts are read by plain YAML, where the last of two equal keys wins")
def plain_yaml() -> None:
    @wrap("caio.contracts.source:read_yaml")
    def broken(original: Any, text: str) -> Any:
        import yaml
        from caio.contracts.source import Source, refuse

        try:
            return Source(yaml.safe_load(text))
        except yaml.YAMLError as error:
            raise refuse((), f"is not YAML: {error}", None) from error


@defect("CAIO-ERR-02", "The refusal of a contract does not name the field", sample="guarantees")
def field_not_named() -> None:
    @wrap("caio.errors:_Invalid.at")
    def broken(original: Any, cls: Any, *errors: Any) -> Any:
        return cls(f"invalid {cls.what}")


@defect("CAIO-ERR-03", "A field that no request has is passed over")
def unknown_demand_passed_over() -> None:
    @wrap("caio.fields:known")
    def broken(original: Any, value: Any, field: str, allowed: Any) -> None:
        return None


@defect("CAIO-ERR-03", "Whatever is given for true or false is taken for one of them")
def anything_is_a_boolean() -> None:
    @wrap("caio.fields:boolean")
    def broken(original: Any, value: Any, field: str) -> bool:
        return bool(value)


@defect("CAIO-ERR-03", "A trust level beyond the highest counts as the highest")
def trust_cut_down() -> None:
    @wrap("caio.fields:level")
    def broken(original: Any, value: Any, field: str) -> Any:
        return original(min(value, 5) if isinstance(value, int) else value, field)


@defect("CAIO-ERR-03", "A single word is taken for a list with one entry")
def word_taken_for_list() -> None:
    @wrap("caio.fields:texts")
    def broken(original: Any, value: Any, field: str) -> Any:
        return original([value] if isinstance(value, str) else value, field)


@defect("CAIO-ERR-03", "Negative counts in the history are taken for nought")
def negative_history() -> None:
    @wrap("caio.fields:count")
    def broken(original: Any, value: Any, field: str) -> Any:
        return original(max(value, 0) if isinstance(value, int) else value, field)


@defect("CAIO-ERR-03", "Half a request makes the server stumble", interfaces=("http",))
def half_a_request_stumbles() -> None:
    @wrap("chassis.bodies:parse_json")
    def broken(original: Any, body: bytes, limits: Any) -> Any:
        import json

        return json.loads(body)


@defect("CAIO-ERR-04", "A policy of an unknown type is skipped")
def unknown_policy_skipped() -> None:
    @wrap("caio.policies:_compile")
    def broken(original: Any, policy: Any, path: str) -> Any:
        known = ("constraint", "guarantee", "cost", "privacy", "allow", "deny", "trust")
        return original(policy, path) if policy.get("type") in known else []


@defect("CAIO-ERR-04", "A policy about a field that no contract has is skipped")
def unknown_policy_field_skipped() -> None:
    _forgiving("field")


@defect("CAIO-ERR-04", "A policy without its limit or value is skipped")
def policy_without_limit_skipped() -> None:
    _forgiving("minimum", "value")


@defect("CAIO-ERR-04", "Policies are counted from one")
def policies_from_one() -> None:
    @wrap("caio.policies:_compile")
    def broken(original: Any, policy: Any, path: str) -> Any:
        name, _, number = path.rstrip("]").partition("[")
        return original(policy, f"{name}[{int(number) + 1}]")


@defect("CAIO-ERR-05", "Health is kept and never looked at when routing")
def health_not_looked_at() -> None:
    @wrap("caio.registry:ServiceEntry._settle")
    def broken(original: Any, self: Any) -> None:
        self.available = True


@defect("CAIO-ERR-05", "An unhealthy service takes its neighbours with it")
def health_shared() -> None:
    @wrap("caio.routing.stages:match_contracts")
    def broken(original: Any, request: Any, snapshot: Any, excluded: Any) -> Any:
        if any(not entry.available for entry in snapshot.entries.values()):
            for entry in snapshot.entries.values():
                entry.available = False
        return original(request, snapshot, excluded)


@defect("CAIO-ERR-05", "The caller is not told that a service was left out for its health")
def health_not_told() -> None:
    @wrap("caio.registry:ServiceEntry.unavailability")
    def broken(original: Any, self: Any) -> str:
        return "not admitted"


@defect("CAIO-ERR-07", "Five failed requests stop all of them")
def failures_stop_everybody() -> None:
    failed: list[Exception] = []

    @wrap("caio.orchestrator:Orchestrator.route_request")
    def broken(original: Any, *rest: Any, **named: Any) -> Any:
        if len(failed) >= 5:
            raise failed[0]
        try:
            return original(*rest, **named)
        except Exception as error:
            failed.append(error)
            raise


@defect("CAIO-ERR-07", "The error of one request is raised again for the next")
def stale_error() -> None:
    failed: list[Exception] = []

    @wrap("caio.orchestrator:Orchestrator.route_request")
    def broken(original: Any, *rest: Any, **named: Any) -> Any:
        if failed:
            raise failed.pop()
        try:
            return original(*rest, **named)
        except Exception as error:
            failed.append(error)
            raise


def _mended(kind: str, mend: Any) -> None:
    """Have faults of one kind in a contract mended in silence."""

    @wrap("caio.contracts.parse:_validate")
    def broken(original: Any, source: Any) -> Any:
        from caio.contracts.model import ServiceContract
        from pydantic import ValidationError

        try:
            ServiceContract.model_validate(source.data)
        except ValidationError as error:
            for fault in error.errors():
                if fault["type"] == kind:
                    *way, key = fault["loc"]
                    holder = source.data
                    for part in way:
                        holder = holder[part]
                    mend(holder, key, fault)
        return original(source)


def _forgiving(*fields: str) -> None:
    """Have a policy skipped if one of these fields is at fault."""

    @wrap("caio.policies:_compile")
    def broken(original: Any, policy: Any, path: str) -> Any:
        from caio.fields import Fault

        try:
            return original(policy, path)
        except Fault as fault:
            if fault.error.field.rpartition(".")[2] in fields:
                return []
            raise
