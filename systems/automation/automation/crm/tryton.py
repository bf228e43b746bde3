"""Delivers leads to Tryton (https://www.tryton.org), as parties, by JSON-RPC.

The code of a party is unique in Tryton. It is the key of the delivery, so a second try finds what the first has made.
"""

from __future__ import annotations

import base64
from typing import Any

import orjson

from automation.crm.client import Answer, Connection, Delivered, Outcome, Refused, Unclear, judged
from automation.settings import Crm

UNNAMED = "Lead without a name"
REFUSALS = ("UserError", "UserWarning")
"""Errors that say that the data are not acceptable."""

OK, UNAUTHENTICATED, FORBIDDEN = 200, 401, 403


class Failure(Exception):
    """A call has not given a result."""

    def __init__(self, outcome: Refused | Unclear) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


class SessionEnded(Exception):
    """Tryton does not know the session any more."""


class TrytonClient:
    """Safe for several threads: at worst they log in one after the other."""

    def __init__(self, settings: Crm) -> None:
        self._url = f"{settings.api_base_url}/{settings.database}/rpc/"
        self._username = settings.username or ""
        self._password = settings.password.get_secret_value() if settings.password is not None else ""
        self._connection = Connection(settings)
        self._session: str | None = None

    def deliver(self, key: str, lead: dict[str, Any]) -> Outcome:
        """Have Tryton keep a lead as the party of this code."""
        try:
            try:
                return self._keep(key, lead)
            except SessionEnded:
                self._session = None
                return self._keep(key, lead)
        except SessionEnded:
            return Unclear("the session is refused right after the log-in")
        except Failure as failure:
            return failure.outcome

    def close(self) -> None:
        """Close its connections."""
        self._connection.close()

    def _keep(self, key: str, lead: dict[str, Any]) -> Delivered:
        try:
            (made,) = self._call("model.party.party.create", [[party_of(key, lead)], {}])
        except Failure as failure:
            if not isinstance(failure.outcome, Refused):
                raise
            # The words depend on the user's language, so whether it is there already is asked, not read from them.
            found = self._call("model.party.party.search", [[["code", "=", key]], 0, 1, None, {}])
            if not found:
                raise
            made = found[0]
        return Delivered(str(made))

    def _call(self, method: str, parameters: list[Any]) -> Any:
        if self._session is None:
            self._session = self._log_in()
        return self._result(method, parameters, {"Authorization": f"Session {self._session}"})

    def _log_in(self) -> str:
        try:
            told = self._result("common.db.login", [self._username, {"password": self._password}], {})
        except SessionEnded:
            raise Failure(Unclear("the log-in is refused: crm.username or crm.password is wrong")) from None
        return base64.b64encode(f"{self._username}:{told[0]}:{told[1]}".encode()).decode()

    def _result(self, method: str, parameters: list[Any], headers: dict[str, str]) -> Any:
        """The result of a call. Raises Failure and SessionEnded."""
        answer = self._connection.post(self._url, {"id": 1, "method": method, "params": parameters}, headers)
        if isinstance(answer, Unclear):
            raise Failure(answer)
        if answer.status in (UNAUTHENTICATED, FORBIDDEN):
            raise SessionEnded
        return result_of(answer)


def result_of(answer: Answer) -> Any:
    """The result in an answer. Raises Failure."""
    try:
        value = orjson.loads(answer.body) if answer.status == OK else None
    except orjson.JSONDecodeError:
        raise Failure(Unclear("an answer that is not JSON")) from None
    if not isinstance(value, dict):
        outcome = judged(answer.status, answer.retry_after, answer.body)
        raise Failure(outcome if not isinstance(outcome, Delivered) else Unclear("an answer without result"))
    error = value.get("error")
    if error:
        said = ": ".join(str(part[0] if isinstance(part, list) else part) for part in error[:2])
        raise Failure(Refused(said) if error[0] in REFUSALS else Unclear(said))
    if "result" not in value:
        raise Failure(Unclear("an answer without result"))
    return value["result"]


def party_of(key: str, lead: dict[str, Any]) -> dict[str, Any]:
    """A lead as a party with its contact mechanisms."""
    whole = " ".join(str(lead[name]) for name in ("first_name", "last_name") if lead.get(name))
    name = whole or lead.get("company") or lead.get("email") or UNNAMED
    contacts = [
        {"type": kind, "value": lead[field]}
        for kind, field in (("email", "email"), ("phone", "phone"))
        if lead.get(field)
    ]
    return {"name": name, "code": key, "contact_mechanisms": [["create", contacts]] if contacts else []}
